import { describe, expect, it } from 'vitest'
import type { Pending } from '../../src/kitchen/overlay'
import { foldStock, NO_STOCK, type StockState, standing, stockFold, withPendingStock } from '../../src/kitchen/stock'
import { MINUTE, NOON } from './samples'

const wire = (target: string, fields = {}) => ({
  target,
  is_sold_out: true,
  remaining: null,
  until: null,
  reason: '',
  ...fields,
})
const event = (type: string, body: object, actor = 'kitchen') => ({ offset: 1, type, seq: 0, actor, atMs: NOON, body })
const targets = (state: StockState, atMs = NOON) => standing(state, atMs).map((one) => one.target)

function command(type: string, body: object): Pending {
  return { id: type, room: 'stock:r', type, body, atMs: NOON + MINUTE }
}

describe('the stock', () => {
  it('shows what is sold out and counted in a snapshot', () => {
    const state = stockFold.snapshot({ stock: [wire('item:a'), wire('item:b', { is_sold_out: false, remaining: 4 })] })
    expect(targets(state)).toEqual(['item:a', 'item:b'])
  })

  it('says who took a dish off sale, and forgets it when it is back', () => {
    const off = foldStock(NO_STOCK, event('item.86', wire('item:a'), 'waiter'))
    expect(off.entries['item:a']).toMatchObject({ isSoldOut: true, by: 'waiter', atMs: NOON })
    expect(foldStock(off, event('item.un86', wire('item:a', { is_sold_out: false }))).entries).toEqual({})
  })

  it('brings a dish back by itself at its time', () => {
    const off = foldStock(NO_STOCK, event('item.86', wire('item:a', { until: NOON + MINUTE })))
    expect(targets(off, NOON)).toEqual(['item:a'])
    expect(targets(off, NOON + MINUTE)).toEqual([])
  })

  it('warns when a dish runs low, until somebody says something about it', () => {
    const low = foldStock(NO_STOCK, event('stock.low', wire('item:a', { is_sold_out: false, remaining: 5 })))
    expect(low.low).toEqual([{ target: 'item:a', remaining: 5, atMs: NOON }])
    const counted = foldStock(low, event('stock.counted', wire('item:a', { is_sold_out: false, remaining: 4 })))
    expect(counted.low).toHaveLength(1)
    expect(foldStock(counted, event('stock.set', wire('item:a', { is_sold_out: false, remaining: 40 }))).low).toEqual(
      [],
    )
  })

  it('shows what was said here before the server has it', () => {
    const off = withPendingStock(NO_STOCK, [command('item.86', { target: 'item:a', until: NOON + 9 * MINUTE })])
    expect(off.entries['item:a']).toMatchObject({ isSoldOut: true, untilMs: NOON + 9 * MINUTE, isWaiting: true })
    const back = withPendingStock(off, [command('item.un86', { target: 'item:a' })])
    expect(back.entries).toEqual({})
    const none = withPendingStock(NO_STOCK, [command('stock.set', { target: 'item:a', remaining: 0 })])
    expect(none.entries['item:a']).toMatchObject({ isSoldOut: true, remaining: 0 })
    const open = withPendingStock(none, [command('stock.set', { target: 'item:a', remaining: null })])
    expect(open.entries).toEqual({})
  })

  it('ignores what it cannot read', () => {
    expect(foldStock(NO_STOCK, event('item.86', { target: 7 }))).toBe(NO_STOCK)
    expect(stockFold.snapshot(null)).toEqual(NO_STOCK)
  })
})
