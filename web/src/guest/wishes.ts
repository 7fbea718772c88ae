// What a guest can and cannot eat. The filter hides, it never promises: what the menu does not say
// about a dish, nobody here knows.

import type { Dish, Menu } from './menu'

export interface Wishes {
  readonly without: ReadonlySet<string> // allergens
  readonly alsoTraces: boolean // "may contain" counts, too
  readonly diets: ReadonlySet<string> // all of them
}

export const NO_WISHES: Wishes = { without: new Set(), alsoTraces: true, diets: new Set() }

/** Whether somebody with these wishes can have a dish, as far as the menu says. */
export function suits(dish: Dish, wishes: Wishes): boolean {
  if (dish.allergens.some((one) => wishes.without.has(one))) return false
  if (wishes.alsoTraces && dish.mayContain.some((one) => wishes.without.has(one))) return false
  const marks = new Set([...dish.diets, ...dish.traits])
  return [...wishes.diets].every((diet) => marks.has(diet))
}

/** How many wishes there are. */
export function countOf(wishes: Wishes): number {
  return wishes.without.size + wishes.diets.size
}

/** The allergens that a menu speaks of: in the order of its legend, then by name. */
export function allergensOf(menu: Menu): readonly string[] {
  const named = new Set<string>()
  for (const dish of menu.dishes.values()) for (const one of [...dish.allergens, ...dish.mayContain]) named.add(one)
  const legend = Object.keys(menu.allergenSigns).filter((one) => named.delete(one))
  return [...legend, ...[...named].sort((a, b) => a.localeCompare(b))]
}

/** The diets and traits that dishes of a menu are marked with, the most frequent first. */
export function dietsOf(menu: Menu): readonly string[] {
  const counts = new Map<string, number>()
  for (const dish of menu.dishes.values()) {
    for (const one of new Set([...dish.diets, ...dish.traits])) counts.set(one, (counts.get(one) ?? 0) + 1)
  }
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).map(([one]) => one)
}

/** The same wishes with one added or taken away. */
export function toggled(set: ReadonlySet<string>, one: string): ReadonlySet<string> {
  const changed = new Set(set)
  if (!changed.delete(one)) changed.add(one)
  return changed
}

/** As JSON for the device, and back; what cannot be read is no wish. */
export function writeWishes(wishes: Wishes): string {
  return JSON.stringify({ without: [...wishes.without], alsoTraces: wishes.alsoTraces, diets: [...wishes.diets] })
}

export function readWishes(json: string | null): Wishes {
  try {
    const plain: unknown = JSON.parse(json ?? '{}')
    if (typeof plain !== 'object' || plain === null) return NO_WISHES
    const found = new Map(Object.entries(plain))
    const alsoTraces = found.get('alsoTraces') !== false
    return { without: strings(found.get('without')), alsoTraces, diets: strings(found.get('diets')) }
  } catch {
    return NO_WISHES
  }
}

function strings(value: unknown): ReadonlySet<string> {
  return new Set(Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [])
}
