import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Money } from '../../src/core/money'

const CASES = [
  ['en-US', 'USD'], ['en-GB', 'GBP'], ['de-DE', 'EUR'], ['de-CH', 'CHF'], ['fr-FR', 'EUR'], ['es-ES', 'EUR'],
  ['pt-BR', 'BRL'], ['ja-JP', 'JPY'], ['ar-EG', 'EGP'], ['ar-BH', 'BHD'], ['hi-IN', 'INR'], ['hu-HU', 'HUF'],
  ['sv-SE', 'SEK'], ['vi-VN', 'VND'],
] as const // biome-ignore format: a table

describe.each(CASES)('%s with %s', (locale, currency) => {
  const money = new Money(locale, currency)

  test('what an input shows is read back as the same amount', () => {
    for (const minor of [0, 1, 5, 50, 99, 100, 950, 1000, 1234, 12_345, 100_000, 123_456_789, 10 ** 12]) {
      expect([minor, money.parse(money.plain(minor))]).toEqual([minor, { minor }])
    }
  })

  test('what is shown to guests, with sign and groups, is read back too', () => {
    for (const minor of [950, 123_456_7]) expect(money.parse(money.full(minor))).toEqual({ minor })
  })

  test('the example is an amount', () => {
    expect(money.parse(money.example)).not.toBeNull()
  })
})

describe('euros, whatever the language', () => {
  test.each(['en-US', 'de-DE', 'fr-FR'])('a comma or a point parts the decimals (%s)', (locale) => {
    const money = new Money(locale, 'EUR')
    for (const typed of ['9,50', '9.50', '9.5', '€ 9,5', '9,50 €', ' 9.50 ']) {
      expect(money.parse(typed)).toEqual({ minor: 950 })
    }
    expect(money.parse('9')).toEqual({ minor: 900 })
    expect(money.parse('.5')).toEqual({ minor: 50 })
    expect(money.parse('9,')).toEqual({ minor: 900 })
    expect(money.parse('1.234,50')).toEqual({ minor: 123_450 })
    expect(money.parse('1,234.50')).toEqual({ minor: 123_450 })
    expect(money.parse('1.234.567')).toEqual({ minor: 123_456_700 })
    expect(money.parse("1'234.50")).toEqual({ minor: 123_450 })
  })

  test('what could be two amounts is asked, the larger first', () => {
    const money = new Money('de-DE', 'EUR')
    expect(money.parse('1.234')).toEqual({ ambiguous: [123_400, 123] })
    expect(money.parse('9,999')).toEqual({ ambiguous: [999_900, 1000] })
    expect(new Money('en-US', 'USD').parse('1.234')).toEqual({ ambiguous: [123_400, 123] })
  })

  test('what is no amount is none', () => {
    const money = new Money('en', 'EUR')
    for (const typed of ['', ' ', 'nine', '-5', '9.5.5', '1,23,4', '9..5', '1.2345', '99999999999999', '.', '1e3']) {
      expect([typed, money.parse(typed)]).toEqual([typed, null])
    }
    expect(money.parse('0.500')).toEqual({ minor: 50 })
    expect(money.parse('0.505')).toBeNull()
  })
})

describe('other decimals', () => {
  test('yen have none: a point can only part thousands', () => {
    const yen = new Money('ja-JP', 'JPY')
    expect(yen.parse('1.234')).toEqual({ minor: 1234 })
    expect(yen.parse('9.5')).toBeNull()
    expect(yen.plain(950)).toBe('950')
  })

  test('dinars have three: the sign of the locale decides, the other one is asked', () => {
    const dinar = new Money('en-BH', 'BHD')
    expect(dinar.parse('1.234')).toEqual({ minor: 1234 })
    expect(dinar.parse('1,234')).toEqual({ ambiguous: [1_234_000, 1234] })
  })

  test('the table is that of the server', () => {
    const source = readFileSync('../collab/formats/money.py', 'utf8')
    const table = /_EXPONENTS = \{(.*?)\n\}/s.exec(source)?.[1] ?? ''
    const rows = [...table.matchAll(/fromkeys\(\(([^)]*)\), (\d)\)/g)]
    expect(rows.length).toBeGreaterThan(3)
    for (const [, names = '', decimals = ''] of rows) {
      for (const [, currency = ''] of names.matchAll(/"([A-Z]{3})"/g)) {
        expect([currency, new Money('en', currency).decimals]).toEqual([currency, Number(decimals)])
      }
    }
    expect(new Money('en', 'HUF').decimals).toBe(2)
  })
})
