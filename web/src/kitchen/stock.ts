// What is sold out or counted, folded from the room `stock:{restaurant}`; the outbox replayed on it. Pure.

import type { RoomEvent } from '../core/channel'
import { array, boolean, nullable, number, object, string, tryCheck } from '../core/guard'
import type { Fold } from '../core/stream'
import { type Pending, textIn } from './overlay'

export interface StockEntry {
  readonly target: string // "item:ID", "variation:ID" or "option:ID"
  readonly isSoldOut: boolean
  readonly remaining: number | null // null: not counted
  readonly untilMs: number | null // back on sale from then on
  readonly reason: string
  readonly by: string // what kind of person said it; '' when nobody knows
  readonly atMs: number // 0: before this screen looked
  readonly isWaiting: boolean // said here, and not yet at the server
}

export interface StockState {
  readonly entries: Readonly<Record<string, StockEntry>>
  readonly low: readonly { readonly target: string; readonly remaining: number; readonly atMs: number }[]
}

const ENTRY = object({
  target: string(),
  is_sold_out: boolean(),
  remaining: nullable(number()),
  until: nullable(number()),
  reason: string(),
})
const SNAPSHOT = object({ stock: array(ENTRY) })
const LOW = 20

export const NO_STOCK: StockState = { entries: {}, low: [] }

/** How the room becomes state; for openStream. */
export const stockFold: Fold<StockState> = { initial: NO_STOCK, snapshot: fromSnapshot, event: foldStock, version: 1 }

function fromSnapshot(body: unknown): StockState {
  const found = tryCheck(SNAPSHOT, body)
  const entries = (found?.stock ?? []).map((one) => [one.target, entryOf(one, '', 0)] as const)
  return { entries: Object.fromEntries(entries.filter(([, one]) => says(one))), low: [] }
}

/** The state after one event of the room. */
export function foldStock(state: StockState, event: RoomEvent): StockState {
  const found = tryCheck(ENTRY, event.body)
  if (found === null) return state
  const others = state.low.filter((one) => one.target !== found.target)
  if (event.type === 'stock.low') {
    const low = { target: found.target, remaining: found.remaining ?? 0, atMs: event.atMs }
    return { ...state, low: [low, ...others].slice(0, LOW) }
  }
  const { [found.target]: _, ...entries } = state.entries
  const entry = entryOf(found, event.actor, event.atMs)
  return {
    low: event.type === 'stock.counted' ? state.low : others,
    entries: says(entry) ? { ...entries, [entry.target]: entry } : entries,
  }
}

/** The stock with the commands of this device done. */
export function withPendingStock(state: StockState, pending: readonly Pending[]): StockState {
  return pending.reduce(replay, state)
}

/** The entries that stand now: `until` brings a dish back without an event. */
export function standing(state: StockState, nowMs: number): readonly StockEntry[] {
  return Object.values(state.entries).filter((one) => one.untilMs === null || one.untilMs > nowMs)
}

function replay(state: StockState, command: Pending): StockState {
  const target = textIn(command.body, 'target')
  if (target === null) return state
  const { [target]: _, ...entries } = state.entries
  const fields = new Map<string, unknown>(Object.entries(command.body))
  const until = fields.get('until')
  const base: StockEntry = {
    target,
    isSoldOut: true,
    remaining: null,
    untilMs: typeof until === 'number' ? until : null,
    reason: '',
    by: '',
    atMs: command.atMs,
    isWaiting: true,
  }
  if (command.type === 'item.un86') return { ...state, entries }
  if (command.type === 'item.86') return { ...state, entries: { ...entries, [target]: base } }
  if (command.type !== 'stock.set') return state
  const remaining = fields.get('remaining')
  if (typeof remaining !== 'number') return { ...state, entries }
  return { ...state, entries: { ...entries, [target]: { ...base, remaining, isSoldOut: remaining === 0 } } }
}

interface WireEntry {
  readonly target: string
  readonly is_sold_out: boolean
  readonly remaining: number | null
  readonly until: number | null
  readonly reason: string
}

function entryOf(wire: WireEntry, by: string, atMs: number): StockEntry {
  return {
    target: wire.target,
    isSoldOut: wire.is_sold_out,
    remaining: wire.remaining,
    untilMs: wire.until,
    reason: wire.reason,
    by,
    atMs,
    isWaiting: false,
  }
}

function says(entry: StockEntry): boolean {
  return entry.isSoldOut || entry.remaining !== null
}
