// What a clean merge leaves for a person to decide: registers that ask and hold several values,
// things deleted by one and edited by another, and what could not be carried into a replaced
// document. The rules and the keys are those of collab/conflicts/rules.py;
// tests/vectors/conflicts.json holds both to the same answers. Pure: no clock, document or network.

import { byCodePoint } from '../menu/code_points'
import { type Candidate, isObject, type Plain, type Registers, valueIn } from '../menu/registers'

export type Container = 'sections' | 'items' | 'modgroups'
export type ConflictKind = 'prices' | 'allergens' | 'diets' | 'deleted' | 'moved_on' | 'text'

/** One of the values that stand against each other. */
export interface ConflictCandidate {
  readonly value: Plain
  readonly userId: string
  readonly name: string // for people; the user id when nobody knows a name
  readonly ms: number
  readonly replica: string // '' of what is no register
  readonly field?: string // kind deleted: the register (or 'text') that was written after the deletion
}

/**
 * One question. `container`, `id` and `field` say where; `field` is the name of the register.
 *
 * prices, allergens, diets: several values; the first candidate is the one that reads meanwhile.
 * deleted: deleted by one, edited by another. Candidates are the marks (value true: deleted), then the
 *   edit after them with its `field`. Resolve with true (stays deleted) or false (restored).
 * moved_on: the document was replaced while this device was away; candidates: the server's, then mine.
 * text: after an offline merge both edited this text; only a note: resolve means "I have read it".
 */
export interface FieldConflict {
  readonly key: string // `${kind}/${container}/${id}/${field}`, as the server has it
  readonly kind: ConflictKind
  readonly container: Container
  readonly id: string
  readonly field: string
  readonly candidates: readonly ConflictCandidate[]
  readonly base?: Plain // what it was before, when this device knows
}

/** What of a section, item or group these rules look at. */
export interface Part {
  readonly id: string
  readonly registers: Registers
  readonly isDeleted: boolean
}

export interface ConflictOptions {
  /** Whom to show for the writer of a value. */
  readonly nameOf?: (userId: string, replica: string) => string
  /** What a field was before this device edited it; undefined: not known. */
  readonly baseOf?: (field: string) => Plain | undefined
  /** The last edit of one of the texts: texts do not say who wrote them. */
  readonly textEdit?: { readonly userId: string; readonly ms: number }
}

/** The questions that one part of a menu has by itself, by code points of their keys. */
export function partConflicts(container: Container, part: Part, options: ConflictOptions = {}): FieldConflict[] {
  if (!mayAsk(part.registers)) return []
  const found = deletions(container, part, '', options, options.textEdit)
  if (!part.isDeleted) {
    const families = familiesOf(part.registers)
    for (const start of families) found.push(...deletions(container, part, start, options))
    const gone = families.filter((start) => valueIn(part.registers, `${start}deleted`) === true)
    for (const [field, candidates] of part.registers) {
      const kind = askingKind(field)
      if (kind === null || gone.some((start) => field.startsWith(start)) || !disagree(candidates)) continue
      found.push(conflict(kind, container, part.id, field, candidates.map(shownBy(options)), options))
    }
  }
  return found.sort((a, b) => byCodePoint(a.key, b.key))
}

/** The kind of a question when this register holds several values; null: the latest simply counts. */
export function askingKind(field: string): 'prices' | 'allergens' | 'diets' | null {
  if (isMoney(field)) return 'prices'
  if (field.startsWith('allergen:')) return 'allergens'
  return field.startsWith('diet:') ? 'diets' : null
}

/** Whether a register holds an amount: of an item, a variation or an option. */
export function isMoney(field: string): boolean {
  const isChoice = field.startsWith('var:') || field.startsWith('opt:')
  return field === 'price' || (isChoice && field.endsWith(':price'))
}

/** Whether two values are the same to a reader; true is not 1. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((one, at) => isSame(one, b[at]))
  if (!isObject(a) || !isObject(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && isSame(a[key], b[key]))
}

/** What an edit made elsewhere becomes when it meets what stands now. */
export type Patch = { readonly kind: 'nothing' } | { readonly kind: 'write' } | { readonly kind: 'ask' }

