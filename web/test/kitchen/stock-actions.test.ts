import { expect, test } from 'vitest'
import type { StockEntry } from '../../src/kitchen/stock'
import { wayBack } from '../../src/kitchen/stock-actions'

const target = 'item:soup'
const entry = (more: Partial<StockEntry>): StockEntry => ({
  target,
  isSoldOut: true,
  remaining: null,
  untilMs: null,
  reason: '',
  by: 'kitchen',
  atMs: 1,
  isWaiting: false,
  ...more,
})

test('what was on sale without a count is that again', () => {
  expect(wayBack({ type: 'item.86', body: { target } }, undefined)).toEqual({ type: 'item.un86', body: { target } })
  const count = { type: 'stock.set', body: { target, remaining: 3 } } as const
  expect(wayBack(count, undefined)).toEqual({ type: 'stock.set', body: { target, remaining: null } })
})

test('what was counted has its count again', () => {
  const back = { type: 'stock.set', body: { target, remaining: 5 } }
  const before = entry({ isSoldOut: false, remaining: 5 })
  expect(wayBack({ type: 'item.86', body: { target } }, before)).toEqual(back)
  expect(wayBack({ type: 'stock.set', body: { target, remaining: 2 } }, before)).toEqual(back)
})

test('what was sold out is so again, until the same time', () => {
  const command = { type: 'item.un86', body: { target } } as const
  expect(wayBack(command, entry({}))).toEqual({ type: 'item.86', body: { target } })
  expect(wayBack(command, entry({ untilMs: 99 }))).toEqual({ type: 'item.86', body: { target, until: 99 } })
})
