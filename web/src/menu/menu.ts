// The menu in a document, schema 1, read in one pass: what collab/menus/menu.py reads part by part.
// Nothing vanishes: an item whose section is unknown or deleted is unplaced. Several values of an
// allergen read as the strictest of them. Whatever has another form than expected counts as unsaid.

import * as Y from 'yjs'
import { byAll, byCodePoint, codePoints } from './code_points'
import { integerOf, isObject, type Plain, plain, type Registers, readRegisters, valueIn } from './registers'

export const FALLBACK_LOCALE = 'en'
export const FALLBACK_CURRENCY = 'EUR'

const PRICE_LIMIT = 10 ** 12
const CHOICE_LIMIT = 1000
// Register -> greatest value, of the whole numbers of an item.
const NUMBERS = { price: PRICE_LIMIT, spice: 10, tax: 10_000, prep_s: 86_400, kcal: 100_000, abv: 10_000 } as const
const TIME = /^(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)$/

export type Level = 'contains' | 'may' | 'free'
/** Locale -> text, by code points; every locale that has one. */
export type Texts = ReadonlyMap<string, string>
/** Label -> sign, in the order of the signs. */
export type Signs = ReadonlyMap<string, string>

export interface Window {
  readonly day: number // 1 Monday ... 7 Sunday
  readonly opens: string
  readonly closes: string
}

/** A variation of an item, or an option of a modifier group. */
export interface Choice {
  readonly id: string
  readonly name: Texts
  readonly price: number | null
  readonly orderKey: string
  readonly isDeleted: boolean
}

export interface Group {
  readonly id: string
  readonly registers: Registers
  readonly name: Texts
  readonly isDeleted: boolean
  readonly minimum: number
  readonly maximum: number | null
  readonly options: readonly Choice[] // in order, without the deleted ones
}

export interface Item {
  readonly id: string
  readonly name: Texts
  readonly description: Texts
  readonly note: string
  readonly registers: Registers // all candidates, also of fields that this version does not know
  readonly isDeleted: boolean
  readonly place: readonly [section: string, orderKey: string] // both '' when it has none
  readonly numbers: Readonly<Record<keyof typeof NUMBERS, number | null>>
  readonly station: string | null
  readonly photo: string | null
  readonly isHidden: boolean
  readonly modifiers: readonly string[] // ids of modifier groups, in order
  readonly variations: readonly Choice[] // in order, without the deleted ones
  readonly allergens: ReadonlyMap<string, Level> // the strictest of all candidates
  readonly listing: ReadonlyMap<string, readonly string[]> // in which order a file listed codes
}

export interface Section {
  readonly id: string
  readonly name: Texts
  readonly description: Texts
  readonly registers: Registers
  readonly isDeleted: boolean
  readonly orderKey: string
  readonly station: string | null
  readonly hours: readonly Window[] // empty: always
  readonly items: readonly Item[] // in order, without the deleted ones
}

/** What a menu says of itself. */
export interface Meta {
  readonly schema: number | null // null: nobody put a menu into this document
  readonly menuId: string
  readonly currency: string
  readonly locale: string
  readonly locales: readonly string[] // all of them, the default one first
  readonly legend: { readonly allergens: Signs; readonly additives: Signs }
  readonly source: string | null
}

export interface Menu extends Meta {
  readonly sections: readonly Section[] // in order, without the deleted ones
  readonly unplaced: readonly Item[]
  readonly groups: readonly Group[] // by id, without the deleted ones
  readonly deletedSections: readonly Section[] // without items
  readonly deletedItems: readonly Item[]
  readonly deletedGroups: readonly Group[]
}

type Fields = ReadonlyMap<string, unknown>

/** Read the menu in a document; an empty one when there is none. */
export function readMenu(doc: Y.Doc): Menu {
  const sections = nested(doc, 'sections').map(([id, map]) => sectionOf(id, map))
  const items = nested(doc, 'items').map(([id, map]) => itemOf(id, map))
  const groups = nested(doc, 'modgroups').map(([id, map]) => groupOf(id, map))
  const live = sections.filter((one) => !one.isDeleted).sort(inOrder)
  const placed = new Map<string, Item[]>(live.map(({ id }) => [id, []]))
  const unplaced: Item[] = []
  for (const item of [...items].sort(inPlace)) {
    if (!item.isDeleted) (placed.get(item.place[0]) ?? unplaced).push(item)
  }
  return {
    ...metaOf(doc),
    sections: live.map((one) => ({ ...one, items: placed.get(one.id) ?? [] })),
    unplaced,
    groups: groups.filter((one) => !one.isDeleted),
    deletedSections: sections.filter((one) => one.isDeleted),
    deletedItems: items.filter((one) => one.isDeleted),
    deletedGroups: groups.filter((one) => one.isDeleted),
  }
}

