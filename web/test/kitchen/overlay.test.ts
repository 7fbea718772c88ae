import { describe, expect, it } from 'vitest'
import { type Desk, isAbout, type Pending, withPending } from '../../src/kitchen/overlay'
import type { KitchenState } from '../../src/kitchen/state'
import { folded, MINUTE, NOON, told, wireLine, wireTicket } from './samples'

const KEY = 'o1.1.1.grill'
const LATER = NOON + MINUTE
let count = 0

function command(type: string, body: object, order = 'o1'): Pending {
  count += 1
  return { id: `c${count}`, room: `order:${order}`, type, body, atMs: LATER }
}

function stateOf(...lines: Parameters<typeof wireTicket>[1]): KitchenState {
  return folded(
    told('ticket.opened', 'line.fired', wireTicket('o1', lines)),
    told('ticket.opened', 'line.fired', wireTicket('o2', [wireLine('z')])),
  )
}

function linesOf(state: KitchenState): Record<string, string> {
  return Object.fromEntries((state.tickets[KEY]?.ticket.lines ?? []).map((line) => [line.id, line.state]))
}

const two = stateOf(wireLine('a'), wireLine('b'))
const run = (state: KitchenState, desk: Desk, ...commands: Pending[]): KitchenState =>
  withPending(state, commands, desk)

