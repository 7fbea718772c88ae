// What other people change while we look: which field of which thing, and who. The board tints it
// for a second, and a chip tells of what is out of view. What arrives while the document loads or
// catches up is no news.

import { type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type * as Y from 'yjs'
import { integerOf, registerName } from '../../menu/registers'

export const FLASH_MS = 1600
const ROOTS = ['sections', 'items', 'modgroups'] as const

export type Root = (typeof ROOTS)[number]

/** Somebody else, as far as we know them. */
export interface Author {
  readonly user: string
  readonly name: string
  readonly color: string
}

export interface RemoteChange {
  readonly root: Root
  readonly id: string
  /** A register, `name/<locale>`, `desc/<locale>`, `note`; '' when the thing is new. */
  readonly field: string
  readonly author: Author
  readonly atMs: number
}

type Events = Array<Y.YEvent<Y.AbstractType<unknown>>>

export interface RemoteChangesOptions {
  /** Whether what arrives now is news. */
  readonly isWatching: () => boolean
  /** Who it is: by a client id of Yjs, and by the user id in a register where there is one. */
  readonly authorOf: (clientId: number | null, userId: string | null) => Author
  readonly now?: () => number
}

export class RemoteChanges {
  private readonly latestOf = new Map<string, Signal<RemoteChange | null>>()
  private readonly listeners = new Set<(change: RemoteChange) => void>()
  private readonly stops: Array<() => void> = []
  private readonly timers = new Set<ReturnType<typeof setTimeout>>()

  constructor(
    doc: Y.Doc,
    private readonly options: RemoteChangesOptions,
  ) {
    for (const root of ROOTS) {
      const map = doc.getMap(root)
      const seen = (events: Events, transaction: Y.Transaction): void => this.see(root, events, transaction)
      map.observeDeep(seen)
      this.stops.push(() => map.unobserveDeep(seen))
    }
  }

  /** The latest change of one thing by somebody else; null again after a moment. */
  latest(root: Root, id: string): ReadonlySignal<RemoteChange | null> {
    return this.signalOf(`${root}/${id}`)
  }

  onChange(listener: (change: RemoteChange) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  dispose(): void {
    for (const stop of this.stops) stop()
    for (const timer of this.timers) clearTimeout(timer)
  }

  private see(root: Root, events: Events, transaction: Y.Transaction): void {
    if (transaction.local || !this.options.isWatching()) return
    const writer = writerOf(transaction)
    const told = new Set<string>()
    for (const event of events) {
      for (const { id, field, userId } of touchedBy(event)) {
        if (told.has(`${id}/${field}`)) continue
        told.add(`${id}/${field}`)
        this.tell({ root, id, field, author: this.options.authorOf(writer, userId), atMs: this.now() })
      }
    }
  }

  private tell(change: RemoteChange): void {
    const latest = this.signalOf(`${change.root}/${change.id}`)
    latest.value = change
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      if (latest.peek() === change) latest.value = null
    }, FLASH_MS)
    this.timers.add(timer)
    for (const listener of this.listeners) listener(change)
  }

  private signalOf(key: string): Signal<RemoteChange | null> {
    const known = this.latestOf.get(key)
    if (known !== undefined) return known
    const made = signal<RemoteChange | null>(null)
    this.latestOf.set(key, made)
    return made
  }

  private now(): number {
    return this.options.now?.() ?? Date.now()
  }
}

interface Touched {
  readonly id: string
  readonly field: string
  readonly userId: string | null
}

/** What one event of `observeDeep` on a root touched. */
function* touchedBy(event: Y.YEvent<Y.AbstractType<unknown>>): Generator<Touched> {
  const [id, family, locale] = event.path
  if (id === undefined) {
    for (const [key, { action }] of event.changes.keys) {
      if (action !== 'delete') yield { id: key, field: '', userId: null }
    }
  } else if (family === undefined) {
    for (const [key, { action }] of event.changes.keys) {
      // A register that was written anew also loses other replicas' keys; only the new one tells.
      const name = registerName(key)
      if (name !== null && action !== 'delete') {
        yield { id: String(id), field: name, userId: userIn(event.target, key) }
      }
    }
  } else {
    yield { id: String(id), field: [family, locale].filter((one) => one !== undefined).join('/'), userId: null }
  }
}

function userIn(target: Y.AbstractType<unknown>, key: string): string | null {
  const entry: unknown = (target as Y.Map<unknown>).get(key)
  if (!Array.isArray(entry) || entry.length < 3 || integerOf(entry[2]) === null) return null
  const user: unknown = entry[1]
  return typeof user === 'string' && user !== '' ? user : null
}

/** The client that alone wrote something new in a transaction; null when there are several, or none. */
function writerOf(transaction: Y.Transaction): number | null {
  const writers = [...transaction.afterState].filter(
    ([client, clock]) => clock > (transaction.beforeState.get(client) ?? 0),
  )
  return writers.length === 1 ? (writers[0]?.[0] ?? null) : null
}
