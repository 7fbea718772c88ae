// What can be said about a dish in codes: allergens, diets, additives, traits. A menu may bring a
// legend of its own, whose labels then are the codes; else the fourteen of the EU are offered.
// Codes that a menu already uses are always offered, so that nothing can be set but not taken away.

import type { MenuMeta } from '../../core/yjs/menu-model'
import { byCodePoint } from '../../menu/code_points'
import type { Item, Signs } from '../../menu/menu'

/** The allergens that must be declared in the EU, as collab/formats calls them. */
export const EU_ALLERGENS = [
  'gluten',
  'crustaceans',
  'eggs',
  'fish',
  'peanuts',
  'soy',
  'milk',
  'nuts',
  'celery',
  'mustard',
  'sesame',
  'sulphites',
  'lupin',
  'molluscs',
] as const
export const DIETS = ['vegetarian', 'vegan', 'halal', 'kosher', 'gluten-free', 'dairy-free', 'nut-free'] as const

export type EuAllergen = (typeof EU_ALLERGENS)[number]
export type Diet = (typeof DIETS)[number]
export type CodeFamily = 'allergen' | 'diet' | 'tag' | 'additive'

/** All codes of a family to choose from: the legend's or the usual ones, then what items use besides. */
export function offeredCodes(family: CodeFamily, meta: MenuMeta, items: Iterable<Item>): string[] {
  const usual = usualCodes(family, meta)
  const known = new Set(usual)
  const used = new Set<string>()
  for (const item of items) {
    for (const code of codesOf(item, family)) if (!known.has(code)) used.add(code)
  }
  return [...usual, ...[...used].sort(byCodePoint)]
}

/** The codes of a family that an item has, whatever their value. */
export function codesOf(item: Item, family: CodeFamily): string[] {
  const start = `${family}:`
  const registers = [...item.registers.keys()].filter((name) => name.startsWith(start))
  return registers.map((name) => name.slice(start.length))
}

/** The short sign that the legend prints for a code ("A"); '' when it has none. */
export function signOf(signs: Signs, code: string): string {
  const sign = signs.get(code) ?? ''
  return sign === code ? '' : sign
}

export function isEuAllergen(code: string): code is EuAllergen {
  return (EU_ALLERGENS as readonly string[]).includes(code)
}

export function isDiet(code: string): code is Diet {
  return (DIETS as readonly string[]).includes(code)
}

function usualCodes(family: CodeFamily, meta: MenuMeta): readonly string[] {
  switch (family) {
    case 'allergen':
      return meta.legend.allergens.size > 0 ? [...meta.legend.allergens.keys()] : EU_ALLERGENS
    case 'additive':
      return [...meta.legend.additives.keys()]
    case 'diet':
      return DIETS
    case 'tag':
      return []
  }
}