describe('commands on their way', () => {
  it('are about their own ticket, and not about what was added to the same order', () => {
    const ticket = two.tickets[KEY]?.ticket
    if (ticket === undefined) throw new Error('there is no ticket')
    const addition = { ...ticket, id: 'o1.2.1.grill', lines: [] }
    const about: [Pending, boolean, boolean][] = [
      [command('ticket.bump', { ticket: KEY }), true, false],
      [command('line.ready', { line: 'a' }), true, false],
      [command('course.fire', { course: 1 }), true, true],
      [command('course.fire', { course: 2 }), false, false],
      [command('ticket.bump', { ticket: KEY }, 'o2'), false, false],
    ]
    for (const [one, isOfTicket, isOfAddition] of about) {
      expect(isAbout(one, ticket)).toBe(isOfTicket)
      expect(isAbout(one, addition)).toBe(isOfAddition)
    }
  })

  it('leave everything that they do not touch the same object', () => {
    const state = run(two, 'station', command('line.ready', { line: 'a' }))
    expect(state.tickets['o2.1.1.grill']).toBe(two.tickets['o2.1.1.grill'])
    expect(state.tickets[KEY]).not.toBe(two.tickets[KEY])
  })

  it('change nothing at all when they change nothing', () => {
    expect(run(two, 'station', command('line.ready', { line: 'unknown' }))).toBe(two)
    expect(run(two, 'station', command('ticket.bump', { ticket: 'gone' }))).toBe(two)
    expect(run(two, 'station', command('item.86', { target: 'item:x' }))).toBe(two)
  })

  it('show a line as done and, recalled, in the pan again', () => {
    const done = run(two, 'station', command('line.ready', { line: 'a' }))
    expect(linesOf(done)).toEqual({ a: 'ready', b: 'fired' })
    expect(linesOf(run(done, 'station', command('line.recall', { line: 'a' })))).toEqual({ a: 'preparing', b: 'fired' })
  })

  it('take the ticket off a station when its last line is done', () => {
    const state = run(two, 'station', command('line.ready', { line: 'a' }), command('line.ready', { line: 'b' }))
    expect(state.tickets[KEY]).toBeUndefined()
    expect(state.bumped).toMatchObject([{ closedMs: LATER, canRecall: true }])
  })

  it('keep the ticket on the pass until it is sent out', () => {
    const ready = run(two, 'expo', command('ticket.bump', { ticket: KEY }))
    expect(linesOf(ready)).toEqual({ a: 'ready', b: 'ready' })
    const sent = run(ready, 'expo', command('line.serve', { line: 'a' }), command('line.serve', { line: 'b' }))
    expect(sent.tickets[KEY]).toBeUndefined()
    expect(linesOf(run(sent, 'expo', command('line.recall', { line: 'a' })))).toEqual({ a: 'ready', b: 'served' })
  })

  it('bump and recall: the ticket is back with its own time, marked as recalled', () => {
    const gone = run(two, 'station', command('ticket.bump', { ticket: KEY }))
    expect(gone.tickets[KEY]).toBeUndefined()
    const back = run(gone, 'station', command('ticket.recall', { ticket: KEY }))
    expect(back.tickets[KEY]).toMatchObject({ recalledMs: LATER, ticket: { openedMs: NOON } })
    expect(back.bumped).toEqual([])
  })

  it('take note of what was voided only with a bump', () => {
    const voided = stateOf(wireLine('a', { state: 'voided' }), wireLine('b'))
    const done = run(voided, 'station', command('line.ready', { line: 'b' }))
    expect(linesOf(done)).toEqual({ a: 'voided', b: 'ready' })
    const bumped = run(done, 'station', command('ticket.bump', { ticket: KEY }))
    expect(bumped.tickets[KEY]).toBeUndefined()
  })

  it('cannot recall a ticket of which everything was voided', () => {
    const voided = stateOf(wireLine('a', { state: 'voided' }))
    expect(run(voided, 'station', command('ticket.bump', { ticket: KEY })).bumped).toMatchObject([{ canRecall: false }])
  })

  it('begin a whole ticket, but not what is done', () => {
    const state = stateOf(wireLine('a'), wireLine('b', { state: 'ready' }))
    expect(linesOf(run(state, 'station', command('ticket.start', { ticket: KEY })))).toEqual({
      a: 'preparing',
      b: 'ready',
    })
    expect(linesOf(run(state, 'station', command('line.start', { line: 'a' })))).toEqual({ a: 'preparing', b: 'ready' })
  })

  it('take a dish that cannot be made off the ticket, and the ticket with the last of them', () => {
    const one = run(two, 'station', command('line.reject', { line: 'a' }))
    expect(linesOf(one)).toEqual({ b: 'fired' })
    const none = run(one, 'station', command('line.reject', { line: 'b' }))
    expect(none.tickets[KEY]).toBeUndefined()
    expect(none.bumped).toEqual([])
  })

  it('hold a course and fire it again', () => {
    const held = run(two, 'station', command('course.hold', { course: 1 }))
    expect(held.tickets[KEY]).toBeUndefined()
    expect(held.tickets['o2.1.1.grill']).toBeDefined()
    expect(held.onHold).toHaveLength(1)
    const fired = run(held, 'station', command('course.fire', { course: 1 }))
    expect(fired).toMatchObject({ onHold: [], tickets: { [KEY]: { ticket: { openedMs: LATER } } } })
  })

  it('hold only what nobody has begun', () => {
    const state = stateOf(wireLine('a', { state: 'preparing' }), wireLine('b'))
    const held = run(state, 'station', command('course.hold', { course: 1 }))
    expect(linesOf(held)).toEqual({ a: 'preparing' })
    expect(held.onHold).toEqual([])
  })

  it('that are refused drop out: without them the state is the server’s', () => {
    const bump = command('ticket.bump', { ticket: KEY })
    expect(run(two, 'station', bump).tickets[KEY]).toBeUndefined()
    expect(run(two, 'station')).toBe(two)
  })

  it('done by the server already change nothing more', () => {
    const bumped = folded(
      told('ticket.opened', 'line.fired', wireTicket('o1', [wireLine('a')])),
      told('ticket.closed', 'line.ready', wireTicket('o1', [wireLine('a', { state: 'ready' })]), NOON + 1000),
    )
    expect(run(bumped, 'station', command('ticket.bump', { ticket: KEY }))).toBe(bumped)
  })
})
