// Sorting, searching, and rows that stand still under the pointer.

import { describe, expect, test } from 'vitest'
import { arrange, nextSort, searchRows, sortRows } from '../../src/ops/rows'

interface Row {
  readonly id: string
  readonly n: number | null
}

const rows: readonly Row[] = [
  { id: 'a', n: 2 },
  { id: 'b', n: null },
  { id: 'c', n: 10 },
  { id: 'd', n: 2 },
]
const ids = (shown: readonly { readonly id: string }[]): string => shown.map(({ id }) => id).join('')

describe('sorting', () => {
  test('numbers are sorted as numbers, and what is not known comes last either way', () => {
    expect(ids(sortRows(rows, ({ n }) => n, false))).toBe('adcb')
    expect(ids(sortRows(rows, ({ n }) => n, true))).toBe('cadb')
  })

  test('equal rows stay in the order of their ids whatever order they came in', () => {
    const same = [...rows].reverse()
    expect(ids(sortRows(same, () => 1, true))).toBe('abcd')
  })

  test('a second press turns the order round, another column begins at its own end', () => {
    expect(nextSort({ key: 'n', isDescending: true }, 'n', true)).toEqual({ key: 'n', isDescending: false })
    expect(nextSort({ key: 'n', isDescending: true }, 'name', false)).toEqual({ key: 'name', isDescending: false })
    expect(nextSort({ key: 'name', isDescending: false }, 'n', true)).toEqual({ key: 'n', isDescending: true })
  })
})

describe('rows under the pointer', () => {
  const before = arrange<Row>([], rows, false)

  test('follow the order while nobody points at them', () => {
    expect(ids(arrange(before, [...rows].reverse(), false))).toBe('dcba')
  })

  test('keep their places while somebody does, with their newest numbers', () => {
    const now = [
      { id: 'd', n: 99 },
      { id: 'a', n: 1 },
      { id: 'c', n: 10 },
      { id: 'b', n: 5 },
    ]
    const shown = arrange(before, now, true)
    expect(ids(shown)).toBe('abcd')
    expect(shown[3]?.row.n).toBe(99)
  })

  test('stay, marked as gone, when they end, and newcomers go to the end', () => {
    const now = [
      { id: 'x', n: 1 },
      { id: 'a', n: 2 },
      { id: 'c', n: 10 },
    ]
    const held = arrange(before, now, true)
    expect(ids(held)).toBe('abcdx')
    expect(held.filter((one) => one.isGone).map(({ id }) => id)).toEqual(['b', 'd'])
    expect(arrange(held, now, true).filter((one) => one.isGone)).toHaveLength(2)
    expect(ids(arrange(held, now, false))).toBe('xac')
  })
})

describe('search', () => {
  test('finds rows in which every word stands, in any order and case', () => {
    const texts = ['Kitchen bistro grill', 'Menu Lunch', 'Kitchen bar']
    expect(searchRows(texts, 'GRILL kitchen', (text) => text)).toEqual(['Kitchen bistro grill'])
    expect(searchRows(texts, '  ', (text) => text)).toHaveLength(3)
    expect(searchRows(texts, 'nothing', (text) => text)).toEqual([])
  })
})
