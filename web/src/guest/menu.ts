// A published menu as guests see it, read from its plain JSON. What has another form than expected is
// left out instead of breaking the page: a menu of a newer server still shows what is known here.

import { array, type Guard, number, object, optional, string, tryCheck, unknown } from '../core/guard'
import { type MenuTexts, textOf } from './texts-of'

export interface Choice {
  readonly id: string
  readonly name: MenuTexts
  readonly price: number | null
}

export interface Group {
  readonly id: string
  readonly name: MenuTexts
  readonly least: number
  readonly most: number | null // null: as many as one likes
  readonly options: readonly Choice[]
}

export interface Dish {
  readonly id: string
  readonly name: MenuTexts
  readonly description: MenuTexts
  readonly price: number | null // null: only its variations have one
  readonly allergens: readonly string[]
  readonly mayContain: readonly string[]
  readonly additives: readonly string[]
  readonly traits: readonly string[] // tags of the house, such as "homemade"
  readonly diets: readonly string[]
  readonly spice: number
  readonly kcal: number | null
  readonly photo: string | null
  readonly variations: readonly Choice[]
  readonly groups: readonly string[]
}

/** From when to when on a day; 1 is Monday. One that ends before it begins runs past midnight. */
export interface Window {
  readonly day: number
  readonly from: string
  readonly to: string
}

export interface Section {
  readonly id: string
  readonly name: MenuTexts
  readonly description: MenuTexts
  readonly hours: readonly Window[] | null // null: always
  readonly dishes: readonly Dish[]
}

export interface Menu {
  readonly id: string
  readonly version: number
  readonly locale: string
  readonly locales: readonly string[]
  readonly currency: string
  /** Name of an allergen -> its sign on the printed menu. */
  readonly allergenSigns: Readonly<Record<string, string>>
  readonly sections: readonly Section[]
  readonly dishes: ReadonlyMap<string, Dish>
  readonly groups: ReadonlyMap<string, Group>
}

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

const MENU = object({
  locale: string(),
  currency: string(),
  locales: optional(array(string())),
  legend: optional(object({ allergens: optional(unknown()) })),
  sections: array(unknown()),
  modifiers: optional(array(unknown())),
})
const SECTION = object({ id: string(), name: unknown(), items: array(unknown()) })
const DISH = object({ id: string(), name: unknown() })
const CHOICE = object({ id: string(), name: unknown() })
const WINDOW = object({ day: string(), from: string(), to: string() })
const STRINGS = array(string())

/** Read a published menu. Throws WireError when it is none. */
export function readMenu(id: string, version: number, plain: unknown): Menu {
  const menu = MENU(plain, 'menu')
  const own = menu.locale
  const sections = each(menu.sections, SECTION).map((one) => sectionOf(one, own))
  const groups = each(menu.modifiers ?? [], CHOICE).map((one) => groupOf(one, own))
  return {
    id,
    version,
    locale: own,
    locales: [...new Set([own, ...(menu.locales ?? [])])],
    currency: menu.currency,
    allergenSigns: signsOf(menu.legend?.allergens),
    sections,
    dishes: new Map(sections.flatMap((section) => section.dishes.map((dish) => [dish.id, dish] as const))),
    groups: new Map(groups.map((group) => [group.id, group])),
  }
}

/** The groups of a dish that the menu has, in order. */
export function groupsOf(menu: Menu, dish: Dish): readonly Group[] {
  return dish.groups.map((id) => menu.groups.get(id)).filter((one): one is Group => one !== undefined)
}

/** The least that a dish costs; null: it has no price. */
export function leastPrice(dish: Dish): number | null {
  const prices = dish.variations.map((one) => one.price ?? dish.price).filter((one): one is number => one !== null)
  return prices.length > 0 ? Math.min(...prices) : dish.price
}

/** The name of a dish for a reader. */
export function nameOf(menu: Menu, dish: { readonly name: MenuTexts }, wished: string): string {
  return textOf(dish.name, wished, menu.locale)
}

function sectionOf(section: { id: string; name?: unknown; items: unknown[] }, own: string): Section {
  const windows = field(section, 'available_at')
  return {
    id: section.id,
    name: texts(section.name, own),
    description: texts(field(section, 'description'), own),
    hours: Array.isArray(windows) ? each(windows, WINDOW).flatMap(windowOf) : null,
    dishes: each(section.items, DISH).map((one) => dishOf(one, own)),
  }
}

function dishOf(dish: { id: string; name?: unknown }, own: string): Dish {
  const list = (key: string): readonly string[] => tryCheck(STRINGS, field(dish, key)) ?? []
  const whole = (key: string): number | null => tryCheck(number(), field(dish, key))
  const variations = field(dish, 'variations')
  return {
    id: dish.id,
    name: texts(dish.name, own),
    description: texts(field(dish, 'description'), own),
    price: whole('price'),
    allergens: list('allergens'),
    mayContain: list('may_contain'),
    additives: list('additives'),
    traits: list('traits'),
    diets: list('diets'),
    spice: whole('spiciness') ?? 0,
    kcal: whole('kcal'),
    photo: tryCheck(string(), field(dish, 'photo')),
    variations: Array.isArray(variations) ? each(variations, CHOICE).map((one) => choiceOf(one, own)) : [],
    groups: list('modifiers'),
  }
}

function groupOf(group: { id: string; name?: unknown }, own: string): Group {
  const options = field(group, 'options')
  return {
    id: group.id,
    name: texts(group.name, own),
    least: tryCheck(number(), field(group, 'min')) ?? 0,
    most: tryCheck(number(), field(group, 'max')),
    options: Array.isArray(options) ? each(options, CHOICE).map((one) => choiceOf(one, own)) : [],
  }
}

function choiceOf(choice: { id: string; name?: unknown }, own: string): Choice {
  return { id: choice.id, name: texts(choice.name, own), price: tryCheck(number(), field(choice, 'price')) }
}

function windowOf(window: { day: string; from: string; to: string }): Window[] {
  const day = DAYS.indexOf(window.day) + 1
  return day === 0 ? [] : [{ day, from: window.from, to: window.to }]
}

function texts(value: unknown, own: string): MenuTexts {
  if (typeof value === 'string') return { [own]: value }
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

function signsOf(value: unknown): Readonly<Record<string, string>> {
  return texts(value, '')
}

function each<T>(values: readonly unknown[], guard: Guard<T>): T[] {
  return values.map((one) => tryCheck(guard, one)).filter((one): one is T & {} => one !== null)
}

function field(value: object, key: string): unknown {
  return Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined
}
