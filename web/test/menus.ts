// Menus for tests: as the server seeds them, and several replicas of one.

import * as Y from 'yjs'
import { writeRegister } from '../src/menu/registers'

export type Random = () => number

/** The same numbers for the same seed. */
export function seeded(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export function below(random: Random, limit: number): number {
  return Math.floor(random() * limit)
}

/** One of a list that is not empty. */
export function oneOf<T>(random: Random, list: readonly T[]): T {
  const found = list[below(random, list.length)]
  if (found === undefined) throw new RangeError('the list is empty')
  return found
}

/** Whether a text has no half of a surrogate pair. */
export function isWhole(text: string): boolean {
  return !/\p{Surrogate}/u.test(text)
}

export function sync(from: Y.Doc, to: Y.Doc): void {
  Y.applyUpdate(to, Y.encodeStateAsUpdate(from, Y.encodeStateVector(to)), 'remote')
}

export function syncAll(docs: readonly Y.Doc[]): void {
  for (const _ of [0, 1]) for (const from of docs) for (const to of docs) if (from !== to) sync(from, to)
}

/** A document of its own client id that holds what the server seeded. */
export function replica(clientId: number, base: Uint8Array): Y.Doc {
  const doc = new Y.Doc()
  doc.clientID = clientId
  Y.applyUpdate(doc, base, 'remote')
  return doc
}

export function mapAt(doc: Y.Doc, root: string, id: string): Y.Map<unknown> {
  const map = doc.getMap(root).get(id)
  if (!(map instanceof Y.Map)) throw new Error(`${root}/${id} is not there`)
  return map
}

export function textAt(doc: Y.Doc, root: string, id: string, field: string, locale: string): Y.Text {
  const texts = mapAt(doc, root, id).get(field)
  const text = texts instanceof Y.Map ? texts.get(locale) : texts
  if (!(text instanceof Y.Text)) throw new Error(`${root}/${id}/${field}:${locale} is not there`)
  return text
}

export function addSection(doc: Y.Doc, id: string, pos: string, locales: readonly string[] = ['de']): void {
  const map = new Y.Map<unknown>()
  doc.getMap('sections').set(id, map)
  for (const name of ['name', 'desc']) map.set(name, texts(locales, name === 'name' ? id : ''))
  writeRegister(map, 'pos', pos, 'server', 0)
}

export function addItem(
  doc: Y.Doc,
  id: string,
  loc: readonly [string, string],
  locales: readonly string[] = ['de'],
): void {
  const map = new Y.Map<unknown>()
  doc.getMap('items').set(id, map)
  for (const name of ['name', 'desc']) map.set(name, texts(locales, name === 'name' ? id : ''))
  map.set('note', new Y.Text())
  writeRegister(map, 'loc', loc, 'server', 0)
  writeRegister(map, 'price', 100, 'server', 0)
}

export interface Seed {
  readonly sections?: readonly string[]
  readonly items?: readonly string[] // all in the first section
  readonly locales?: readonly string[]
}

/** The first content of a menu: sections a0.., items a0.. */
export function seedMenu({
  sections = ['s', 't', 'u'],
  items = ['i', 'j', 'k', 'l'],
  locales = ['de'],
}: Seed = {}): Uint8Array {
  const doc = new Y.Doc()
  doc.clientID = 7
  doc.transact(() => {
    const meta = doc.getMap('meta')
    const said = {
      schema: 1,
      menu_id: 'menu',
      currency: 'EUR',
      default_locale: locales[0] ?? 'de',
      locales: [...locales],
    }
    for (const [key, value] of Object.entries(said)) meta.set(key, value)
    for (const [place, id] of sections.entries()) addSection(doc, id, keyOf(place), locales)
    for (const [place, id] of items.entries()) addItem(doc, id, [sections[0] ?? '', keyOf(place)], locales)
  })
  return Y.encodeStateAsUpdate(doc)
}

/** Order keys in order. */
function keyOf(place: number): string {
  return `c${String(place).padStart(3, '0')}`
}

function texts(locales: readonly string[], text: string): Y.Map<Y.Text> {
  return new Y.Map(locales.map((locale) => [locale, new Y.Text(text)]))
}