/** Read what the menu says of itself. */
export function metaOf(doc: Y.Doc): Meta {
  const meta = new Map(entriesOf(doc.getMap('meta')).map(([key, value]) => [key, plain(value)]))
  const locale = textOf(meta.get('default_locale')) ?? FALLBACK_LOCALE
  return {
    schema: integerOf(meta.get('schema')),
    menuId: textOf(meta.get('menu_id')) ?? '',
    currency: textOf(meta.get('currency')) ?? FALLBACK_CURRENCY,
    locale,
    locales: [...new Set([locale, ...strings(meta.get('locales'))])],
    legend: readLegend(meta.get('legend')),
    source: textOf(meta.get('source')),
  }
}

/** Read one section, without its items. */
export function sectionOf(id: string, map: Y.Map<unknown>): Section {
  return readSection(id, new Map(entriesOf(map)))
}

/** Read one item. */
export function itemOf(id: string, map: Y.Map<unknown>): Item {
  return readItem(id, new Map(entriesOf(map)))
}

/** Read one modifier group. */
export function groupOf(id: string, map: Y.Map<unknown>): Group {
  return readGroup(id, new Map(entriesOf(map)))
}

/** For sorting sections and choices: by order key, then id. */
export function inOrder(a: { orderKey: string; id: string }, b: { orderKey: string; id: string }): number {
  return byCodePoint(a.orderKey, b.orderKey) || byCodePoint(a.id, b.id)
}

/** For sorting the items of a section. */
export function inPlace(a: Item, b: Item): number {
  return byCodePoint(a.place[1], b.place[1]) || byCodePoint(a.id, b.id)
}

/** Codes of a family of yes-no registers ('additive', 'diet', 'tag') that read as yes. */
export function flags(registers: Registers, family: string): string[] {
  return codesOf(registers, family).filter((code) => valueIn(registers, `${family}:${code}`) === true)
}

function readSection(id: string, fields: Fields): Section {
  const registers = readRegisters(fields)
  const hours = valueIn(registers, 'hours')
  return {
    id,
    name: textsOf(fields, 'name'),
    description: textsOf(fields, 'desc'),
    registers,
    isDeleted: valueIn(registers, 'deleted') === true,
    orderKey: keyOf(valueIn(registers, 'pos')),
    station: textOf(valueIn(registers, 'station')),
    hours: Array.isArray(hours) ? hours.map(windowOf).filter((one): one is Window => one !== null) : [],
    items: [],
  }
}

function readItem(id: string, fields: Fields): Item {
  const registers = readRegisters(fields)
  const note = fields.get('note')
  const number = (name: keyof typeof NUMBERS): number | null => within(valueIn(registers, name), NUMBERS[name])
  return {
    id,
    name: textsOf(fields, 'name'),
    description: textsOf(fields, 'desc'),
    note: isText(note) ? note.toString() : '',
    registers,
    isDeleted: valueIn(registers, 'deleted') === true,
    place: placeOf(valueIn(registers, 'loc')),
    numbers: {
      price: number('price'),
      spice: number('spice'),
      tax: number('tax'),
      prep_s: number('prep_s'),
      kcal: number('kcal'),
      abv: number('abv'),
    },
    station: textOf(valueIn(registers, 'station')),
    photo: textOf(valueIn(registers, 'photo')),
    isHidden: valueIn(registers, 'hidden') === true,
    modifiers: modifiersOf(registers),
    variations: choicesOf(registers, 'var'),
    allergens: new Map(codesOf(registers, 'allergen').map((code) => [code, levelOf(registers, code)])),
    listing: listingOf(valueIn(registers, 'order')),
  }
}

function readGroup(id: string, fields: Fields): Group {
  const registers = readRegisters(fields)
  const name = [...registers.keys()].filter((register) => register.startsWith('name:'))
  return {
    id,
    registers,
    name: registerTexts(name.map((register) => [register.slice('name:'.length), valueIn(registers, register)])),
    isDeleted: valueIn(registers, 'deleted') === true,
    minimum: within(valueIn(registers, 'min'), CHOICE_LIMIT) ?? 0,
    maximum: within(valueIn(registers, 'max'), CHOICE_LIMIT),
    options: choicesOf(registers, 'opt'),
  }
}

