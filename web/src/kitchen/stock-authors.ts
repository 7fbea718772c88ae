// Who took a dish off, or counts it. The room of the stock is for guests, too, and tells only what kind of
// person it was; who works here may ask who. Asked while somebody looks at it, not with every order.

import { type ReadonlySignal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { array, type Guarded, nullable, number, object, optional, string } from '../core/guard'
import type { Kitchen } from './kitchen'
import type { StockEntry } from './stock'

const LIST = object({
  stock: array(object({ target: string(), by: optional(string()), at: optional(nullable(number())) })),
})

/** Who set an entry of the stock, and when. */
export interface StockAuthor {
  readonly user: string
  readonly atMs: number
}

export type StockAuthors = ReadonlyMap<string, StockAuthor> // by target

/** The authors of entries, read again when one of them was set anew. */
export function useStockAuthors(kitchen: Kitchen, entries: readonly StockEntry[]): ReadonlySignal<StockAuthors> {
  const authors = useSignal<StockAuthors>(new Map())
  // Counts go down with every order: that is nobody's doing.
  const key = entries.map((one) => `${one.target} ${one.isSoldOut} ${one.isWaiting}`).join()
  useEffect(() => {
    let isOver = false
    const { session } = kitchen.link
    const path = `/stock?restaurant=${encodeURIComponent(kitchen.house.restaurant)}`
    session.api('GET', path, { guard: LIST }).then(
      (found) => {
        if (!isOver) authors.value = authorsIn(found)
      },
      () => undefined, // offline: what kind of person it was has to do
    )
    return () => {
      isOver = true
    }
  }, [key])
  return authors
}

/** The authors that the list names. */
export function authorsIn({ stock }: Guarded<typeof LIST>): StockAuthors {
  const named = stock.flatMap(({ target, by, at }) => (by ? [[target, { user: by, atMs: at ?? 0 }] as const] : []))
  return new Map(named)
}
