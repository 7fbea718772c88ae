// Edits made in a history that the server has replaced, applied to the new one as three-way patches:
// mine is written where theirs is still what I saw; else a person is asked. Nothing is merged.

import type * as Y from 'yjs'
import { isMap } from '../menu/menu'
import { isObject, type Plain, readRegisters, writeRegister } from '../menu/registers'
import { type ConflictCandidate, type Container, carriedConflict, type FieldConflict, patchOf } from './conflicts'
import { readField, splitPath } from './dirty-fields'
import type { DirtyField } from './docstore'
import { makePart, replaceText, textIn } from './yjs/parts'

/** Apply old edits to a fresh document. user: who made them. Returns those that ask. */
export function carryOver(doc: Y.Doc, fields: readonly DirtyField[], user: string): readonly DirtyField[] {
  const asked: DirtyField[] = []
  doc.transact(() => {
    for (const field of inOrder(fields)) if (!applyField(doc, field, user)) asked.push(field)
  }, 'carried')
  return asked
}

/** An asked edit as a question; null when it has been answered otherwise meanwhile. */
export function askedConflict(
  doc: Y.Doc,
  { path, base, mine, atMs }: DirtyField,
  me: { user: string; name: string },
): FieldConflict | null {
  const { container, id, field } = splitPath(path)
  const theirs = readField(doc, path)
  if (patchOf(base, mine, theirs).kind === 'nothing') return null
  const map = doc.getMap(container).get(id)
  const [newest] = isMap(map) ? (readRegisters(map.entries()).get(field) ?? []) : []
  const candidates: readonly ConflictCandidate[] = [
    {
      value: theirs,
      userId: newest?.userId ?? '',
      name: newest?.userId ?? '',
      ms: newest?.ms ?? 0,
      replica: newest?.replica ?? '',
    },
    { value: mine, userId: me.user, name: me.name, ms: atMs, replica: '' },
  ]
  return carriedConflict('moved_on', container, id, field, candidates, base)
}

/** Sections before the items that stand in them, and what was made before what was changed. */
function inOrder(fields: readonly DirtyField[]): readonly DirtyField[] {
  const rank = ({ path }: DirtyField): number => {
    const { container, field } = splitPath(path)
    return (field === '' ? 0 : 10) + (container === 'items' ? 1 : 0)
  }
  return [...fields].sort((a, b) => rank(a) - rank(b))
}

/** Whether nobody has to be asked. */
function applyField(doc: Y.Doc, { path, base, mine, atMs }: DirtyField, user: string): boolean {
  const { container, id, field } = splitPath(path)
  const map = doc.getMap(container).get(id)
  if (field === '') {
    if (!isMap(map)) make(doc, container, id, mine, user, atMs)
    return true
  }
  if (!isMap(map)) return false
  const text = textIn(map, field)
  const candidates = readRegisters(map.entries()).get(field) ?? []
  const theirs = text === null ? (candidates[0]?.value ?? null) : text.toString()
  // Never deleted reads like restored.
  const read = (value: Plain): Plain => (text === null && field.endsWith('deleted') ? value === true : value)
  const patch = patchOf(read(base), read(mine), read(theirs)).kind
  if (patch === 'write' && candidates.length <= 1) {
    if (text === null) writeRegister(map, field, mine, user, atMs)
    else replaceText(text, String(mine))
    return true
  }
  return patch === 'nothing'
}

/** Make a part that this device had made, with the languages that the menu has now. */
function make(doc: Y.Doc, container: Container, id: string, whole: Plain, user: string, ms: number): void {
  if (!isObject(whole)) return
  const texts = isObject(whole.texts) ? whole.texts : {}
  const registers = isObject(whole.registers) ? whole.registers : {}
  const letters = (field: string): string => (typeof texts[field] === 'string' ? texts[field] : '')
  makePart(doc, container, id, { letters, registers }, user, ms)
}
