import { describe, expect, it } from 'vitest'
import { colorsOf } from '../../src/guest/names'
import { callText, codeName, someName } from '../../src/guest/texts'
import de from '../../src/guest/texts/de'
import en from '../../src/guest/texts/en'
import es from '../../src/guest/texts/es'
import fr from '../../src/guest/texts/fr'

const names = (words: string): string[] => [...words.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '').sort()

describe('the words of the page', () => {
  it.each([
    ['de', de],
    ['es', es],
    ['fr', fr],
  ] as const)('have the same blanks in %s', (_, words) => {
    for (const [key, text] of Object.entries(en)) {
      const other = Object.entries(words).find(([one]) => one === key)?.[1] ?? ''
      // "one" may be said without its number.
      if (!key.endsWith('_one')) expect([key, names(other)]).toEqual([key, names(text)])
      expect(other).not.toBe('')
    }
  })

  it('offer as many names in every language', () => {
    expect(new Set([en, de, es, fr].map(({ herbs }) => herbs.split(',').length))).toEqual(new Set([12]))
    expect([someName(0), someName(0.9999)]).toEqual(['Basil', 'Poppy'])
  })

  it('name the allergens of the EU, and leave what a house calls its own way', () => {
    expect([codeName('sulphites'), codeName('gluten-free'), codeName('Krabben')]).toEqual([
      'sulphites',
      'gluten-free',
      'Krabben',
    ])
    expect([de['code_gluten-free'], fr.code_milk]).toEqual(['glutenfrei', 'lait'])
    for (const word of ['toString', 'constructor']) expect(codeName(word)).toBe(word)
  })

  it('call the staff in the language of the menu', () => {
    expect(callText('de-AT', 'Ana')).toBe('Bitte an den Tisch kommen (Ana)')
    expect(callText('ja', 'Ana')).toBe('Please come to the table (Ana)')
  })
})

describe('the colours of guests', () => {
  it('differ as long as there are enough, and those who came first keep theirs', () => {
    const guests = ['aaaaaaaaaa', 'bbbbbbbbbb', 'cccccccccc', 'dddddddddd', 'eeeeeeeeee']
    const colors = colorsOf(guests)
    expect(new Set(colors.values()).size).toBe(5)
    const fewer = colorsOf(guests.slice(0, 3))
    for (const [guest, color] of fewer) expect(colors.get(guest)).toBe(color)
    expect(colorsOf(Array.from({ length: 30 }, (_, at) => `g${at}`)).size).toBe(30)
  })
})
