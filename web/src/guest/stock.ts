// What is sold out or nearly so: the room stock:{restaurant}, folded. Mirrors the server's rules so
// that a line is marked the moment the kitchen says it; the server decides when a round is placed.

import type { RoomEvent } from '../core/channel'
import { array, boolean, nullable, number, object, string, tryCheck } from '../core/guard'

export interface StockEntry {
  readonly target: string // item:ID, variation:ID, option:ID
  readonly is_sold_out: boolean
  readonly remaining: number | null
  readonly until: number | null // ms; back on sale from then on
  readonly reason: string
}

/** By target. Plain, because it is kept on the device. */
export type Stock = Readonly<Record<string, StockEntry>>

/** What an order line takes from the stock. */
export interface Taking {
  readonly item: string
  readonly variation: string | null
  readonly options: readonly { readonly option: string; readonly quantity: number }[]
  readonly quantity: number
}

/** Why something cannot be had: nothing is left, or so many. */
export interface Shortage {
  readonly target: string
  readonly remaining: number
}

const ENTRY = object({
  target: string(),
  is_sold_out: boolean(),
  remaining: nullable(number()),
  until: nullable(number()),
  reason: string(),
})
const SNAPSHOT = object({ stock: array(ENTRY) })

const EMPTY: Stock = {}

export const STOCK_FOLD = {
  initial: EMPTY,
  snapshot: (body: unknown): Stock =>
    Object.fromEntries((tryCheck(SNAPSHOT, body)?.stock ?? []).map((entry) => [entry.target, entry])),
  event: (stock: Stock, event: RoomEvent): Stock => {
    const entry = tryCheck(ENTRY, event.body)
    return entry === null ? stock : { ...stock, [entry.target]: entry }
  },
}

/** How many are left of a target; null: as many as one likes. */
export function leftOf(stock: Stock, target: string, nowMs: number): number | null {
  const entry = stock[target]
  if (entry === undefined || (entry.until !== null && entry.until <= nowMs)) return null
  return entry.is_sold_out ? 0 : entry.remaining
}

/** Line id -> what is short, of lines that cannot be had one after the other. */
export function shortages(
  lines: readonly (Taking & { readonly id: string })[],
  stock: Stock,
  nowMs: number,
): ReadonlyMap<string, Shortage> {
  const taken = new Map<string, number>()
  const short = new Map<string, Shortage>()
  for (const line of lines) {
    const wanted = takenBy(line)
    const missing = missingOf(wanted, taken, stock, nowMs)
    if (missing !== null) {
      short.set(line.id, missing)
      continue
    }
    for (const [target, count] of wanted) taken.set(target, (taken.get(target) ?? 0) + count)
  }
  return short
}

function takenBy(line: Taking): ReadonlyMap<string, number> {
  const taken = new Map([[`item:${line.item}`, line.quantity]])
  if (line.variation !== null) taken.set(`variation:${line.variation}`, line.quantity)
  for (const { option, quantity } of line.options) {
    const target = `option:${option}`
    taken.set(target, (taken.get(target) ?? 0) + quantity * line.quantity)
  }
  return taken
}

function missingOf(
  wanted: ReadonlyMap<string, number>,
  taken: ReadonlyMap<string, number>,
  stock: Stock,
  nowMs: number,
): Shortage | null {
  for (const [target, count] of wanted) {
    const left = leftOf(stock, target, nowMs)
    const remaining = left === null ? Number.POSITIVE_INFINITY : Math.max(0, left - (taken.get(target) ?? 0))
    if (count > remaining) return { target, remaining }
  }
  return null
}
