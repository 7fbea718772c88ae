// The commands of the outbox as they are kept: on the disk of the device, in memory, and told to other tabs.
// A command that cannot be kept stays in the memory of this tab, which then has to send it itself.

import { type ReadonlySignal, signal } from '@preact/signals'
import type { CommandResult } from './channel'
import type { Database } from './db'
import { number, tryCheck } from './guard'
import type { OutboxEntry } from './outbox'
import type { Tabs } from './tabs'

const COUNTER = 'outbox.n'

export class OutboxShelf {
  readonly #entries = signal<readonly OutboxEntry[]>([])
  readonly #unsynced = signal(0)
  readonly #attention = signal(0)
  readonly #known = new Map<string, OutboxEntry>()
  readonly #unkept = new Set<string>() // in memory only
  readonly #gone = new Set<string>() // a slow read of the disk must not bring them back
  readonly #heardMs = new Map<string, number>()

  constructor(
    private readonly db: Database,
    private readonly tabs: Tabs,
  ) {}

  /** All of them, oldest first. */
  get entries(): ReadonlySignal<readonly OutboxEntry[]> {
    return this.#entries
  }

  get unsynced(): ReadonlySignal<number> {
    return this.#unsynced
  }

  get attention(): ReadonlySignal<number> {
    return this.#attention
  }

  get(id: string): OutboxEntry | undefined {
    return this.#known.get(id)
  }

  /** Whether it is in the memory of this tab only. */
  isUnkept(id: string): boolean {
    return this.#unkept.has(id)
  }

  /** When something was last heard of it here. */
  heardMs(entry: OutboxEntry): number {
    return this.#heardMs.get(entry.id) ?? entry.createdMs
  }

  /** Reads the disk. busy: streams of which something is in flight; memory knows more of those. */
  async load(busy: ReadonlySet<string>): Promise<void> {
    const stored = await this.db
      .read(['outbox'], (transaction) => transaction.objectStore('outbox').getAll())
      .catch(() => null)
    if (stored === null) return // `db.unsafe` says it
    const isStored = new Set(stored.map((entry) => entry.id))
    for (const id of [...this.#known.keys()]) {
      if (!isStored.has(id) && !this.#unkept.has(id)) this.#known.delete(id)
    }
    for (const entry of stored) {
      if (this.#gone.has(entry.id)) continue
      if (!busy.has(entry.stream) || !this.#known.has(entry.id)) this.#known.set(entry.id, entry)
    }
    this.#show()
  }

  /** Keeps a new command, strictly. n 0: it gets the next number. replaces: the id of one that goes. */
  async store(entry: OutboxEntry, replaces?: string): Promise<OutboxEntry> {
    const stored = await this.#write(entry, replaces).catch(() => this.#unkeptOf(entry))
    if (replaces !== undefined) {
      this.drop(replaces)
      this.tell(replaces, null)
    }
    this.put(stored)
    this.tell(stored.id, stored)
    return stored
  }

  /** Changes what is kept. */
  async change(entry: OutboxEntry): Promise<void> {
    this.put(entry)
    if (!this.#unkept.has(entry.id)) await this.db.put('outbox', entry).catch(() => {}) // `db.unsafe` says it
    this.tell(entry.id, entry, entry.result)
  }

  async remove(id: string): Promise<void> {
    this.drop(id)
    if (this.#unkept.delete(id)) return
    // If this fails the command is sent once more after a reload, and answered `dup`.
    await this.db.delete('outbox', id).catch(() => {})
  }

  /** Into the memory only. */
  put(entry: OutboxEntry): void {
    this.#known.set(entry.id, entry)
    this.#heardMs.set(entry.id, Date.now())
    this.#show()
  }

  /** Out of the memory only. */
  drop(id: string): void {
    this.#gone.add(id)
    this.#known.delete(id)
    this.#heardMs.delete(id)
    this.#show()
  }

  tell(id: string, entry: OutboxEntry | null, result?: CommandResult): void {
    this.tabs.post('outbox', { id, entry, ...(result !== undefined && { result }) })
  }

  async #write(entry: OutboxEntry, replaces: string | undefined): Promise<OutboxEntry> {
    const stored = await this.db.write(
      ['outbox', 'meta'],
      async (transaction) => {
        const meta = transaction.objectStore('meta')
        const outbox = transaction.objectStore('outbox')
        const n = entry.n || (tryCheck(number(), await meta.get(COUNTER)) ?? 0) + 1
        if (entry.n === 0) await meta.put(n, COUNTER)
        if (replaces !== undefined) await outbox.delete(replaces)
        const numbered = { ...entry, n }
        await outbox.put(numbered)
        return numbered
      },
      { isStrict: true },
    )
    this.#unkept.delete(entry.id)
    return stored
  }

  /** `db.unsafe` tells the user. Losing the command now would be worse than only maybe losing it later. */
  #unkeptOf(entry: OutboxEntry): OutboxEntry {
    this.#unkept.add(entry.id)
    const last = Math.max(0, ...[...this.#known.values()].map((one) => one.n))
    return { ...entry, n: entry.n || last + 1 }
  }

  #show(): void {
    const all = [...this.#known.values()].sort((a, b) => a.n - b.n)
    const open = all.filter(isOpen).length
    this.#entries.value = all
    this.#unsynced.value = open
    this.#attention.value = all.length - open
  }
}

/** Whether it is still to be sent without asking. */
export function isOpen(entry: OutboxEntry): boolean {
  return entry.state === 'waiting' || entry.state === 'sending'
}
