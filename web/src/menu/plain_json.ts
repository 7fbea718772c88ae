// A menu as plain JSON: what GET /api/v1/menus/{id} shows, made from the document itself
// (collab/menus/plain_json.py and collab/menus/listing.py).

import { type Choice, flags, type Group, type Item, type Menu, type Section, type Texts } from './menu'

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const
// List of a file -> the family in the register `order`, and in the legend.
const FAMILIES = {
  allergens: 'allergens',
  may_contain: 'allergens',
  additives: 'additives',
  traits: 'traits',
  diets: 'diets',
} as const

/** The menu as JSON values. */
export function plainJson(menu: Menu): Json {
  const json: { [key: string]: Json } = {
    source: menu.source,
    locale: menu.locale,
    locales: [...menu.locales],
    currency: menu.currency,
    legend: {
      allergens: Object.fromEntries(menu.legend.allergens),
      additives: Object.fromEntries(menu.legend.additives),
    },
    sections: menu.sections.map((section) => sectionJson(menu, section)),
  }
  if (menu.unplaced.length > 0) json.unplaced = menu.unplaced.map((item) => itemJson(menu, item))
  if (menu.groups.length > 0) json.modifiers = menu.groups.map((group) => groupJson(menu, group))
  return json
}

function sectionJson(menu: Menu, section: Section): Json {
  const windows = section.hours.map(({ day, opens, closes }) => ({
    day: DAYS[day - 1] as string,
    from: opens,
    to: closes,
  }))
  return {
    id: section.id,
    name: textJson(menu, section.name),
    description: textJson(menu, section.description),
    available_at: windows.length > 0 ? windows : null,
    ...(section.station === null ? {} : { station: section.station }),
    items: section.items.map((item) => itemJson(menu, item)),
  }
}

function itemJson(menu: Menu, item: Item): Json {
  const codes = listedCodes(menu, item)
  const further: { [key: string]: Json } = {
    may_contain: codes.may_contain,
    diets: codes.diets,
    variations: item.variations.map((one) => choiceJson(menu, one)),
    modifiers: [...item.modifiers],
    tax: item.numbers.tax,
    station: item.station,
    preparation_seconds: item.numbers.prep_s,
    kcal: item.numbers.kcal,
    alcohol: item.numbers.abv,
    photo: item.photo,
    hidden: item.isHidden || null,
    note: item.note,
  }
  return {
    id: item.id,
    name: textJson(menu, item.name),
    description: textJson(menu, item.description),
    price: item.numbers.price,
    allergens: codes.allergens,
    additives: codes.additives,
    traits: codes.traits,
    spiciness: item.numbers.spice,
    ...Object.fromEntries(Object.entries(further).filter(([, value]) => !isNothing(value))),
  }
}

function groupJson(menu: Menu, group: Group): Json {
  return {
    id: group.id,
    name: textJson(menu, group.name),
    min: group.minimum,
    max: group.maximum,
    options: group.options.map((one) => choiceJson(menu, one)),
  }
}

function choiceJson(menu: Menu, choice: Choice): Json {
  return { id: choice.id, name: textJson(menu, choice.name), price: choice.price }
}

/** A string when only the default locale has a text, else one by locale. */
function textJson(menu: Menu, texts: Texts): Json {
  const written = [...texts].filter(([, text]) => text !== '')
  if (written.every(([locale]) => locale === menu.locale)) return written[0]?.[1] ?? ''
  return Object.fromEntries(written)
}

/** First the codes that the file listed, in its order, then those of the legend, then the others. */
function listedCodes(menu: Menu, item: Item): Record<keyof typeof FAMILIES, string[]> {
  const allergens = (level: string): string[] =>
    [...item.allergens].filter(([, one]) => one === level).map(([code]) => code)
  const inOrder = (list: keyof typeof FAMILIES, codes: string[]): string[] => {
    const family = FAMILIES[list]
    const labels = family === 'allergens' || family === 'additives' ? menu.legend[family].keys() : []
    const places = new Map(
      [...new Set([...(item.listing.get(family) ?? []), ...labels])].map((code, place) => [code, place]),
    )
    const place = (code: string): number => places.get(code) ?? places.size
    return codes.sort((a, b) => place(a) - place(b)) // stable, and by code points before
  }
  return {
    allergens: inOrder('allergens', allergens('contains')),
    may_contain: inOrder('may_contain', allergens('may')),
    additives: inOrder('additives', flags(item.registers, 'additive')),
    traits: inOrder('traits', flags(item.registers, 'tag')),
    diets: inOrder('diets', flags(item.registers, 'diet')),
  }
}

function isNothing(value: Json): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0)
}
