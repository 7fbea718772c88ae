// What stands on the screen in which order. A card is a ticket; for the expediter it is all that the stations
// cook of one course of one batch, so that they see at a glance whom a table waits for. Pure.
//
// Rule 1: pinned cards first, then the oldest first; equal times in order of their ids, the same on every screen.
// Rule 2: a card of the same tickets is the same object as before, so that it is not rendered again.
// Rule 3: while a finger is down nothing changes its place: what is gone stays, what is new comes at the end.

import type { Desk } from './overlay'
import type { Held, KitchenState } from './state'
import { isCooking, isUncleared } from './ticket'

export interface Card {
  readonly key: string
  readonly order: string
  readonly table: string | null
  readonly course: number
  readonly isAddOn: boolean
  readonly openedMs: number
  readonly recalledMs: number | null
  readonly notes: readonly string[]
  readonly parts: readonly Held[] // one for a station, one of each station for the expediter
}

/** Builds cards and remembers them. */
export class CardMaker {
  #before = new Map<string, Card>()

  /** The cards of several rooms together, in order. stations: only these; empty means all. */
  cards(
    states: readonly KitchenState[],
    options: { readonly desk: Desk; readonly stations: readonly string[]; readonly pinned: ReadonlySet<string> },
  ): readonly Card[] {
    const groups = new Map<string, Held[]>()
    for (const held of shownIn(states)) {
      const { ticket } = held
      if (options.stations.length > 0 && !options.stations.includes(ticket.station)) continue
      const key = options.desk === 'expo' ? `${ticket.order}.${ticket.batch}.${ticket.course}` : ticket.id
      const group = groups.get(key)
      if (group === undefined) groups.set(key, [held])
      else group.push(held)
    }
    const made = new Map([...groups].map(([key, parts]) => [key, this.#card(key, parts)]))
    this.#before = made
    return [...made.values()].sort(
      (a, b) => Number(options.pinned.has(b.key)) - Number(options.pinned.has(a.key)) || byAge(a, b),
    )
  }

  #card(key: string, parts: Held[]): Card {
    parts.sort((a, b) => (a.ticket.station < b.ticket.station ? -1 : 1))
    const before = this.#before.get(key)
    if (before !== undefined && isSame(before.parts, parts)) return before
    const first = parts.reduce((a, b) => (b.ticket.openedMs < a.ticket.openedMs ? b : a))
    const recalled = parts.map((one) => one.recalledMs ?? 0)
    return {
      key,
      order: first.ticket.order,
      table: first.ticket.table,
      course: first.ticket.course,
      isAddOn: first.ticket.isAddOn,
      openedMs: first.ticket.openedMs,
      recalledMs: Math.max(...recalled) || null,
      notes: first.ticket.notes,
      parts,
    }
  }
}

/** What is drawn while a finger is down: every card where it was, news at the end. */
export function inPlace(drawn: readonly Card[], now: readonly Card[]): readonly Card[] {
  const current = new Map(now.map((card) => [card.key, card]))
  const known = new Set(drawn.map((card) => card.key))
  return [...drawn.map((card) => current.get(card.key) ?? card), ...now.filter((card) => !known.has(card.key))]
}

/** Whether nothing is left to cook: it can be sent out, or only has voids to be taken note of. */
export function isAllReady(card: Card): boolean {
  return card.parts.every((one) => !one.ticket.lines.some((line) => isCooking(line) || isUncleared(line)))
}

/** The user ids of those who serve it. */
export function staffOf(card: Pick<Card, 'parts'>): readonly string[] {
  return [...new Set(card.parts.flatMap((one) => one.ticket.staff))]
}

/** The stations that a card waits for. */
export function waitingFor(card: Card): readonly string[] {
  return [...new Set(card.parts.filter((one) => one.ticket.lines.some(isCooking)).map((one) => one.ticket.station))]
}

/** Keys of cards that came while the line was cut: not known before, and younger than the cut. */
export function arrivedMeanwhile(before: ReadonlySet<string>, now: readonly Card[]): readonly string[] {
  return now.filter((card) => !before.has(card.key)).map((card) => card.key)
}

function shownIn(states: readonly KitchenState[]): Iterable<Held> {
  const [only, ...rest] = states
  if (only !== undefined && rest.length === 0) return Object.values(only.tickets)
  return new Map(states.flatMap((state) => Object.entries(state.tickets))).values()
}

function isSame(a: readonly Held[], b: readonly Held[]): boolean {
  return a.length === b.length && a.every((one, at) => one === b[at])
}

function byAge(a: Card, b: Card): number {
  return a.openedMs - b.openedMs || (a.key < b.key ? -1 : 1)
}
