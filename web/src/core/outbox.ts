// Commands that survive: each is on the disk of the device before it is sent for the first time, and
// stays until the server has answered. After a cut or a crash it is sent again with the same key, and
// the server does it once. One FIFO per stream with one command in flight; streams go in parallel.
// One tab sends for all; another helps only when that one seems asleep (the key makes it harmless).
// What is refused, or too old to be sent unasked, stays as 'needs_you' or 'expired' until somebody decides.

import { effect, type ReadonlySignal } from '@preact/signals'
import { type Channel, type CommandResult, Disconnected } from './channel'
import { offsetMs } from './clock'
import type { Database } from './db'
import { uuid7 } from './ids'
import { onWake } from './network'
import { isOpen, OutboxShelf } from './outbox-shelf'
import { Settlements } from './settlements'
import type { Tabs } from './tabs'

const FIRST_BACKOFF_MS = 1_000
const LONGEST_BACKOFF_MS = 60_000
const ASLEEP_MS = 8_000 // a tab that should send and has not said anything for so long
const LONGEST_TIMER_MS = 2 ** 31 - 1
const COMES_BACK: readonly (string | undefined)[] = ['overloaded', 'internal_error']

export type OutboxState = 'waiting' | 'sending' | 'needs_you' | 'expired'

/** A command on this device. */
export interface OutboxEntry {
  readonly id: string // the idempotency key
  readonly stream: string
  readonly room: string
  readonly type: string
  readonly body: object
  readonly n: number // ascends on this device
  readonly createdMs: number
  readonly expiresMs: number | null // from then on it is not sent by itself
  readonly attempts: number
  readonly state: OutboxState
  readonly result?: CommandResult // the refusal, in 'needs_you'
  readonly label?: string
}

export interface NewCommand {
  readonly id?: string // default: a new one
  readonly room: string
  readonly type: string
  readonly body: object
  readonly stream?: string // default: the room
  readonly expiresMs?: number // from now: a life, not a date
  readonly label?: string
}

export interface Outbox {
  /** Waiting, in flight, and those that need somebody; oldest first, the same in all tabs. */
  readonly entries: ReadonlySignal<readonly OutboxEntry[]>
  /** Resolves when it is on the device. If nothing can be kept there (`db.unsafe`), it is sent all the same. */
  send(command: NewCommand): Promise<OutboxEntry>
  /** The server's answer, whichever tab hears it. Rejects when it is discarded, or not known here. */
  settled(id: string): Promise<CommandResult>
  /** Sends what needs somebody once more; with a new key unless it was never answered and is the same. */
  retry(id: string, body?: object): Promise<OutboxEntry>
  discard(id: string): Promise<void>
}

/** What only link.ts uses. */
export interface OwnOutbox extends Outbox {
  readonly unsynced: ReadonlySignal<number>
  readonly attention: ReadonlySignal<number>
  /** Sends what waits, without regard to pauses. */
  hurry(): void
  close(): void
}

export interface OutboxOptions {
  readonly db: Database
  readonly channel: Pick<Channel, 'command'>
  readonly tabs: Tabs
  /** Whether the channel can send. */
  readonly isOpen: ReadonlySignal<boolean>
}

/** The outbox of this device and person, with what an earlier page left in it. */
export async function openOutbox(options: OutboxOptions): Promise<OwnOutbox> {
  const outbox = new DeviceOutbox(options)
  await outbox.begin()
  return outbox
}

class DeviceOutbox implements OwnOutbox {
  readonly entries: ReadonlySignal<readonly OutboxEntry[]>
  readonly unsynced: ReadonlySignal<number>
  readonly attention: ReadonlySignal<number>
  readonly #shelf: OutboxShelf
  readonly #settlements = new Settlements()
  readonly #inFlight = new Set<string>() // streams
  readonly #pauses = new Map<string, { untilMs: number; times: number }>() // by id
  readonly #stops: (() => void)[] = []
  #leads = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #isClosed = false

