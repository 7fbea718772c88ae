import { signal } from '@preact/signals'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { MenuModel } from '../../../src/core/yjs/menu-model'
import { RowBudget } from '../../../src/editor/board/row-budget'

const ids = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `i${at}`)
const lists: Record<string, readonly string[]> = { s: ids(20), t: ids(30), '': ids(0) }
const model = {
  sections: signal(['s', 't']),
  itemsOf: (section: string) => signal(lists[section] ?? []),
} as unknown as MenuModel

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('the rows of a long menu', () => {
  test('are drawn from the top, a few at once', () => {
    const rows = new RowBudget(model)
    expect([rows.rowsIn('s'), rows.rowsIn('t')]).toEqual([14, 0])
    const stop = rows.start()
    vi.advanceTimersToNextTimer()
    expect([rows.rowsIn('s') >= 20, rows.rowsIn('t')]).toEqual([true, 4])
    vi.runAllTimers()
    expect(rows.rowsIn('t')).toBe(Number.POSITIVE_INFINITY)
    stop()
  })

  test('are drawn from the top again after a search', () => {
    const rows = new RowBudget(model)
    rows.finish()
    rows.restart()
    expect([rows.rowsIn('s'), rows.rowsIn('t')]).toEqual([14, 0])
    vi.runAllTimers()
    expect(rows.rowsIn('t')).toBe(Number.POSITIVE_INFINITY)
  })

  test('are all drawn at once when somebody goes further', () => {
    const rows = new RowBudget(model)
    rows.finish()
    expect(rows.rowsIn('t')).toBe(Number.POSITIVE_INFINITY)
  })
})
