import { describe, expect, it } from 'vitest'
import { basketOf } from '../../src/guest/basket'
import { keptKey, priceQuestion } from '../../src/guest/prices'
import { ANA, entry, line, menu, order } from './made'

const A = `${ANA}.0000000001`
const NEW = menu(2, (plain) => {
  const dish = plain.sections[0]?.items[0]
  if (dish !== undefined) dish.price = 950
})
const menus = () => NEW
const only = (found: ReturnType<typeof basketOf>) => {
  const [first] = found.choosing
  if (first === undefined) throw new Error('the list is empty')
  return first
}

describe('a price that changed', () => {
  it('is asked about when a line stands by an older menu, and may be kept', () => {
    const stands = only(basketOf(order(line(A)), [], menus))
    const asked = { line: A, was: 900, now: 950, version: 2, mayKeep: true, entry: null }
    expect(priceQuestion(stands, menus, new Set())).toEqual(asked)
    expect(priceQuestion(stands, menus, new Set([keptKey(A, 2)]))).toBeNull()
    expect(priceQuestion(stands, menus, new Set([keptKey(A, 1)]))).toEqual(asked)
  })

  it('is not asked about when it did not change, was sent, or is on its way', () => {
    const same = only(basketOf(order(line(A, { unit_price: 950 })), [], menus))
    expect(priceQuestion(same, menus, new Set())).toBeNull()
    const known = only(basketOf(order(line(A, { menu_version: 2 })), [], menus))
    expect(priceQuestion(known, menus, new Set())).toBeNull()
    const [sent] = basketOf(order(line(A, { state: 'fired' })), [], menus).sent
    expect(sent && priceQuestion(sent, menus, new Set())).toBeNull()
    const waiting = only(basketOf(order(line(A)), [entry('line.change', { line: A, quantity: 2 })], menus))
    expect(priceQuestion(waiting, menus, new Set())).toBeNull()
    const gone = only(basketOf(order(line(A, { item_id: 'old' })), [], menus))
    expect(priceQuestion(gone, menus, new Set())).toBeNull()
  })

  it('that the server refused has to be answered, and cannot be kept', () => {
    const result = { result: 'rejected', code: 'price_changed', current: { version: 2, old: 900, new: 950 } } as const
    const body = { line: A, menu: 'main', menu_version: 1, item: 'cal', expected: 900 }
    const refused = entry('line.add', body, { state: 'needs_you', result })
    const stands = only(basketOf(order(), [refused], menus))
    const asked = { line: A, was: 900, now: 950, version: 2, mayKeep: false, entry: refused.id }
    expect(priceQuestion(stands, menus, new Set([keptKey(A, 2)]))).toEqual(asked)
  })

  it('is no question when it was refused for something else, or says nothing', () => {
    for (const result of [
      { result: 'rejected', code: 'sold_out' },
      { result: 'rejected', code: 'price_changed', current: 'nonsense' },
    ] as const) {
      const body = { line: A, menu: 'main', item: 'cal' }
      const stands = only(basketOf(order(), [entry('line.add', body, { state: 'needs_you', result })], menus))
      expect(priceQuestion(stands, menus, new Set())).toBeNull()
    }
  })
})
