import { describe, expect, it } from 'vitest'
import { arrivedMeanwhile, type Card, CardMaker, inPlace, isAllReady, waitingFor } from '../../src/kitchen/cards'
import { withPending } from '../../src/kitchen/overlay'
import { folded, MINUTE, NOON, told, wireLine, wireTicket } from './samples'

const options = { desk: 'station', stations: [], pinned: new Set<string>() } as const
const opened = (order: string, minutes: number, fields = {}) =>
  told(
    'ticket.opened',
    'line.fired',
    wireTicket(order, [wireLine(`${order}a`)], { opened_at: NOON + minutes * MINUTE, ...fields }),
  )
const keys = (cards: readonly Card[]): string[] => cards.map((card) => card.key)

describe('the board', () => {
  it('has the oldest first, and equal ones in the same order on every screen', () => {
    const state = folded(opened('o2', 5), opened('o3', 1), opened('o1', 5))
    expect(keys(new CardMaker().cards([state], options))).toEqual(['o3.1.1.grill', 'o1.1.1.grill', 'o2.1.1.grill'])
  })

  it('puts pinned cards before older ones', () => {
    const state = folded(opened('o1', 0), opened('o2', 5))
    const pinned = new Set(['o2.1.1.grill'])
    expect(keys(new CardMaker().cards([state], { ...options, pinned }))).toEqual(['o2.1.1.grill', 'o1.1.1.grill'])
  })

  it('puts a recalled ticket where it was before', () => {
    const first = folded(opened('o1', 0), opened('o2', 5))
    const bump = { id: '1', room: 'order:o1', type: 'ticket.bump', body: { ticket: 'o1.1.1.grill' }, atMs: NOON }
    const recall = { ...bump, id: '2', type: 'ticket.recall' }
    const state = withPending(first, [bump, recall], 'station')
    expect(keys(new CardMaker().cards([state], options))).toEqual(['o1.1.1.grill', 'o2.1.1.grill'])
  })

  it('shows only the chosen stations', () => {
    const state = folded(opened('o1', 0), opened('o1', 0, { station: 'bar' }))
    expect(keys(new CardMaker().cards([state], { ...options, stations: ['bar'] }))).toEqual(['o1.1.1.bar'])
  })

  it('shows a ticket that two rooms tell once', () => {
    const state = folded(opened('o1', 0))
    expect(new CardMaker().cards([state, folded(opened('o1', 0))], options)).toHaveLength(1)
  })

  it('gives the same object for a card whose tickets are the same', () => {
    const maker = new CardMaker()
    const before = folded(opened('o1', 0), opened('o2', 1))
    const [first] = maker.cards([before], options)
    const next = [before, folded(opened('o3', 2))]
    expect(maker.cards(next, options)[0]).toBe(first)
  })

  it('brings the stations of one course together for the expediter, and says whom it waits for', () => {
    const state = folded(
      opened('o1', 2),
      told('ticket.opened', 'line.fired', wireTicket('o1', [wireLine('x', { state: 'ready' })], { station: 'bar' })),
      opened('o1', 3, { course: 2 }),
    )
    const cards = new CardMaker().cards([state], { ...options, desk: 'expo' })
    expect(keys(cards)).toEqual(['o1.1.1', 'o1.1.2'])
    expect(cards[0]?.parts.map((part) => part.ticket.station)).toEqual(['bar', 'grill'])
    expect(cards[0]?.openedMs).toBe(NOON)
    expect(cards.map(waitingFor)).toEqual([['grill'], ['grill']])
    expect(cards.map(isAllReady)).toEqual([false, false])
  })

  it('leaves everything in its place while a finger is down', () => {
    const maker = new CardMaker()
    const drawn = maker.cards([folded(opened('o1', 1), opened('o2', 2))], options)
    const now = maker.cards([folded(opened('o2', 2), opened('o0', 0))], options)
    expect(keys(inPlace(drawn, now))).toEqual(['o1.1.1.grill', 'o2.1.1.grill', 'o0.1.1.grill'])
  })

  it('knows what came while the line was cut', () => {
    const now = new CardMaker().cards([folded(opened('o1', 1), opened('o2', 2))], options)
    expect(arrivedMeanwhile(new Set(['o1.1.1.grill']), now)).toEqual(['o2.1.1.grill'])
  })
})