  constructor(private readonly options: OutboxOptions) {
    this.#shelf = new OutboxShelf(options.db, options.tabs)
    this.entries = this.#shelf.entries
    this.unsynced = this.#shelf.unsynced
    this.attention = this.#shelf.attention
  }

  async begin(): Promise<void> {
    const { tabs, isOpen } = this.options
    this.#stops.push(
      tabs.on('outbox', ({ id, entry, result }) => this.#told(id, entry, result)),
      tabs.on('drain', () => this.#drain()),
      onWake(() => this.hurry()),
    )
    await this.#shelf.load(this.#inFlight)
    this.#stops.push(
      effect(() => {
        if (isOpen.value) this.#afterwards(() => this.hurry())
      }),
      tabs.lead('outbox', (turn) => void this.#lead(turn)),
    )
  }

  async send(command: NewCommand): Promise<OutboxEntry> {
    const now = Date.now()
    const entry = await this.#store({
      id: command.id ?? uuid7(now),
      stream: command.stream ?? command.room,
      room: command.room,
      type: command.type,
      body: command.body,
      n: 0,
      createdMs: now,
      expiresMs: command.expiresMs === undefined ? null : now + command.expiresMs,
      attempts: 0,
      state: 'waiting',
      ...(command.label !== undefined && { label: command.label }),
    })
    this.options.db.protect()
    return entry
  }

  settled(id: string): Promise<CommandResult> {
    const entry = this.#shelf.get(id)
    const isAnswered = entry === undefined || entry.state === 'needs_you'
    const result = isAnswered ? (this.#settlements.result(id) ?? entry?.result) : undefined
    if (result !== undefined) return Promise.resolve(result)
    if (entry === undefined) return Promise.reject(new Error(`unknown command ${id}`))
    return this.#settlements.wait(id)
  }

  async retry(id: string, body?: object): Promise<OutboxEntry> {
    const entry = this.#shelf.get(id)
    if (entry === undefined) throw new Error(`unknown command ${id}`)
    if (entry.state !== 'needs_you' && entry.state !== 'expired') return entry
    const { result: _, ...rest } = entry
    const now = Date.now()
    const expiresMs = entry.expiresMs === null ? null : now + entry.expiresMs - entry.createdMs
    const again: OutboxEntry = { ...rest, createdMs: now, expiresMs, state: 'waiting' }
    // A refusal is kept under its key: the same key would bring the same answer.
    const keepsKey = entry.state === 'expired' && body === undefined
    if (keepsKey) return this.#store(again)
    return this.#store({ ...again, id: uuid7(now), n: 0, attempts: 0, body: body ?? entry.body }, id)
  }

  async discard(id: string): Promise<void> {
    await this.#shelf.remove(id)
    this.#shelf.tell(id, null)
    this.#settlements.discard(id)
    this.#drain()
  }

  hurry(): void {
    this.#pauses.clear()
    this.#drain()
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    for (const stop of this.#stops) stop()
  }

  async #store(entry: OutboxEntry, replaces?: string): Promise<OutboxEntry> {
    const stored = await this.#shelf.store(entry, replaces)
    this.#drain()
    return stored
  }

  /** Another tab has changed something. */
  #told(id: string, entry: OutboxEntry | null, result: CommandResult | undefined): void {
    if (entry === null) this.#shelf.drop(id)
    else this.#shelf.put(entry)
    if (result !== undefined) this.#settlements.settle(id, result)
    else if (entry === null) this.#settlements.discard(id)
    this.#drain()
  }

  // -- sending ---------------------------------------------------------------------------------

  async #lead(turn: AbortSignal): Promise<void> {
    this.#leads = true
    turn.addEventListener('abort', () => {
      this.#leads = false
    })
    await this.#shelf.load(this.#inFlight) // what an earlier leader left
    this.#drain()
  }

  /** Out of an effect, whose own reads must not become its reasons. */
  #afterwards(work: () => void): void {
    queueMicrotask(() => {
      if (!this.#isClosed) work()
    })
  }

  #drain(): void {
    if (this.#isClosed) return
    clearTimeout(this.#timer)
    let nextMs = Number.POSITIVE_INFINITY
    for (const head of this.#heads()) {
      const dueMs = this.#dueMs(head)
      const endsMs = head.expiresMs ?? Number.POSITIVE_INFINITY
      if (endsMs <= Date.now()) {
        if (this.#isOurs(head)) void this.#expire(head.stream)
      } else if (!this.options.isOpen.peek()) nextMs = Math.min(nextMs, endsMs)
      else if (dueMs > Date.now()) nextMs = Math.min(nextMs, dueMs, endsMs)
      else void this.#deliver(head)
    }
    if (nextMs !== Number.POSITIVE_INFINITY) {
      this.#timer = setTimeout(() => this.#drain(), Math.min(nextMs - Date.now(), LONGEST_TIMER_MS))
    }
  }

  /** The first of each stream, unless something of that stream is in flight here. */
  #heads(): readonly OutboxEntry[] {
    const heads = new Map<string, OutboxEntry>()
    for (const entry of this.entries.peek()) {
      if (isOpen(entry) && !heads.has(entry.stream) && !this.#inFlight.has(entry.stream)) heads.set(entry.stream, entry)
    }
    return [...heads.values()]
  }

  #isOurs(entry: OutboxEntry): boolean {
    return this.#leads || this.#shelf.isUnkept(entry.id)
  }

  /** When this tab may send it. */
  #dueMs(entry: OutboxEntry): number {
    const pauseMs = this.#pauses.get(entry.id)?.untilMs ?? 0
    if (this.#isOurs(entry)) return pauseMs
    return Math.max(pauseMs, this.#shelf.heardMs(entry) + ASLEEP_MS)
  }

  async #deliver(entry: OutboxEntry): Promise<void> {
    const { id, room, type, body, n, stream } = entry
    const sending: OutboxEntry = { ...entry, state: 'sending', attempts: entry.attempts + 1 }
    this.#inFlight.add(stream)
    this.#shelf.put(sending)
    this.#shelf.tell(id, sending)
    let result: CommandResult | null = null
    try {
      const clientAtMs = entry.createdMs + offsetMs.peek()
      result = await this.options.channel.command({ id, room, type, body, deviceSeq: n, clientAtMs })
    } catch (error) {
      if (!(error instanceof Disconnected)) console.error(error)
    }
    await this.#answered(sending, result)
    this.#inFlight.delete(stream)
    this.#drain()
  }

  async #answered(entry: OutboxEntry, result: CommandResult | null): Promise<void> {
    if (this.#isClosed || this.#shelf.get(entry.id) === undefined) return // discarded meanwhile
    if (result === null || (result.result === 'rejected' && COMES_BACK.includes(result.code))) {
      this.#pause(entry.id)
      const waiting: OutboxEntry = { ...entry, state: 'waiting' }
      this.#shelf.put(waiting)
      this.#shelf.tell(entry.id, waiting)
      return
    }
    this.#pauses.delete(entry.id)
    if (result.result === 'rejected') {
      this.#settlements.settle(entry.id, result)
      await this.#shelf.change({ ...entry, state: 'needs_you', result })
    } else {
      this.#settlements.settle(entry.id, result)
      await this.#shelf.remove(entry.id)
      this.#shelf.tell(entry.id, null, result)
    }
  }

  /** Exponential with full jitter; a new connection ends it. */
  #pause(id: string): void {
    const times = (this.#pauses.get(id)?.times ?? 0) + 1
    const ceilingMs = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (times - 1))
    this.#pauses.set(id, { untilMs: Date.now() + Math.random() * ceilingMs, times })
  }

  /** It is too old to be sent unasked, and so is what stands behind it and would end too: it may need it. */
  async #expire(stream: string): Promise<void> {
    const old = this.entries.peek().filter((entry) => {
      return entry.stream === stream && isOpen(entry) && entry.expiresMs !== null
    })
    for (const entry of old) this.#shelf.put({ ...entry, state: 'expired' })
    for (const entry of old) await this.#shelf.change({ ...entry, state: 'expired' })
    this.#drain()
  }
}
