// What the pill says: one state made from everything that is known about saving and the connection.
// `observe` and `pillOf` are pure and tested as a table; the rest feeds them and the clock.
// It never says "saved" before the server has it on disk, and never cries wolf: short pauses are silent.

import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals'

export const SAVING_AFTER_MS = 400
export const SLOW_AFTER_MS = 8_000
export const RECONNECTING_AFTER_MS = 5_000
export const OFFLINE_AFTER_MS = 15_000

export type PillState =
  | { readonly kind: 'saved'; readonly lastMs: number }
  | { readonly kind: 'saving' }
  | { readonly kind: 'slow'; readonly count: number }
  | { readonly kind: 'reconnecting' }
  | { readonly kind: 'offline'; readonly count: number }
  | { readonly kind: 'sending'; readonly done: number; readonly total: number }
  | { readonly kind: 'attention'; readonly count: number }
  | { readonly kind: 'unsafe' }
  | { readonly kind: 'signed_out'; readonly count: number }
  | { readonly kind: 'update' }
  | { readonly kind: 'quiet' }

/** Something that keeps edits until the server has them. */
export interface UnsyncedSource {
  readonly label: string
  readonly unsynced: ReadonlySignal<number>
  /** How many need somebody to decide. */
  readonly attention?: ReadonlySignal<number>
  /** Whether something could not be kept on this device. */
  readonly unsafe?: ReadonlySignal<boolean>
  /** Writes to the device what is not there yet. */
  flush?(): Promise<void>
}

/** Something that needs somebody, as the list behind the pill shows it. */
export interface Attention {
  readonly id: string
  readonly text: string
  open?(): void
}

export interface SyncState {
  readonly pill: ReadonlySignal<PillState>
  /** When this device was last known to be in step with the server, on the device's clock. */
  readonly lastSyncedMs: ReadonlySignal<number | null>
  /** Edits and commands that the server does not have yet. */
  readonly unsynced: ReadonlySignal<number>
  /** What screens want to be settled; counted in the pill beside what sources need. */
  readonly attention: Signal<readonly Attention[]>
  /** Returns how to take it out. */
  addSource(source: UnsyncedSource): () => void
  /** Loads the new version of the pages in all tabs, after everything is on the device. */
  reload(): Promise<void>
}

/** What can be seen at a moment. */
export interface Observation {
  readonly isOnline: boolean // as the browser says
  readonly hasLink: boolean
  readonly unsynced: number
  readonly attention: number
  readonly isUnsafe: boolean
  readonly isSignedOut: boolean
  readonly hasUpdate: boolean // a new version waits
  readonly needsUpdate: boolean // the server does not talk to this version any more
  readonly isUsed: boolean // this page keeps something that could be saved or not
}

/** What was seen, and since when. */
export interface Facts extends Observation {
  readonly lostMs: number | null // when the connection was lost; null: there is one
  readonly stuckMs: number | null // since when nothing was acknowledged though something waits
  readonly waitingMs: number | null // since when something waits
  readonly backlog: number // how much waited when the connection came back; 0: that is done
  readonly lastSyncedMs: number | null
}

/** The facts before anything was seen. */
export function firstFacts(nowMs: number, lastSyncedMs: number | null = null): Facts {
  return {
    isOnline: true,
    hasLink: false,
    unsynced: 0,
    attention: 0,
    isUnsafe: false,
    isSignedOut: false,
    hasUpdate: false,
    needsUpdate: false,
    isUsed: false,
    lostMs: nowMs,
    stuckMs: null,
    waitingMs: null,
    backlog: 0,
    lastSyncedMs,
  }
}

/** The facts after something was seen. */
export function observe(before: Facts, seen: Observation, nowMs: number): Facts {
  const comesBack = seen.hasLink && !before.hasLink
  const wasLong = before.lostMs !== null && nowMs - before.lostMs >= RECONNECTING_AFTER_MS
  const isSynced = seen.hasLink && seen.unsynced === 0
  const wasSynced = before.hasLink && before.unsynced === 0
  return {
    ...seen,
    lostMs: seen.hasLink ? null : (before.lostMs ?? nowMs),
    stuckMs: stuckSince(before, seen, comesBack, nowMs),
    waitingMs: seen.unsynced === 0 ? null : (before.waitingMs ?? nowMs),
    backlog: backlogOf(before, seen, comesBack && (wasLong || !before.isOnline)),
    lastSyncedMs: isSynced || wasSynced ? nowMs : before.lastSyncedMs,
  }
}

/** What the pill says, and when it says something else if nothing happens until then. */
export function pillOf(facts: Facts, nowMs: number): { readonly pill: PillState; readonly untilMs: number | null } {
  const { unsynced: count } = facts
  if (facts.isUnsafe) return still({ kind: 'unsafe' })
  if (facts.isSignedOut) return still({ kind: 'signed_out', count })
  if (facts.needsUpdate) return still({ kind: 'update' })
  if (facts.lostMs === null) return linked(facts, nowMs)
  if (!facts.isOnline) return still({ kind: 'offline', count })
  const lostForMs = nowMs - facts.lostMs
  if (lostForMs >= OFFLINE_AFTER_MS) return still({ kind: 'offline', count })
  if (lostForMs >= RECONNECTING_AFTER_MS) {
    return { pill: { kind: 'reconnecting' }, untilMs: facts.lostMs + OFFLINE_AFTER_MS }
  }
  const { pill, untilMs } = linked(facts, nowMs)
  return { pill, untilMs: Math.min(untilMs ?? Number.POSITIVE_INFINITY, facts.lostMs + RECONNECTING_AFTER_MS) }
}

