import { describe, expect, test } from 'vitest'
import type { RoomEvent } from '../../src/core/channel'
import { type Stock, stockFold, stockOf } from '../../src/editor/board/stock'
import { type MenuEvents, menuEventsFold } from '../../src/editor/conflicts/menu-events'
import { furtherIssues } from '../../src/editor/conflicts/needing'

const event = (type: string, body: unknown): RoomEvent => ({ offset: 1, type, seq: 1, actor: 'x', atMs: 0, body })
const issue = (id: string, kind = 'names', severity = 'warning') => ({
  id,
  kind,
  severity,
  target: { root: 'items', id: 'soup', field: '' },
  candidates: [],
})

describe('the stock', () => {
  const sold = { target: 'item:soup', is_sold_out: true, remaining: null, until: 5, reason: '' }

  test('begins with what a snapshot says', () => {
    const stock = stockFold.snapshot({ stock: [sold] })
    expect(stockOf(stock, 'soup')).toEqual({ isSoldOut: true, remaining: null, untilMs: 5 })
    expect(stockOf(stock, 'tea')).toBeNull()
  })

  test('follows events, and forgets what can be ordered again', () => {
    let stock: Stock = stockFold.initial
    stock = stockFold.event(stock, event('item.86', sold))
    expect(stockOf(stock, 'soup')?.isSoldOut).toBe(true)
    stock = stockFold.event(stock, event('stock.counted', { ...sold, is_sold_out: false, remaining: 3 }))
    expect(stockOf(stock, 'soup')).toMatchObject({ isSoldOut: false, remaining: 3 })
    stock = stockFold.event(stock, event('item.un86', { ...sold, is_sold_out: false }))
    expect(stockOf(stock, 'soup')).toBeNull()
  })

  test('does not mind events of another form', () => {
    expect(stockFold.event(stockFold.initial, event('item.86', { dish: 1 }))).toBe(stockFold.initial)
  })
})

describe('what the server tells about a menu', () => {
  test('conflicts open, change and close', () => {
    let state: MenuEvents = menuEventsFold.snapshot({ conflicts: [issue('1'), 'nonsense'], locks: [] })
    expect([...state.issues.keys()]).toEqual(['1'])
    state = menuEventsFold.event(state, event('conflict.opened', issue('2')))
    expect([...state.issues.keys()]).toEqual(['1', '2'])
    state = menuEventsFold.event(state, event('conflict.closed', issue('1')))
    expect([...state.issues.keys()]).toEqual(['2'])
  })

  test('a publication says what guests see from then on', () => {
    const state = menuEventsFold.event(menuEventsFold.initial, event('menu.published', { effective: 42, number: 42 }))
    expect(state).toMatchObject({ effective: 42, publications: 1 })
  })

  test('another title is told, and stays until the next one', () => {
    let state = menuEventsFold.event(menuEventsFold.initial, event('menu.renamed', { title: 'Dinner' }))
    expect(state.title).toBe('Dinner')
    state = menuEventsFold.event(state, event('menu.renamed', { title: 3 }))
    expect(menuEventsFold.event(state, event('menu.published', { effective: 1 })).title).toBe('Dinner')
    expect(menuEventsFold.snapshot({ conflicts: [] }).title).toBeNull()
  })

  test('what the browser finds itself is not listed twice; the worst comes first', () => {
    const all = [
      issue('1', 'prices', 'error'),
      issue('2', 'stale', 'info'),
      issue('3', 'price_missing', 'error'),
      issue('4'),
    ]
    const state = menuEventsFold.snapshot({ conflicts: all })
    expect(furtherIssues(state.issues.values()).map(({ id }) => id)).toEqual(['3', '4', '2'])
  })
})
