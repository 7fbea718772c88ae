import { describe, expect, it } from 'vitest'
import { folded, matches } from '../../src/guest/search'
import {
  allergensOf,
  countOf,
  dietsOf,
  NO_WISHES,
  readWishes,
  suits,
  toggled,
  type Wishes,
  writeWishes,
} from '../../src/guest/wishes'
import { menu } from './made'

const fitting = (wishes: Partial<Wishes>): string[] =>
  [...menu().dishes.values()].filter((dish) => suits(dish, { ...NO_WISHES, ...wishes })).map(({ id }) => id)

describe('what a guest can eat', () => {
  it('is everything without wishes', () => {
    expect(fitting({})).toEqual(['cal', 'soup', 'tag'])
  })

  it('leaves out what contains an allergen, and by default what may contain it', () => {
    expect(fitting({ without: new Set(['milk']) })).toEqual(['tag'])
    expect(fitting({ without: new Set(['milk']), alsoTraces: false })).toEqual(['cal', 'tag'])
    expect(fitting({ without: new Set(['squid']), alsoTraces: false })).toEqual(['soup', 'tag'])
  })

  it('has to be marked with every diet that is wished', () => {
    expect(fitting({ diets: new Set(['vegetarian']) })).toEqual(['soup'])
    expect(fitting({ diets: new Set(['homemade']) })).toEqual(['cal'])
    expect(fitting({ diets: new Set(['homemade', 'vegetarian']) })).toEqual([])
  })

  it('is offered in the order of the legend, then by name', () => {
    expect(allergensOf(menu())).toEqual(['gluten', 'milk', 'squid'])
    expect(dietsOf(menu())).toEqual(['homemade', 'vegetarian'])
  })

  it('is kept on the device, and what cannot be read is no wish', () => {
    const wishes = { without: new Set(['milk']), alsoTraces: false, diets: new Set(['vegan']) }
    expect(readWishes(writeWishes(wishes))).toEqual(wishes)
    expect(countOf(wishes)).toBe(2)
    for (const broken of [null, '{', '7', 'null', '{"without":"milk","diets":[1]}']) {
      expect(readWishes(broken)).toEqual(NO_WISHES)
    }
  })

  it('is changed without changing what was', () => {
    const before = new Set(['a'])
    expect([...toggled(before, 'b')]).toEqual(['a', 'b'])
    expect([...toggled(before, 'a')]).toEqual([])
    expect([...before]).toEqual(['a'])
  })
})

describe('the search', () => {
  it('minds neither accents nor case, and wants every word', () => {
    expect(folded('Crème BRÛLÉE')).toBe('creme brulee')
    expect(matches('brulee creme', ['Crème brûlée', ''])).toBe(true)
    expect(matches('brulee soup', ['Crème brûlée'])).toBe(false)
    expect(matches('  ', ['anything'])).toBe(true)
    expect(matches('knusp', ['Calamari', 'Knusprig'])).toBe(true)
  })
})
