// All-day counts: how many of each dish still have to be cooked, over all tickets of a screen. Pure.

import { isCooking, type Texts, type Ticket } from './ticket'

export interface Count {
  readonly key: string
  readonly item: string
  readonly station: string
  readonly name: Texts
  readonly variationName: Texts | null
  readonly quantity: number
  readonly begun: number // of them in the pan
  readonly extras: readonly { readonly name: Texts; readonly quantity: number }[] // what they are ordered with
}

interface Tally {
  readonly count: Count
  readonly extras: Map<string, { readonly name: Texts; readonly quantity: number }>
}

/** The counts, the most frequent first; what is equal in order of its first ticket. */
export function allDay(tickets: Iterable<Ticket>): readonly Count[] {
  const tallies = new Map<string, Tally>()
  for (const ticket of tickets) {
    for (const line of ticket.lines) {
      if (!isCooking(line)) continue
      const key = [ticket.station, line.item, line.variation ?? ''].join(' ')
      const before = tallies.get(key)
      const extras = before?.extras ?? new Map<string, { readonly name: Texts; readonly quantity: number }>()
      for (const option of line.options) {
        const quantity = (extras.get(option.option)?.quantity ?? 0) + option.quantity * line.quantity
        extras.set(option.option, { name: option.name, quantity })
      }
      const begun = line.state === 'preparing' ? line.quantity : 0
      const count: Count = {
        key,
        item: line.item,
        station: ticket.station,
        name: line.name,
        variationName: line.variationName,
        quantity: (before?.count.quantity ?? 0) + line.quantity,
        begun: (before?.count.begun ?? 0) + begun,
        extras: [],
      }
      tallies.set(key, { count, extras })
    }
  }
  return [...tallies.values()]
    .map(({ count, extras }) => ({ ...count, extras: [...extras.values()].sort((a, b) => b.quantity - a.quantity) }))
    .sort((a, b) => b.quantity - a.quantity)
}
