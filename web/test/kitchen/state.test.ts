import { describe, expect, it } from 'vitest'
import { foldEvent, fromSnapshot, NOTHING, REMEMBERED_MS } from '../../src/kitchen/state'
import { folded, MINUTE, NOON, told, wireLine, wireTicket } from './samples'

const KEY = 'o1.1.1.grill'
const fired = [wireLine('a'), wireLine('b')]
const opened = told('ticket.opened', 'line.fired', wireTicket('o1', fired))
const bumpedLines = [wireLine('a', { state: 'ready' }), wireLine('b', { state: 'ready' })]
const closed = told('ticket.closed', 'line.ready', wireTicket('o1', bumpedLines), NOON + 5 * MINUTE, 7)

describe('a kitchen room', () => {
  it('shows the tickets of a snapshot as they are, and nothing as news', () => {
    const state = fromSnapshot({ tickets: [wireTicket('o1', fired)], all_day: [] })
    expect(state.tickets[KEY]).toMatchObject({ arrivedMs: 0, recalledMs: null, marks: {} })
  })

  it('shows an opened ticket and how far it has told its order', () => {
    const state = folded(opened)
    expect(state.tickets[KEY]?.ticket.lines.map((line) => line.id)).toEqual(['a', 'b'])
    expect(state.seqs).toEqual({ o1: 1 })
  })

  it('takes a closed ticket away and remembers it', () => {
    const state = folded(opened, closed)
    expect(state.tickets).toEqual({})
    expect(state.bumped).toMatchObject([{ closedMs: NOON + 5 * MINUTE, canRecall: true }])
  })

  it('brings a recalled ticket back with its original time and says that it was recalled', () => {
    const again = told('ticket.opened', 'line.recalled', wireTicket('o1', fired), NOON + 6 * MINUTE)
    const state = folded(opened, closed, again)
    expect(state.tickets[KEY]).toMatchObject({ recalledMs: NOON + 6 * MINUTE, ticket: { openedMs: NOON } })
    expect(state.bumped).toEqual([])
  })

  it('stays recalled when the ticket changes afterwards', () => {
    const again = told('ticket.opened', 'line.recalled', wireTicket('o1', fired), NOON + 6 * MINUTE)
    const begun = told(
      'ticket.changed',
      'line.started',
      wireTicket('o1', [wireLine('a', { state: 'preparing' }), wireLine('b')]),
    )
    expect(folded(opened, closed, again, begun).tickets[KEY]?.recalledMs).toBe(NOON + 6 * MINUTE)
  })

  it('marks an added line with the time at which it came', () => {
    const more = told('ticket.changed', 'line.fired', wireTicket('o1', [...fired, wireLine('c')]), NOON + MINUTE)
    expect(folded(opened, more).tickets[KEY]?.marks).toEqual({ c: { kind: 'added', atMs: NOON + MINUTE } })
  })

  it('marks a voided line and keeps it until it is bumped', () => {
    const lines = [wireLine('a', { state: 'voided' }), wireLine('b')]
    const state = folded(opened, told('ticket.changed', 'line.voided', wireTicket('o1', lines), NOON + MINUTE))
    expect(state.tickets[KEY]?.marks).toEqual({ a: { kind: 'voided', atMs: NOON + MINUTE } })
    expect(state.tickets[KEY]?.ticket.lines).toHaveLength(2)
  })

  it.each([
    ['quantity', { quantity: 3 }],
    ['note', { note: 'no onions' }],
    ['options', { options: [{ group_id: 'g', option_id: 'x', name: { en: 'X' }, quantity: 1 }] }],
  ])('marks a line whose %s is another one', (_, change) => {
    const changed = told('ticket.changed', 'line.changed', wireTicket('o1', [wireLine('a', change), wireLine('b')]))
    expect(folded(opened, changed).tickets[KEY]?.marks.a?.kind).toBe('changed')
  })

  it('marks nothing when a line only goes on', () => {
    const ready = told(
      'ticket.changed',
      'line.ready',
      wireTicket('o1', [wireLine('a', { state: 'ready' }), wireLine('b')]),
    )
    expect(folded(opened, ready).tickets[KEY]?.marks).toEqual({})
  })

  it('remembers a course that was taken back with the dishes that it had', () => {
    const held = told('ticket.closed', 'course.held', wireTicket('o1', []), NOON + MINUTE)
    const state = folded(opened, held)
    expect(state.tickets).toEqual({})
    expect(state.onHold).toMatchObject([{ atMs: NOON + MINUTE, ticket: { lines: [{ id: 'a' }, { id: 'b' }] } }])
    const fire = told('ticket.opened', 'line.fired', wireTicket('o1', fired, { opened_at: NOON + 2 * MINUTE }))
    expect(foldEvent(state, fire)).toMatchObject({
      onHold: [],
      tickets: { [KEY]: { ticket: { openedMs: NOON + 2 * MINUTE } } },
    })
  })

  it('forgets a ticket of which every dish was rejected', () => {
    const state = folded(opened, told('ticket.closed', 'line.rejected', wireTicket('o1', [])))
    expect(state).toMatchObject({ tickets: {}, bumped: [], onHold: [] })
  })

  it('cannot recall what was closed with its order', () => {
    const gone = told('ticket.closed', 'order.closed', wireTicket('o1', bumpedLines))
    expect(folded(opened, gone).bumped).toMatchObject([{ canRecall: false }])
  })

  it('forgets bumps after an hour', () => {
    const late = NOON + REMEMBERED_MS + 6 * MINUTE
    const state = folded(
      opened,
      closed,
      told('ticket.opened', 'line.fired', wireTicket('o2', fired), late),
      told('ticket.closed', 'line.ready', wireTicket('o2', bumpedLines), late),
    )
    expect(state.bumped.map((one) => one.held.ticket.order)).toEqual(['o2'])
  })

  it('ends in the same tickets when events come twice', () => {
    const events = [opened, told('ticket.changed', 'line.started', wireTicket('o1', fired)), closed]
    expect(folded(...events, ...events).tickets).toEqual(folded(...events).tickets)
    expect(folded(...events, closed).bumped).toHaveLength(1)
  })

  it('ignores figures and other events that are not about tickets', () => {
    const state = folded(opened)
    const figures = { offset: 9, type: 'queue.updated', seq: 0, actor: 'server', atMs: NOON, body: { queue_length: 1 } }
    expect(foldEvent(state, figures)).toBe(state)
  })

  it('counts what it cannot read instead of hiding it', () => {
    expect(foldEvent(NOTHING, told('ticket.opened', 'line.fired', { id: 'x' })).unreadable).toBe(1)
    expect(fromSnapshot({ tickets: [wireTicket('o1', fired), { id: 7 }] })).toMatchObject({ unreadable: 1 })
    expect(fromSnapshot('nonsense').unreadable).toBe(1)
  })
})
