// Numbers, and the lines in the tiles.

import { beforeEach, describe, expect, test } from 'vitest'
import { language } from '../../src/core/i18n'
import { milliseconds, NOTHING, percent, rate, sparkPath } from '../../src/ops/format'
import { sinceWords } from '../../src/ops/since'
import { roomName, shortRoom } from '../../src/ops/words'

beforeEach(() => {
  language.value = 'en'
})

describe('numbers', () => {
  test('have as many digits as say something', () => {
    expect([0, 0.02, 4.56, 12.6, 1240].map(rate)).toEqual(['0', '0.02', '4.6', '13', '1,240'])
    expect([0.84, 12.4, 1340, 12_400].map(milliseconds)).toEqual(['0.8 ms', '12 ms', '1.3 sec', '12 sec'])
    expect(percent(0.824)).toBe('82%')
  })

  test('are written as the reader writes them', () => {
    language.value = 'de'
    expect(rate(1240.5)).toBe('1.241')
    expect(milliseconds(0.84)).toBe('0,8 ms')
  })

  test('that were not measured are a dash and not a nought', () => {
    expect([rate(null), milliseconds(null), percent(null)]).toEqual([NOTHING, NOTHING, NOTHING])
  })
})

describe('lines', () => {
  test('go from the start to the end, the highest value at the top', () => {
    expect(sparkPath([0, 5, 10], 100, 20)).toBe('M0.0 20.0L50.0 10.0L100.0 0.0')
  })

  test('have a gap where nothing was measured', () => {
    expect(sparkPath([1, null, 1, 1], 30, 10)).toBe('M0.0 0.0M20.0 0.0L30.0 0.0')
  })

  test('lie on the ground when nothing happened, and are not there without values', () => {
    expect(sparkPath([0, 0], 10, 10)).toBe('M0.0 10.0L10.0 10.0')
    expect(sparkPath([], 10, 10)).toBe('')
  })
})

describe('words', () => {
  test('a room is called by its title, else by what follows its kind', () => {
    expect(roomName({ id: 'menu:lunch', title: 'Lunch' })).toBe('Lunch')
    expect(roomName({ id: 'menu:lunch', title: '' })).toBe('lunch')
    expect(shortRoom('kitchen:bistro:grill')).toBe('bistro:grill')
  })

  test('times are exact below a minute and round above', () => {
    const now = 1_700_000_000_000
    expect(sinceWords(now - 400, now)).toBe('now')
    expect(sinceWords(now - 12_000, now)).toMatch(/^12 sec\.? ago$/)
    expect(sinceWords(now - 180_000, now)).toBe('3 minutes ago')
  })
})
