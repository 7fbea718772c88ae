// The order of the rows of a table that changes every second.
// Rule 1: while somebody points at the table, or a control in it has the focus, nothing moves: rows
//         that came are put at the end, rows that went stay where they were, marked as gone.
// Rule 2: equal rows are ordered by id, so that they do not swap places by themselves.

/** What a column sorts by. */
export type SortValue = string | number | boolean | null

export interface Sort<K extends string> {
  readonly key: K
  readonly isDescending: boolean
}

/** A row as it is shown. */
export interface ShownRow<R> {
  readonly id: string
  readonly row: R
  readonly isGone: boolean
}

/** Rows by a column; nothing (null) always comes last. */
export function sortRows<R extends { readonly id: string }>(
  rows: readonly R[],
  read: (row: R) => SortValue,
  isDescending: boolean,
): readonly R[] {
  const sign = isDescending ? -1 : 1
  return [...rows].sort((one, other) => {
    const [a, b] = [read(one), read(other)]
    if (a === null || b === null) return a === b ? byId(one, other) : a === null ? 1 : -1
    return sign * compare(a, b) || byId(one, other)
  })
}

/** The rows to show: as sorted, or as they stood while the table is held. */
export function arrange<R extends { readonly id: string }>(
  before: readonly ShownRow<R>[],
  sorted: readonly R[],
  isHeld: boolean,
): readonly ShownRow<R>[] {
  if (!isHeld || before.length === 0) return sorted.map((row) => ({ id: row.id, row, isGone: false }))
  const current = new Map(sorted.map((row) => [row.id, row]))
  const known = new Set(before.map(({ id }) => id))
  const stayed = before.map((shown) => {
    const row = current.get(shown.id)
    return row === undefined ? { ...shown, isGone: true } : { id: shown.id, row, isGone: false }
  })
  const came = sorted.filter((row) => !known.has(row.id)).map((row) => ({ id: row.id, row, isGone: false }))
  return [...stayed, ...came]
}

/** The sort after a press on a column's head: the other way round, or that column from its natural end. */
export function nextSort<K extends string>(sort: Sort<K>, key: K, isNumber: boolean): Sort<K> {
  return sort.key === key ? { key, isDescending: !sort.isDescending } : { key, isDescending: isNumber }
}

/** Rows in which every word of a search is found somewhere. */
export function searchRows<R>(rows: readonly R[], search: string, textOf: (row: R) => string): readonly R[] {
  const words = search.toLocaleLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return rows
  return rows.filter((row) => {
    const text = textOf(row).toLocaleLowerCase()
    return words.every((word) => text.includes(word))
  })
}

function compare(a: string | number | boolean, b: string | number | boolean): number {
  if (typeof a === 'string' && typeof b === 'string') return a.localeCompare(b)
  return Number(a) - Number(b)
}

function byId(one: { readonly id: string }, other: { readonly id: string }): number {
  return one.id < other.id ? -1 : one.id > other.id ? 1 : 0
}
