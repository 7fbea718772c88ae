import { beforeEach, expect, test } from 'vitest'
import { ago, clockTime, dayAndTime, duration, weekdayNames, whenShort } from '../../src/core/dates'
import { chooseLanguage } from '../../src/core/i18n'

const MINUTE = 60_000
const at = Date.UTC(2026, 10, 21, 13, 2)

beforeEach(() => chooseLanguage('en'))

test('a time can be of the clock of the restaurant', () => {
  chooseLanguage('de')
  expect(clockTime(at, 'Europe/Berlin')).toBe('14:02')
  expect(clockTime(at, 'UTC')).toBe('13:02')
  expect(dayAndTime(at, 'UTC')).toContain('21. Nov')
})

test('how long ago, in words', () => {
  expect(ago(at, at + 20_000)).toBe('now')
  expect(ago(at, at + 3 * MINUTE)).toBe('3 minutes ago')
  expect(ago(at, at + 25 * 60 * MINUTE)).toBe('yesterday')
  expect(ago(at + 120 * MINUTE, at)).toBe('in 2 hours')
})

test('a length is told in its two largest parts', () => {
  expect(duration(0)).toBe('0 sec')
  expect(duration(40_400)).toBe('40 sec')
  expect(duration(125 * MINUTE)).toBe('2 hr 5 min')
  expect(duration(60 * MINUTE)).toBe('1 hr')
  expect(duration(26 * 60 * MINUTE + 5 * MINUTE)).toBe('1 day 2 hr')
})

test('a week begins on Monday', () => {
  expect(weekdayNames()[0]).toBe('Monday')
  expect(weekdayNames('short')).toHaveLength(7)
  chooseLanguage('fr')
  expect(weekdayNames()[6]).toBe('dimanche')
})

test('today needs no day', () => {
  expect(whenShort(at, at + 60 * MINUTE, 'UTC')).toBe(clockTime(at, 'UTC'))
  expect(whenShort(at, at + 48 * 60 * MINUTE, 'UTC')).toBe(dayAndTime(at, 'UTC'))
})
