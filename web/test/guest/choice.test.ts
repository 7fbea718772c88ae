import { describe, expect, it } from 'vitest'
import {
  choiceOf,
  countOf,
  firstChoice,
  missing,
  mostOf,
  optionsOf,
  unitPrice,
  withOption,
} from '../../src/guest/choice'
import { type Dish, type Group, groupsOf } from '../../src/guest/menu'
import { menu } from './made'

const MENU = menu()
const dishOf = (id: string): Dish => {
  const dish = MENU.dishes.get(id)
  if (dish === undefined) throw new Error(id)
  return dish
}
const groupOf = (id: string): Group => {
  const group = MENU.groups.get(id)
  if (group === undefined) throw new Error(id)
  return group
}
const [TAG, SIDE, EXTRA] = [dishOf('tag'), groupOf('side'), groupOf('extra')]

describe('choosing a dish', () => {
  it('begins with the variation at the price of the dish, else with the first', () => {
    expect(firstChoice(TAG).variation).toBe('small')
    expect(firstChoice({ ...TAG, price: 1490 }).variation).toBe('big')
    expect(firstChoice(dishOf('cal')).variation).toBeNull()
  })

  it('says what is missing: a variation, then the first group with too few', () => {
    const start = firstChoice(TAG)
    expect(missing(MENU, TAG, { ...start, variation: null })).toBe('variation')
    expect(missing(MENU, TAG, start)).toBe(SIDE)
    expect(missing(MENU, TAG, withOption(start, SIDE, 'salad', 1))).toBeNull()
  })

  it('in a group of one takes the other away', () => {
    const one = withOption(withOption(firstChoice(TAG), SIDE, 'salad', 1), SIDE, 'fries', 1)
    expect([countOf(one, SIDE, 'salad'), countOf(one, SIDE, 'fries')]).toEqual([0, 1])
  })

  it('never takes more of a group than it allows', () => {
    const two = withOption(firstChoice(TAG), EXTRA, 'cheese', 2)
    expect(countOf(withOption(two, EXTRA, 'chili', 5), EXTRA, 'chili')).toBe(1)
    expect(countOf(withOption(two, EXTRA, 'cheese', 9), EXTRA, 'cheese')).toBe(3)
    expect(countOf(withOption(two, EXTRA, 'cheese', 0), EXTRA, 'cheese')).toBe(0)
  })

  it('adds up one dish as the server would', () => {
    const chosen = withOption(withOption(firstChoice(TAG), SIDE, 'fries', 1), EXTRA, 'cheese', 2)
    expect(unitPrice(MENU, TAG, { ...chosen, variation: 'big' })).toBe(1490 + 350 + 400)
    expect(unitPrice(MENU, TAG, { ...chosen, variation: null })).toBeNull()
    expect(optionsOf(chosen, groupsOf(MENU, TAG))).toEqual([
      { group: 'side', option: 'fries', quantity: 1 },
      { group: 'extra', option: 'cheese', quantity: 2 },
    ])
  })

  it('goes on from a line of the list', () => {
    const line = {
      variation: 'big',
      options: [{ group: 'extra', option: 'cheese', quantity: 2 }],
      quantity: 3,
      note: 'hot',
      course: 2,
    }
    const again = choiceOf(line)
    expect(again).toMatchObject({ variation: 'big', quantity: 3, note: 'hot', course: 2 })
    expect(countOf(again, EXTRA, 'cheese')).toBe(2)
  })

  it('knows how many more can be had', () => {
    const entry = { is_sold_out: false, until: null, reason: '' }
    const stock = {
      'item:tag': { ...entry, target: 'item:tag', remaining: 7 },
      'option:cheese': { ...entry, target: 'option:cheese', remaining: 5 },
    }
    const groups = groupsOf(MENU, TAG)
    expect(mostOf({}, TAG, firstChoice(TAG), groups, 0)).toBeNull()
    expect(mostOf(stock, TAG, firstChoice(TAG), groups, 0)).toBe(7)
    expect(mostOf(stock, TAG, withOption(firstChoice(TAG), EXTRA, 'cheese', 2), groups, 0)).toBe(2)
  })
})
