// Texts that two people edited while one was without a connection: they merge letter by letter, and
// somebody should read whether the result says what it should.

import type * as Y from 'yjs'
import type { Plain } from '../menu/registers'
import { carriedConflict, type FieldConflict } from './conflicts'
import { readField, splitPath } from './dirty-fields'

const TEXT_FIELD = /^(?:(?:name|desc):.+|note)$/

/** The texts among these paths, as they are now. */
export function textsOf(doc: Y.Doc, paths: Iterable<string>): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const path of paths) {
    const text = TEXT_FIELD.test(splitPath(path).field) ? readField(doc, path) : null
    if (typeof text === 'string') found.set(path, text)
  }
  return found
}

/** A note for each of my texts that reads otherwise now: merged text first, then mine. */
export function mergedTexts(
  doc: Y.Doc,
  mine: ReadonlyMap<string, string>,
  bases: ReadonlyMap<string, Plain>,
  me: { readonly user: string; readonly name: string },
): FieldConflict[] {
  const notes: FieldConflict[] = []
  for (const [path, text] of mine) {
    const merged = readField(doc, path)
    if (merged === text) continue
    const { container, id, field } = splitPath(path)
    const candidates = [
      { value: merged, userId: '', name: '', ms: Date.now(), replica: '' },
      { value: text, userId: me.user, name: me.name, ms: Date.now(), replica: '' },
    ]
    notes.push(carriedConflict('text', container, id, field, candidates, bases.get(path)))
  }
  return notes
}
