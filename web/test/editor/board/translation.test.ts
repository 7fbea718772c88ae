import { describe, expect, test } from 'vitest'
import { isMissing, progressOf } from '../../../src/editor/board/translation'
import { formatOfFile } from '../../../src/editor/exchange/file-formats'
import { decimalText, readDecimal } from '../../../src/editor/fields/decimal'

const part = (name: Record<string, string>, description: Record<string, string> = {}) => ({
  name: new Map(Object.entries(name)),
  description: new Map(Object.entries(description)),
})

describe('how much is translated', () => {
  test('counts names, and descriptions that the menu has in its own language', () => {
    const parts = [part({ de: 'Suppe', en: 'Soup' }, { de: 'heiß' }), part({ de: 'Tee' }, { en: 'extra' })]
    expect(progressOf(parts, 'en', 'de')).toEqual({ written: 1, wanted: 3, percent: 33 })
  })

  test('is all only when nothing is missing', () => {
    const many = Array.from({ length: 300 }, () => part({ de: 'x', en: 'y' }))
    expect(progressOf([...many, part({ de: 'x' })], 'en', 'de').percent).toBe(99)
    expect(progressOf([], 'en', 'de').percent).toBe(100)
  })

  test('a text is missing where the own language has it; blanks are no text', () => {
    expect(
      isMissing(
        new Map([
          ['de', 'Suppe'],
          ['en', ' '],
        ]),
        'en',
        'de',
      ),
    ).toBe(true)
    expect(isMissing(new Map([['de', '']]), 'en', 'de')).toBe(false)
    expect(isMissing(new Map(), 'de', 'de')).toBe(false)
  })
})

describe('numbers with decimals', () => {
  test('are read with either sign and kept in the smaller unit', () => {
    expect(readDecimal('5,2', 100, 10_000)).toBe(520)
    expect(readDecimal('19 %', 100, 10_000)).toBe(1900)
    expect(readDecimal('2.5', 60, 86_400)).toBe(150)
  })

  test('outside of what there can be are refused', () => {
    expect(readDecimal('101', 100, 10_000)).toBe('bad')
    expect(readDecimal('-1', 1, 10)).toBe('bad')
    expect(readDecimal('1e3', 1, 10_000)).toBe('bad')
  })

  test('are shown as they are typed', () => {
    expect(readDecimal(decimalText(520, 100), 100, 10_000)).toBe(520)
  })
})

test('the format of a file is guessed by its name', () => {
  expect(formatOfFile('menu.CSV')).toBe('csv')
  expect(formatOfFile('menu.jsonld')).toBe('schema.org')
  expect(formatOfFile('square-catalog.json')).toBe('square')
  expect(formatOfFile('menu.json')).toBe('plain')
})
