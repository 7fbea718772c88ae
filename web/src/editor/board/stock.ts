// What the kitchen has taken off sale, from the stream of the restaurant's stock: the menu shows it,
// it does not change it.

import type { RoomEvent } from '../../core/channel'
import { array, boolean, type Guarded, nullable, number, object, optional, string, tryCheck } from '../../core/guard'

const ENTRY = object({
  target: string(), // `item:ID`, `variation:ID` or `option:ID`
  is_sold_out: boolean(),
  remaining: optional(nullable(number())),
  until: optional(nullable(number())),
})
const SNAPSHOT = object({ stock: array(ENTRY) })

export interface StockEntry {
  readonly isSoldOut: boolean
  readonly remaining: number | null
  readonly untilMs: number | null
}

/** By target; what is not in it can be ordered. */
export type Stock = ReadonlyMap<string, StockEntry>

/** How the events of `stock:{restaurant}` add up. */
export const stockFold = {
  initial: new Map() as Stock,
  snapshot(body: unknown): Stock {
    const entries = tryCheck(SNAPSHOT, body)?.stock ?? []
    return new Map(entries.map((one) => [one.target, entryOf(one)]))
  },
  event(stock: Stock, event: RoomEvent): Stock {
    const entry = tryCheck(ENTRY, event.body)
    if (entry === null) return stock
    const changed = new Map(stock)
    if (entry.is_sold_out || typeof entry.remaining === 'number') changed.set(entry.target, entryOf(entry))
    else changed.delete(entry.target)
    return changed
  },
}

/** What is said about an item; null: nothing. */
export function stockOf(stock: Stock, item: string): StockEntry | null {
  return stock.get(`item:${item}`) ?? null
}

function entryOf(entry: Guarded<typeof ENTRY>): StockEntry {
  return {
    isSoldOut: entry.is_sold_out || entry.remaining === 0,
    remaining: entry.remaining ?? null,
    untilMs: entry.until ?? null,
  }
}