/** Connected, or as good as: a short loss is not shown. */
function linked(facts: Facts, nowMs: number): { readonly pill: PillState; readonly untilMs: number | null } {
  const { unsynced: count, lostMs, stuckMs, waitingMs, backlog } = facts
  if (facts.attention > 0) return still({ kind: 'attention', count: facts.attention })
  if (count > 0 && stuckMs !== null) {
    const slowMs = stuckMs + SLOW_AFTER_MS
    if (nowMs >= slowMs) return still({ kind: 'slow', count })
    if (backlog > 0) return { pill: { kind: 'sending', done: backlog - count, total: backlog }, untilMs: slowMs }
    // Only what is likely to be acknowledged in a moment is passed over in silence.
    const savingMs = lostMs === null ? (waitingMs ?? stuckMs) + SAVING_AFTER_MS : nowMs
    if (nowMs >= savingMs) return { pill: { kind: 'saving' }, untilMs: slowMs }
    return { pill: settled(facts), untilMs: savingMs }
  }
  return still(facts.hasUpdate ? { kind: 'update' } : settled(facts))
}

function settled({ isUsed, lastSyncedMs }: Facts): PillState {
  return isUsed && lastSyncedMs !== null ? { kind: 'saved', lastMs: lastSyncedMs } : { kind: 'quiet' }
}

function still(pill: PillState): { readonly pill: PillState; readonly untilMs: null } {
  return { pill, untilMs: null }
}

function stuckSince(before: Facts, seen: Observation, comesBack: boolean, nowMs: number): number | null {
  if (seen.unsynced === 0) return null
  const hasMoved = seen.unsynced < before.unsynced || comesBack
  return hasMoved ? nowMs : (before.stuckMs ?? nowMs)
}

function backlogOf(before: Facts, seen: Observation, comesBackLate: boolean): number {
  if (seen.unsynced === 0 || !seen.hasLink) return 0
  if (comesBackLate) return seen.unsynced
  if (before.backlog === 0) return 0
  return before.backlog + Math.max(seen.unsynced - before.unsynced, 0)
}

/** What the living state is fed from. */
export interface SyncInputs {
  readonly isOnline: ReadonlySignal<boolean>
  readonly hasLink: ReadonlySignal<boolean>
  readonly isUnsafe: ReadonlySignal<boolean>
  readonly isSignedOut: ReadonlySignal<boolean>
  readonly hasUpdate: ReadonlySignal<boolean>
  readonly needsUpdate: ReadonlySignal<boolean>
  readonly lastSyncedMs: number | null // of an earlier page
  /** Everything is on the device: load the pages anew. */
  reload(): Promise<void>
}

export interface OwnSyncState extends SyncState {
  /** Writes what all sources still have in memory. */
  flush(): Promise<void>
  close(): void
}

/** The state of this page. */
export function openSyncState(inputs: SyncInputs): OwnSyncState {
  const sources = signal<readonly UnsyncedSource[]>([])
  const attention = signal<readonly Attention[]>([])
  const facts = signal(firstFacts(Date.now(), inputs.lastSyncedMs))
  const pill = signal<PillState>({ kind: 'quiet' })
  const unsynced = computed(() => sum(sources.value.map((one) => one.unsynced.value)))
  let hasBeenUsed = false
  let timer: ReturnType<typeof setTimeout> | undefined

  const observation = computed((): Observation => {
    const needed = sum(sources.value.map((one) => one.attention?.value ?? 0)) + attention.value.length
    // The outbox is always a source: alone it says nothing as long as nothing was sent.
    hasBeenUsed ||= sources.value.length > 1 || unsynced.value > 0
    return {
      isOnline: inputs.isOnline.value,
      hasLink: inputs.hasLink.value,
      unsynced: unsynced.value,
      attention: needed,
      isUnsafe: inputs.isUnsafe.value || sources.value.some((one) => one.unsafe?.value === true),
      isSignedOut: inputs.isSignedOut.value,
      hasUpdate: inputs.hasUpdate.value,
      needsUpdate: inputs.needsUpdate.value,
      isUsed: hasBeenUsed,
    }
  })
  const show = (): void => {
    clearTimeout(timer)
    const now = Date.now()
    const { pill: next, untilMs } = pillOf(facts.peek(), now)
    if (JSON.stringify(next) !== JSON.stringify(pill.peek())) pill.value = next
    if (untilMs !== null) timer = setTimeout(show, Math.max(untilMs - now, 0) + 1)
  }
  const stop = effect(() => {
    facts.value = observe(facts.peek(), observation.value, Date.now())
    show()
  })
  const flush = async (): Promise<void> => {
    await Promise.allSettled(sources.peek().map((one) => one.flush?.()))
  }
  return {
    pill,
    unsynced,
    attention,
    lastSyncedMs: computed(() => facts.value.lastSyncedMs),
    flush,
    addSource(source) {
      sources.value = [...sources.value, source]
      return () => {
        sources.value = sources.value.filter((one) => one !== source)
      }
    },
    async reload() {
      await flush()
      await inputs.reload()
    },
    close() {
      clearTimeout(timer)
      stop()
    },
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}