/** Three-way: mine is written where theirs is still what I saw; nothing to do when both agree. */
export function patchOf(base: unknown, mine: unknown, theirs: unknown): Patch {
  if (isSame(mine, theirs)) return { kind: 'nothing' }
  return isSame(base, theirs) ? { kind: 'write' } : { kind: 'ask' }
}

/** A question that stands in no document. */
export function carriedConflict(
  kind: 'moved_on' | 'text',
  container: Container,
  id: string,
  field: string,
  candidates: readonly ConflictCandidate[],
  base?: Plain,
): FieldConflict {
  const found = { key: `${kind}/${container}/${id}/${field}`, kind, container, id, field, candidates }
  return base === undefined ? found : { ...found, base }
}

/** Nearly all parts have neither several values nor a deletion; they cost no more than this look. */
function mayAsk(registers: Registers): boolean {
  for (const [field, candidates] of registers) {
    if (candidates.length > 1 || field.endsWith('deleted')) return true
  }
  return false
}

/** Deleted by one, written by another. start: '' or, for a choice, `var:<id>:`. */
function deletions(
  container: Container,
  part: Part,
  start: string,
  options: ConflictOptions,
  textEdit?: ConflictOptions['textEdit'],
): FieldConflict[] {
  const field = `${start}deleted`
  const marks = part.registers.get(field) ?? []
  const shown = marks.map(shownBy(options))
  if (disagree(marks)) return [conflict('deleted', container, part.id, field, shown, options)]
  const [mark] = marks
  if (mark === undefined || mark.value !== true) return []
  const edit = editedAfter(part.registers, start, mark, options, textEdit)
  return edit === null ? [] : [conflict('deleted', container, part.id, field, [...shown, edit], options)]
}

/** The last edit by another person after the deletion, by what the clocks of the writers say. */
function editedAfter(
  registers: Registers,
  start: string,
  mark: Candidate,
  options: ConflictOptions,
  textEdit: ConflictOptions['textEdit'],
): ConflictCandidate | null {
  let last: { readonly field: string; readonly one: Candidate } | null = null
  for (const [field, candidates] of registers) {
    if (!field.startsWith(start) || field === `${start}deleted`) continue
    for (const one of candidates) {
      if (one.ms <= mark.ms || one.userId === mark.userId) continue
      if (last === null || isLater(one, field, last.one, last.field)) last = { field, one }
    }
  }
  if (textEdit !== undefined && textEdit.userId !== mark.userId && textEdit.ms > mark.ms) {
    if (last === null || textEdit.ms >= last.one.ms) return textCandidate(textEdit, options)
  }
  return last === null ? null : { ...shownBy(options)(last.one), field: last.field }
}

function isLater(one: Candidate, field: string, other: Candidate, otherField: string): boolean {
  return (one.ms - other.ms || byCodePoint(one.replica, other.replica) || byCodePoint(field, otherField)) > 0
}

function textCandidate(edit: { userId: string; ms: number }, options: ConflictOptions): ConflictCandidate {
  const name = options.nameOf?.(edit.userId, '') ?? edit.userId
  return { value: null, userId: edit.userId, name, ms: edit.ms, replica: '', field: 'text' }
}

function shownBy({ nameOf }: ConflictOptions): (one: Candidate) => ConflictCandidate {
  return ({ value, userId, ms, replica }) => ({
    value,
    userId,
    name: nameOf?.(userId, replica) ?? userId,
    ms,
    replica,
  })
}

function conflict(
  kind: ConflictKind,
  container: Container,
  id: string,
  field: string,
  candidates: readonly ConflictCandidate[],
  { baseOf }: ConflictOptions,
): FieldConflict {
  const base = baseOf?.(field)
  const found = { key: `${kind}/${container}/${id}/${field}`, kind, container, id, field, candidates }
  return base === undefined ? found : { ...found, base }
}

/** `var:<id>:` and `opt:<id>:` of each choice that the registers describe. */
function familiesOf(registers: Registers): string[] {
  const starts = new Set<string>()
  for (const field of registers.keys()) {
    if (!field.startsWith('var:') && !field.startsWith('opt:')) continue
    const end = field.indexOf(':', 4)
    if (end >= 0) starts.add(field.slice(0, end + 1))
  }
  return [...starts]
}

function disagree(candidates: readonly Candidate[]): boolean {
  const [first] = candidates
  return first !== undefined && candidates.some((one) => !isSame(one.value, first.value))
}
