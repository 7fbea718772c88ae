import { describe, expect, it } from 'vitest'
import { groupsOf, leastPrice, nameOf, readMenu } from '../../src/guest/menu'
import { bestLocale, textOf } from '../../src/guest/texts-of'
import { menu, PLAIN } from './made'

describe('a published menu', () => {
  it('is read with sections, dishes, groups and signs', () => {
    const read = menu(3)
    expect([read.id, read.version, read.locales]).toEqual(['main', 3, ['en', 'de']])
    expect(read.sections.map(({ id }) => id)).toEqual(['start', 'pasta'])
    expect([...read.dishes.keys()]).toEqual(['cal', 'soup', 'tag'])
    expect(read.sections[1]?.hours).toEqual([{ day: 1, from: '11:30', to: '14:30' }])
    expect(read.allergenSigns).toEqual({ gluten: 'A', milk: 'G' })
    const dish = read.dishes.get('tag')
    expect(dish && groupsOf(read, dish).map(({ id, least, most }) => [id, least, most])).toEqual([
      ['side', 1, 1],
      ['extra', 0, 3],
    ])
  })

  it('leaves out what has another form, and keeps the rest', () => {
    const read = readMenu('m', 1, {
      ...PLAIN,
      sections: [7, { id: 's', name: 5, items: ['x', { id: 'a', name: 'A', price: '9', allergens: 'milk' }] }],
      modifiers: [null],
    })
    expect(read.sections).toHaveLength(1)
    expect(read.dishes.get('a')).toMatchObject({ price: null, allergens: [], name: { en: 'A' } })
  })

  it('that is none throws', () => {
    expect(() => readMenu('m', 1, { sections: 1 })).toThrow()
  })

  it('shows the least price of the variations', () => {
    const read = menu()
    expect([...read.dishes.values()].map(leastPrice)).toEqual([900, 450, 1090])
  })

  it('is read in the wished language, else in its own, else in any', () => {
    const read = menu()
    const dish = read.dishes.get('cal')
    expect(dish && textOf(dish.description, 'de-AT', 'en')).toBe('Knusprig')
    expect(dish && nameOf(read, dish, 'de')).toBe('Calamari')
    expect(textOf({ it: 'Zuppa', fr: '' }, 'fr', 'en')).toBe('Zuppa')
    expect(textOf({}, 'fr', 'en')).toBe('')
  })

  it('is offered in the language that suits the reader', () => {
    expect(bestLocale(['it', 'de', 'en'], ['de-CH', 'en'])).toBe('de')
    expect(bestLocale(['it', 'pt-BR'], ['pt'])).toBe('pt-BR')
    expect(bestLocale(['it'], ['ja'])).toBe('it')
    expect(bestLocale([], ['ja'])).toBe('en')
  })
})
