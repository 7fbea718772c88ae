// What somebody chooses in the dialog of a dish: variation, options within their groups' numbers,
// quantity. Pure; the server checks it all again.

import { type Dish, type Group, groupsOf, type Menu } from './menu'
import { leftOf, type Stock } from './stock'
import { priceOf } from './sums'

export const QUANTITY_LIMIT = 20

export interface Choosing {
  readonly variation: string | null
  /** group/option -> how many. */
  readonly counts: ReadonlyMap<string, number>
  readonly quantity: number
  readonly note: string
  readonly course: number
}

export interface OptionBody {
  readonly group: string
  readonly option: string
  readonly quantity: number
}

/** How a dish is offered at first: the variation at the price of the dish, else the first; nothing more. */
export function firstChoice(dish: Dish): Choosing {
  const usual = dish.variations.find(({ price }) => price === null || price === dish.price) ?? dish.variations[0]
  return { variation: usual?.id ?? null, counts: new Map(), quantity: 1, note: '', course: 1 }
}

/** Whether one of a group at most may be chosen: radio buttons instead of boxes. */
export function isSingle(group: Group): boolean {
  return group.most === 1
}

/** How many of an option are chosen. */
export function countOf(choosing: Choosing, group: Group, option: string): number {
  return choosing.counts.get(keyOf(group, option)) ?? 0
}

/** How many of a group are chosen. */
export function chosenIn(choosing: Choosing, group: Group): number {
  return group.options.reduce((sum, option) => sum + countOf(choosing, group, option.id), 0)
}

/** The same with so many of an option. In a group of one, choosing takes the other away. */
export function withOption(choosing: Choosing, group: Group, option: string, count: number): Choosing {
  const counts = new Map(choosing.counts)
  if (isSingle(group)) for (const other of group.options) counts.delete(keyOf(group, other.id))
  const others = chosenIn({ ...choosing, counts }, group) - (counts.get(keyOf(group, option)) ?? 0)
  const most = group.most === null ? count : Math.min(count, Math.max(0, group.most - others))
  if (most <= 0) counts.delete(keyOf(group, option))
  else counts.set(keyOf(group, option), most)
  return { ...choosing, counts }
}

/** The options as the server takes them. */
export function optionsOf(choosing: Choosing, groups: readonly Group[]): readonly OptionBody[] {
  return groups.flatMap((group) =>
    group.options
      .map(({ id }) => ({ group: group.id, option: id, quantity: countOf(choosing, group, id) }))
      .filter(({ quantity }) => quantity > 0),
  )
}

/** What is missing before it can be added: the first group with too few, or a variation. */
export function missing(menu: Menu, dish: Dish, choosing: Choosing): Group | 'variation' | null {
  if (choosing.variation === null && dish.variations.length > 0) return 'variation'
  return groupsOf(menu, dish).find((group) => chosenIn(choosing, group) < group.least) ?? null
}

/** What one costs as chosen; null: it has no price yet. */
export function unitPrice(menu: Menu, dish: Dish, choosing: Choosing): number | null {
  return priceOf(menu, dish, choosing.variation, optionsOf(choosing, groupsOf(menu, dish)))
}

/** How many more of it can be had, with everything that was chosen; null: as many as one likes. */
export function mostOf(
  stock: Stock,
  dish: Dish,
  choosing: Choosing,
  groups: readonly Group[],
  nowMs: number,
): number | null {
  const lefts = [leftOf(stock, `item:${dish.id}`, nowMs)]
  if (choosing.variation !== null) lefts.push(leftOf(stock, `variation:${choosing.variation}`, nowMs))
  for (const { option, quantity } of optionsOf(choosing, groups)) {
    const left = leftOf(stock, `option:${option}`, nowMs)
    lefts.push(left === null ? null : Math.floor(left / quantity))
  }
  const counted = lefts.filter((left): left is number => left !== null)
  return counted.length === 0 ? null : Math.min(...counted)
}

/** What was chosen of a line that is on the list, to change it. */
export function choiceOf(line: {
  readonly variation: string | null
  readonly options: readonly OptionBody[]
  readonly quantity: number
  readonly note: string
  readonly course: number
}): Choosing {
  const counts = new Map(line.options.map(({ group, option, quantity }) => [`${group}/${option}`, quantity]))
  return { variation: line.variation, counts, quantity: line.quantity, note: line.note, course: line.course }
}

function keyOf(group: Group, option: string): string {
  return `${group.id}/${option}`
}
