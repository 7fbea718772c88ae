import { describe, expect, it } from 'vitest'
import { basketOf, sendable } from '../../src/guest/basket'
import { ownerOf } from '../../src/guest/people'
import { dishesIn, priceOf, splitEvenly, totalOf } from '../../src/guest/sums'
import { ANA, BEN, entry, line, menu, order } from './made'

const MENU = menu()
const menus = (id: string) => (id === 'main' ? MENU : undefined)
const A = `${ANA}.0000000001`
const B = `${BEN}.0000000002`
const ADD = { line: A, menu: 'main', menu_version: 1, item: 'cal', quantity: 2, expected: 900, seat: 'Ana' }
const refused = (code: string, current: object = {}) => ({
  state: 'needs_you' as const,
  attempts: 1,
  result: { result: 'rejected' as const, code, reason: 'no', current },
})

describe('the list of the table', () => {
  it('shows what the server knows in two zones', () => {
    const { choosing, sent } = basketOf(order(line(A), line(B, { state: 'ready', batch: 1 })), [], menus)
    expect(choosing.map(({ id, owner, pending }) => [id, owner, pending])).toEqual([[A, ANA, 'none']])
    expect(sent.map(({ id, stage }) => [id, stage])).toEqual([[B, 'ready']])
  })

  it('shows an added dish before the server knows it, with name and price of the menu', () => {
    const { choosing } = basketOf(order(), [entry('line.add', ADD)], menus)
    expect(choosing).toHaveLength(1)
    expect(choosing[0]).toMatchObject({
      pending: 'waiting',
      price: 1800,
      name: { en: 'Calamari' },
      seat: 'Ana',
      owner: ANA,
    })
  })

  it('shows it once when the answer is late and the line is there already', () => {
    const { choosing } = basketOf(order(line(A)), [entry('line.add', ADD, { state: 'sending' })], menus)
    expect(choosing.map(({ pending }) => pending)).toEqual(['none'])
  })

  it('names a dish by its label when the menu is not at hand', () => {
    const { choosing } = basketOf(order(), [entry('line.add', ADD, { label: 'Calamari' })], () => undefined)
    expect(choosing[0]).toMatchObject({ name: { '': 'Calamari' }, price: 1800 })
  })

  it('prices variation and options', () => {
    const body = {
      ...ADD,
      item: 'tag',
      quantity: 1,
      expected: undefined,
      variation: 'big',
      options: [
        { group: 'side', option: 'fries' },
        { group: 'extra', option: 'cheese', quantity: 2 },
      ],
    }
    const [found] = basketOf(order(), [entry('line.add', body)], menus).choosing
    expect(found).toMatchObject({ unitPrice: 1490 + 350 + 400, variationName: { en: 'Big', de: 'Gross' } })
    expect(found?.options.map(({ quantity }) => quantity)).toEqual([1, 2])
  })

  it('replays changes in their order, over lines of both kinds', () => {
    const { choosing } = basketOf(
      order(line(B)),
      [
        entry('line.add', ADD),
        entry('line.change', { line: A, quantity: 5 }),
        entry('line.change', { line: B, note: 'hot' }),
      ],
      menus,
    )
    expect(choosing.map(({ quantity, note, price }) => [quantity, note, price])).toEqual([
      [1, 'hot', 900],
      [5, '', 4500],
    ])
  })

  it('takes a line away at once, and gives it back when that is refused', () => {
    expect(basketOf(order(line(A)), [entry('line.remove', { line: A })], menus).choosing).toEqual([])
    const back = basketOf(order(line(A)), [entry('line.remove', { line: A }, refused('order_closed'))], menus)
    expect(back.choosing.map(({ id }) => id)).toEqual([A])
    expect(back.problems.map(({ type }) => type)).toEqual(['line.remove'])
  })

  it('says of a refused line why, and does not count it among the problems of the order', () => {
    const found = basketOf(order(), [entry('line.add', ADD, refused('sold_out'))], menus)
    expect(found.choosing[0]).toMatchObject({ pending: 'refused', answer: { code: 'sold_out' } })
    expect(found.problems).toEqual([])
    expect(sendable(found, new Map())).toEqual([])
  })

  it('keeps what a refused change did not change, and says so', () => {
    const change = entry('line.change', { line: A, quantity: 9 }, refused('sold_out'))
    const [found] = basketOf(order(line(A)), [change], menus).choosing
    expect(found).toMatchObject({ quantity: 1, pending: 'refused' })
  })

  it('asks about what waited too long instead of sending it', () => {
    const found = basketOf(order(), [entry('line.add', ADD, { state: 'expired' })], menus)
    expect(found.choosing[0]?.pending).toBe('expired')
    expect(sendable(found, new Map())).toEqual([])
    const old = entry('order.place', { lines: [A] }, { state: 'expired' })
    expect(basketOf(order(line(A)), [old], menus)).toMatchObject({
      isPlacing: false,
      problems: [{ entry: old.id, type: 'order.place', state: 'expired' }],
    })
  })

  it('asks about an old line together with what was changed of it since', () => {
    const old = { state: 'expired' as const }
    const { choosing, problems } = basketOf(
      order(),
      [entry('line.add', ADD, old), entry('line.change', { line: A, quantity: 5 }, old)],
      menus,
    )
    expect(choosing.map(({ quantity, pending, isNew }) => [quantity, pending, isNew])).toEqual([[5, 'expired', true]])
    expect(problems).toEqual([])
    const known = basketOf(order(line(A)), [entry('line.change', { line: A, quantity: 5 }, old)], menus)
    expect(known.choosing[0]).toMatchObject({ quantity: 1, pending: 'expired', isNew: false })
  })

  it('moves a round that is on its way to what was sent, refused lines excepted', () => {
    const found = basketOf(
      order(line(A), line(B)),
      [
        entry('line.change', { line: B, quantity: 2 }, refused('sold_out')),
        entry('order.place', { lines: [A, B] }, { state: 'sending' }),
      ],
      menus,
    )
    expect(found.isPlacing).toBe(true)
    expect(found.sent.map(({ id, pending }) => [id, pending])).toEqual([[A, 'waiting']])
    expect(found.choosing.map(({ id }) => id)).toEqual([B])
  })

  it('ignores commands that are out of form', () => {
    const nonsense = [
      entry('line.add', { line: 5 }),
      entry('line.change', {}),
      entry('line.remove', {}),
      entry('x', {}),
    ]
    expect(basketOf(order(), nonsense, menus)).toMatchObject({ choosing: [], sent: [], problems: [] })
  })

  it('sends everything but what is short', () => {
    const found = basketOf(order(line(A), line(B)), [], menus)
    expect(sendable(found, new Map([[B, {}]])).map(({ id }) => id)).toEqual([A])
    expect([dishesIn(found.choosing), totalOf(found.choosing)]).toEqual([2, 1800])
  })
})

describe('whose line it is', () => {
  it('is in its id', () => {
    expect(ownerOf(A)).toBe(ANA)
    for (const other of ['l1', `${ANA}.x`, `${ANA}.0000000001.2`, '']) expect(ownerOf(other)).toBeNull()
  })
})

describe('a price', () => {
  it('is unknown for what the menu does not have', () => {
    const dish = MENU.dishes.get('tag')
    if (dish === undefined) throw new Error('the menu lost a dish')
    expect(priceOf(MENU, dish, null, [])).toBeNull()
    expect(priceOf(MENU, dish, 'huge', [])).toBeNull()
    expect(priceOf(MENU, dish, 'small', [{ group: 'side', option: 'rice' }])).toBeNull()
    expect(priceOf(MENU, dish, 'small', [{ group: 'extra', option: 'chili' }])).toBe(1090)
  })
})

describe('splitting', () => {
  it('evenly loses no cent', () => {
    expect(splitEvenly(1000, 3)).toEqual([334, 333, 333])
    expect(splitEvenly(0, 2)).toEqual([0, 0])
    for (const people of [1, 2, 7, 13]) expect(splitEvenly(5421, people).reduce((a, b) => a + b)).toBe(5421)
  })
})
