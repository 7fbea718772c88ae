import { describe, expect, it } from 'vitest'
import type { RoomEvent } from '../../src/core/channel'
import { leftOf, STOCK_FOLD, type Stock, type StockEntry, shortages } from '../../src/guest/stock'

const entry = (target: string, more: Partial<StockEntry> = {}): StockEntry => ({
  target,
  is_sold_out: false,
  remaining: null,
  until: null,
  reason: '',
  ...more,
})
const stock = (...entries: StockEntry[]): Stock => STOCK_FOLD.snapshot({ stock: entries })
const told = (type: string, body: unknown): RoomEvent => ({ offset: 1, type, seq: 0, actor: 'waiter', atMs: 0, body })
const take = (id: string, item: string, quantity = 1, variation: string | null = null) => ({
  id,
  item,
  variation,
  quantity,
  options: [],
})

describe('the stock', () => {
  it('is folded from a snapshot and what happens after it', () => {
    const before = stock(entry('item:cal', { is_sold_out: true }))
    expect(leftOf(before, 'item:cal', 0)).toBe(0)
    const now = STOCK_FOLD.event(before, told('item.un86', entry('item:cal')))
    expect(leftOf(now, 'item:cal', 0)).toBeNull()
    expect(STOCK_FOLD.event(now, told('item.86', { target: 7 }))).toBe(now)
    expect(STOCK_FOLD.snapshot('nonsense')).toEqual({})
  })

  it('comes back at the time that was said', () => {
    const until = stock(entry('item:cal', { is_sold_out: true, until: 1000 }))
    expect(leftOf(until, 'item:cal', 999)).toBe(0)
    expect(leftOf(until, 'item:cal', 1000)).toBeNull()
  })

  it('marks only the lines that are short, and what they leave is there for the next', () => {
    const counted = stock(entry('item:cal', { remaining: 2 }), entry('variation:big', { is_sold_out: true }))
    const lines = [take('a', 'cal', 1), take('b', 'cal', 2), take('c', 'cal', 1), take('d', 'tag', 1, 'big')]
    expect([...shortages(lines, counted, 0)]).toEqual([
      ['b', { target: 'item:cal', remaining: 1 }],
      ['d', { target: 'variation:big', remaining: 0 }],
    ])
  })

  it('counts options as often as they are chosen for every dish', () => {
    const few = stock(entry('option:cheese', { remaining: 3 }))
    const line = { ...take('a', 'piz', 2), options: [{ option: 'cheese', quantity: 2 }] }
    expect(shortages([line], few, 0).get('a')).toEqual({ target: 'option:cheese', remaining: 3 })
    expect(shortages([{ ...line, quantity: 1 }], few, 0).size).toBe(0)
  })
})
