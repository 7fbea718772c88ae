// Sections, items and groups as Yjs holds them: making one, and its texts. Nested types are made here
// only, inside the new part, in the transaction that makes it.

import * as Y from 'yjs'
import { isMap, isText, metaOf } from '../../menu/menu'
import { writeRegister } from '../../menu/registers'
import type { Container } from '../conflicts'
import { changeBetween } from './text-change'

/** What a new part begins with. */
export interface PartContent {
  /** field: `name:de`, `desc:de`, `note`. */
  readonly letters: (field: string) => string
  readonly registers: Readonly<Record<string, unknown>>
}

/** Make a part with texts in all languages of the menu. Call it in a transaction. */
export function makePart(
  doc: Y.Doc,
  container: Container,
  id: string,
  { letters, registers }: PartContent,
  user: string,
  ms: number,
): void {
  const map = new Y.Map<unknown>()
  doc.getMap(container).set(id, map)
  if (container !== 'modgroups') {
    const { locales } = metaOf(doc)
    for (const name of ['name', 'desc']) {
      map.set(name, new Y.Map(locales.map((locale) => [locale, new Y.Text(letters(`${name}:${locale}`))])))
    }
  }
  if (container === 'items') map.set('note', new Y.Text(letters('note')))
  for (const [field, value] of Object.entries(registers)) writeRegister(map, field, value, user, ms)
}

/** The text that a field such as `name:de` or `note` names; null when it names a register. */
export function textIn(part: Y.Map<unknown>, field: string): Y.Text | null {
  const [name = '', locale] = field.split(':')
  const texts = part.get(name)
  const text = locale !== undefined && isMap(texts) ? texts.get(locale) : texts
  return isText(text) ? text : null
}

/** Make a text read as `wanted` with the smallest change. Call it in a transaction. */
export function replaceText(text: Y.Text, wanted: string): void {
  const change = changeBetween(text.toString(), wanted, wanted.length)
  if (change === null) return
  if (change.removed > 0) text.delete(change.index, change.removed)
  if (change.inserted !== '') text.insert(change.index, change.inserted)
}
