import { describe, expect, it } from 'vitest'
import { allDay } from '../../src/kitchen/all-day'
import { ticketOf, wireLine } from './samples'

const option = (id: string, quantity = 1) => ({ group_id: 'g', option_id: id, name: { en: id }, quantity })

describe('all-day counts', () => {
  it('add up what is still to be cooked, over all tickets', () => {
    const counts = allDay([
      ticketOf('o1', [wireLine('a', { quantity: 2 }), wireLine('b', { state: 'ready' })]),
      ticketOf('o2', [wireLine('a', { state: 'preparing' }), wireLine('c', { state: 'voided' })]),
    ])
    expect(counts.map((one) => [one.item, one.quantity, one.begun])).toEqual([['dish-a', 3, 1]])
  })

  it('tell variations and stations apart, the most frequent first', () => {
    const counts = allDay([
      ticketOf('o1', [
        wireLine('a'),
        wireLine('x', { item_id: 'dish-a', variation_id: 'v', variation_name: { en: 'L' }, quantity: 5 }),
      ]),
      ticketOf('o1', [wireLine('a')], { station: 'bar' }),
    ])
    expect(counts.map((one) => [one.station, one.variationName, one.quantity])).toEqual([
      ['grill', { en: 'L' }, 5],
      ['grill', null, 1],
      ['bar', null, 1],
    ])
  })

  it('count what goes with a dish for every portion', () => {
    const [count] = allDay([
      ticketOf('o1', [wireLine('a', { quantity: 2, options: [option('egg', 2), option('rice')] })]),
      ticketOf('o2', [wireLine('a', { options: [option('egg')] })]),
    ])
    expect(count?.extras.map((one) => [one.name.en, one.quantity])).toEqual([
      ['egg', 5],
      ['rice', 2],
    ])
  })
})
