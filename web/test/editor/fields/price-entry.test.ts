import { describe, expect, test } from 'vitest'
import { Money } from '../../../src/core/money'
import { followsRemote, priceOutcome } from '../../../src/editor/fields/price-entry'

const german = new Money('de-DE', 'EUR')
const english = new Money('en-GB', 'EUR')

describe('what becomes of a typed price', () => {
  test('an amount with either decimal sign is set in minor units', () => {
    expect(priceOutcome('6,25', 590, german)).toEqual({ kind: 'set', minor: 625 })
    expect(priceOutcome('6.25', 590, german)).toEqual({ kind: 'set', minor: 625 })
    expect(priceOutcome(' 7 ', null, english)).toEqual({ kind: 'set', minor: 700 })
  })

  test('the price that stands is left alone, so that nobody writes over what another one saw', () => {
    expect(priceOutcome('5.90', 590, english)).toEqual({ kind: 'same' })
    expect(priceOutcome('', null, english)).toEqual({ kind: 'same' })
  })

  test('an emptied field takes the price away', () => {
    expect(priceOutcome('  ', 590, english)).toEqual({ kind: 'cleared' })
  })

  test('what could be two amounts is asked, the larger one first', () => {
    expect(priceOutcome('1.234', 590, english)).toEqual({ kind: 'ambiguous', choices: [123400, 123] })
  })

  test('what is no amount is an error with its reason', () => {
    expect(priceOutcome('abc', 590, english)).toEqual({ kind: 'error', reason: 'not_a_price' })
    expect(priceOutcome('-3', 590, english)).toEqual({ kind: 'error', reason: 'negative' })
    expect(priceOutcome('99999999999999', 590, english)).toEqual({ kind: 'error', reason: 'too_much' })
  })
})

describe('a price that changes elsewhere', () => {
  test('shows in a field that nobody typed into', () => {
    expect(followsRemote(null, '5.90')).toBe(true)
    expect(followsRemote('5.90', '5.90')).toBe(true)
  })

  test('does not take away what is being typed', () => {
    expect(followsRemote('6.', '5.90')).toBe(false)
  })
})
