import { describe, expect, it } from 'vitest'
import { dueOf, isClosed, ORDER_FOLD, stageOf } from '../../src/guest/order'
import { event, folded, line, order } from './made'

const states = (found: ReturnType<typeof folded>): string[] =>
  (found?.lines ?? []).map(({ id, state }) => `${id} ${state}`)

describe('the order', () => {
  it('begins with a snapshot or with its opening', () => {
    const there = order(line('a'))
    expect(ORDER_FOLD.snapshot({ order: there })).toEqual(there)
    expect(ORDER_FOLD.snapshot({ order: null })).toBeNull()
    expect(folded(null, event('order.opened', { opened: there }))?.id).toBe('o1')
    expect(folded(null, event('line.removed', { line: 'a' }))).toBeNull()
  })

  it('takes lines on and off its list', () => {
    const found = folded(
      order(),
      event('line.added', { line: line('a') }),
      event('line.added', { line: line('b') }),
      event('line.changed', { line: line('a', { quantity: 3, price: 2700 }) }),
      event('line.removed', { line: 'b' }),
    )
    expect(found?.lines.map(({ id, quantity }) => [id, quantity])).toEqual([['a', 3]])
  })

  it('follows its lines through the kitchen and keeps the totals of the last event', () => {
    const moved = (type: string, state: string, more: object = {}) =>
      event(type, { lines: [{ id: 'a', state, price: 900 }], ...more }, { total: 900, status: 'placed' })
    let found = folded(order(line('a'), line('b')), moved('order.placed', 'placed', { batch: 2 }))
    expect(states(found)).toEqual(['a placed', 'b draft'])
    expect([found?.lines[0]?.batch, found?.total, found?.status]).toEqual([2, 900, 'placed'])
    for (const [type, state] of [
      ['line.fired', 'fired'],
      ['line.started', 'preparing'],
      ['line.ready', 'ready'],
      ['line.served', 'served'],
      ['line.recalled', 'ready'],
    ] as const) {
      found = folded(found, moved(type, state))
      expect(states(found)[0]).toBe(`a ${state}`)
    }
    expect(found?.lines[0]?.batch).toBe(2)
  })

  it('says why a line is not coming, and that something was asked or given away', () => {
    const body = (state: string, reason: string) => ({ lines: [{ id: 'a', state, price: 0 }], reason })
    let found = folded(order(line('a', { state: 'fired' })), event('line.void_asked', body('fired', '')))
    expect(found?.lines[0]?.is_void_asked).toBe(true)
    found = folded(found, event('line.comped', body('fired', 'birthday')))
    expect(found?.lines[0]).toMatchObject({ is_comped: true, is_void_asked: true, reason: 'birthday' })
    found = folded(found, event('line.voided', body('voided', 'changed mind')))
    expect(found?.lines[0]).toMatchObject({ is_void_asked: false, reason: 'changed mind', price: 0 })
  })

  it('counts payments and is over when it is closed, until it is opened again', () => {
    const payment = { id: 'p', amount: 500, tip: 0, method: 'cash', at: 1 }
    let found = folded(order(), event('payment.recorded', { payment }, { total: 900, paid: 500 }))
    expect(found && dueOf(found)).toBe(400)
    expect(found?.payments).toHaveLength(1)
    found = folded(found, event('order.closed', {}, { status: 'closed' }))
    expect([isClosed(found), found?.closed_at]).toEqual([true, 5000])
    expect(isClosed(folded(found, event('order.reopened', {}, { status: 'open' })))).toBe(false)
    expect(isClosed(null)).toBe(false)
  })

  it('keeps what guests noted and ignores what it cannot read', () => {
    const note = { id: 'n', text: 'hello', by: 'guest', at: 1 }
    const found = folded(order(), event('note.added', { note }), event('note.added', { note: null }))
    expect(found?.notes).toEqual([note])
    expect(folded(found, event('line.added', { line: { id: 5 } }))?.lines).toEqual([])
    expect(folded(found, event('staff.assigned', {}))?.lines).toEqual([])
  })

  it('calls every state of a line by what it means to a guest', () => {
    const known = ['draft', 'placed', 'fired', 'preparing', 'ready', 'served', 'rejected', 'voided', 'new']
    expect(known.map(stageOf)).toEqual([
      'choosing',
      'later',
      'sent',
      'preparing',
      'ready',
      'served',
      'gone',
      'gone',
      'sent',
    ])
  })
})