/** The registers `<family>:<id>:<field>`: `price`, `pos`, `deleted`, `name:<locale>`. */
function choicesOf(registers: Registers, family: string): Choice[] {
  const found = new Map<string, Map<string, Plain>>()
  for (const rest of codesOf(registers, family)) {
    const colon = rest.indexOf(':')
    const [id, field] = colon < 0 ? [rest, ''] : [rest.slice(0, colon), rest.slice(colon + 1)]
    const fields = found.get(id) ?? new Map<string, Plain>()
    found.set(id, fields.set(field, valueIn(registers, `${family}:${rest}`)))
  }
  const choices = [...found].map(([id, fields]) => ({
    id,
    name: registerTexts(
      [...fields]
        .filter(([field]) => field.startsWith('name:'))
        .map(([field, text]) => [field.slice('name:'.length), text]),
    ),
    price: within(fields.get('price'), PRICE_LIMIT),
    orderKey: keyOf(fields.get('pos')),
    isDeleted: fields.get('deleted') === true,
  }))
  return choices.filter((one) => !one.isDeleted).sort(inOrder)
}

function modifiersOf(registers: Registers): string[] {
  const keys = codesOf(registers, 'mod').map((id) => [valueIn(registers, `mod:${id}`), id] as const)
  const used = keys.filter((entry): entry is readonly [string, string] => typeof entry[0] === 'string')
  return used.sort(byAll).map(([, id]) => id)
}

function levelOf(registers: Registers, code: string): Level {
  const levels = (registers.get(`allergen:${code}`) ?? []).map(({ value }) => value)
  // 0 is false to the server.
  const isFree = (level: Plain): boolean => level === null || level === false || level === 0 || level === 'free'
  if (levels.every(isFree)) return 'free'
  // What cannot be read counts as contained: a guest must not be hurt by a typing error.
  return levels.every((level) => isFree(level) || level === 'may' || level === 'unknown') ? 'may' : 'contains'
}

function codesOf(registers: Registers, family: string): string[] {
  const start = `${family}:`
  return [...registers.keys()].filter((name) => name.startsWith(start)).map((name) => name.slice(start.length))
}

function placeOf(place: Plain): readonly [string, string] {
  if (!Array.isArray(place) || place.length !== 2) return ['', '']
  const [section, key] = place as readonly Plain[]
  return typeof section === 'string' && typeof key === 'string' ? [section, key] : ['', '']
}

function listingOf(lists: Plain): ReadonlyMap<string, readonly string[]> {
  return new Map(isObject(lists) ? Object.entries(lists).map(([family, codes]) => [family, strings(codes)]) : [])
}

function readLegend(value: Plain | undefined): { allergens: Signs; additives: Signs } {
  return { allergens: signsOf(field(value, 'allergens')), additives: signsOf(field(value, 'additives')) }
}

function signsOf(value: unknown): Signs {
  const signs = isObject(value)
    ? Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    : []
  return new Map(signs.sort((a, b) => codePoints(a[1]) - codePoints(b[1]) || byAll([a[1], a[0]], [b[1], b[0]])))
}

function windowOf(entry: Plain): Window | null {
  const [day, opens, closes] = [integerOf(field(entry, 'day')), field(entry, 'from'), field(entry, 'to')]
  if (day === null || day < 1 || day > 7 || typeof opens !== 'string' || typeof closes !== 'string') return null
  return TIME.test(opens) && TIME.test(closes) ? { day, opens, closes } : null
}

function field(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

function registerTexts(entries: ReadonlyArray<readonly [string, Plain]>): Texts {
  return new Map(entries.filter((entry): entry is readonly [string, string] => typeof entry[1] === 'string'))
}

function textsOf(fields: Fields, name: string): Texts {
  const texts = fields.get(name)
  if (!isMap(texts)) return new Map()
  const found = entriesOf(texts).filter((entry): entry is [string, Y.Text] => isText(entry[1]))
  return new Map(found.map(([locale, text]) => [locale, text.toString()]))
}

function nested(doc: Y.Doc, root: string): Array<[string, Y.Map<unknown>]> {
  return entriesOf(doc.getMap(root)).filter((entry): entry is [string, Y.Map<unknown>] => isMap(entry[1]))
}

/** The entries of a map by key; its own order differs between replicas. */
function entriesOf(map: Y.Map<unknown>): Array<[string, unknown]> {
  return [...map.entries()].sort(([a], [b]) => byCodePoint(a, b))
}

// The XML types of Yjs inherit from these two, and are nothing of ours.
/** Whether it is a nested map. */
export function isMap(value: unknown): value is Y.Map<unknown> {
  return value instanceof Y.Map && !(value instanceof Y.XmlHook)
}

/** Whether it is a nested text. */
export function isText(value: unknown): value is Y.Text {
  return value instanceof Y.Text && !(value instanceof Y.XmlText)
}

function within(value: unknown, limit: number): number | null {
  const whole = integerOf(value)
  return whole !== null && whole >= 0 && whole <= limit ? whole : null
}

function textOf(value: Plain | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

function keyOf(value: Plain | undefined): string {
  return typeof value === 'string' ? value : ''
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []
}
