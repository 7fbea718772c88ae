// What things cost together: of a dish with its options, of lines, and in equal parts.

import type { BasketLine } from './basket'
import type { Dish, Menu } from './menu'

/** What one of a dish costs with what was chosen; null: it cannot be priced. */
export function priceOf(
  menu: Menu,
  dish: Dish,
  variation: string | null,
  options: readonly { group: string; option: string; quantity?: number | undefined }[],
): number | null {
  const chosen = variation === null ? undefined : dish.variations.find(({ id }) => id === variation)
  if (variation !== null && chosen === undefined) return null
  const base = chosen?.price ?? dish.price
  if (base === null) return null
  let sum = base
  for (const { group, option, quantity } of options) {
    const found = menu.groups.get(group)?.options.find(({ id }) => id === option)
    if (found === undefined) return null
    sum += (found.price ?? 0) * (quantity ?? 1)
  }
  return sum
}

/** How many dishes lines are. */
export function dishesIn(lines: readonly BasketLine[]): number {
  return lines.reduce((sum, line) => sum + line.quantity, 0)
}

/** What lines cost together. */
export function totalOf(lines: readonly BasketLine[]): number {
  return lines.reduce((sum, line) => sum + line.price, 0)
}

/** An amount in parts that differ by at most one minor unit and add up to it. */
export function splitEvenly(amount: number, people: number): readonly number[] {
  const base = Math.floor(amount / people)
  const rest = amount - base * people
  return Array.from({ length: people }, (_, at) => base + (at < rest ? 1 : 0))
}
