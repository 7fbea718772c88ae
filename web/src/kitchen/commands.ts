// What the kitchen tells the server. Everything goes through the outbox; the screen shows it at once and keeps
// showing it until the room has told the same, so that nothing flickers between answer and event.
//
// Rule: bumps are sent whenever the line is back; what was said about the stock only while it is fresh.

import { computed, type ReadonlySignal, signal } from '@preact/signals'
import type { CommandResult } from '../core/channel'
import { offsetMs, serverNow } from '../core/clock'
import { uuid7 } from '../core/ids'
import type { NewCommand, Outbox, OutboxEntry } from '../core/outbox'
import type { Pending } from './overlay'

const STOCK_FRESH_MS = 15 * 60_000
const LINGER_MS = 5000

interface Given extends Pending {
  readonly entry: string | null // its id in the outbox; null until it is stored
  readonly isAnswered: boolean
  readonly seq: number // of the order, when it is done; the offset in the stock's room for the stock
}

/** What the rooms have told: of an order its seq, of `stock` an offset. */
export type Told = (room: string) => number

export class Commands {
  readonly #given = signal<readonly Given[]>([])
  /** Commands that are not in the rooms yet, in the order in which they were given. */
  readonly pending: ReadonlySignal<readonly Pending[]>
  /** Commands that were refused, or are too old to be sent without asking. */
  readonly refused: ReadonlySignal<readonly OutboxEntry[]>

  /** Hears every refusal; answers whether that was enough: then nobody is asked about it. */
  onRefused: (type: string, code: string) => boolean = () => false

  constructor(
    readonly outbox: Outbox,
    readonly restaurant: string,
    told: Told,
  ) {
    this.pending = computed(() => unite(this.#given.value, outbox.entries.value.filter(isOurs), told))
    this.refused = computed(() => outbox.entries.value.filter((one) => isOurs(one) && isStuck(one)))
  }

  /** To an order: bump, recall, ready, serve, fire ... Resolves when it is on the device; rejects if it is nowhere. */
  toOrder(order: string, type: string, body: object, label: string): Promise<void> {
    return this.#give({ room: `order:${order}`, type, body, label })
  }

  /** About the stock: item.86, item.un86, stock.set. */
  toStock(type: string, body: object, label: string): Promise<void> {
    return this.#give({ room: `stock:${this.restaurant}`, type, body, label, expiresMs: STOCK_FRESH_MS })
  }

  /** Forget a command that was refused. */
  async discard(id: string): Promise<void> {
    await this.outbox.discard(id)
  }

  /** Send a command that had become too old after all. */
  async retry(id: string): Promise<void> {
    await this.outbox.retry(id)
  }

  async #give(command: NewCommand): Promise<void> {
    const id = uuid7()
    const { room, type, body } = command
    const given: Given = { id, room, type, body, atMs: serverNow(), entry: null, isAnswered: false, seq: 0 }
    this.#given.value = [...this.#given.value, given]
    try {
      const entry = await this.outbox.send(command)
      this.#change(id, { entry: entry.id })
      void this.#follow(id, entry.id, type)
    } catch (error) {
      this.#drop(id) // It is nowhere: the screen must not pretend.
      throw error
    }
  }

  async #follow(id: string, entry: string, type: string): Promise<void> {
    const result = await this.outbox.settled(entry).catch(() => null)
    if (result === null || result.result === 'rejected') {
      this.#drop(id)
      if (result !== null && this.onRefused(type, result.code ?? '')) await this.outbox.discard(entry)
      return
    }
    this.#change(id, { isAnswered: true, seq: seqOf(this.#given.peek().find((one) => one.id === id)?.room, result) })
    setTimeout(() => this.#drop(id), LINGER_MS)
  }

  #change(id: string, change: Partial<Given>): void {
    this.#given.value = this.#given.value.map((one) => (one.id === id ? { ...one, ...change } : one))
  }

  #drop(id: string): void {
    this.#given.value = this.#given.value.filter((one) => one.id !== id)
  }
}

function seqOf(room: string | undefined, result: CommandResult): number {
  const found = room?.startsWith('stock:') ? result.offset : result.seq
  return found ?? Number.POSITIVE_INFINITY
}

/** What an earlier page left in the outbox, then what was given on this one and is not told yet. */
function unite(given: readonly Given[], entries: readonly OutboxEntry[], told: Told): readonly Pending[] {
  const stuck = new Set(entries.filter(isStuck).map((one) => one.id))
  const known = new Set(given.map((one) => one.entry))
  const unstored = new Set(given.filter((one) => one.entry === null).map(contentOf))
  const before = entries.filter((one) => !isStuck(one) && !known.has(one.id) && !unstored.has(contentOf(one)))
  const now = given.filter((one) => !(one.entry !== null && stuck.has(one.entry)))
  return [...before.map(pendingOf), ...now.filter((one) => !one.isAnswered || told(one.room) < one.seq)]
}

function contentOf(command: Pick<Pending, 'room' | 'type' | 'body'>): string {
  return JSON.stringify([command.room, command.type, command.body])
}

function pendingOf(entry: OutboxEntry): Pending {
  const { id, room, type, body } = entry
  return { id, room, type, body, atMs: entry.createdMs + offsetMs.peek() }
}

function isOurs(entry: OutboxEntry): boolean {
  return /^(?:line|ticket|course|item|stock)\./.test(entry.type)
}

function isStuck(entry: OutboxEntry): boolean {
  return entry.state === 'needs_you' || entry.state === 'expired'
}
