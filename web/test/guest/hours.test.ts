import { describe, expect, it } from 'vitest'
import { isServed, openings } from '../../src/guest/hours'

const at = (iso: string): number => Date.parse(iso)
const LUNCH = [{ day: 1, from: '11:30', to: '14:30' }]
const NIGHT = [{ day: 7, from: '22:00', to: '02:00' }]

describe('the hours of a section', () => {
  it('are always when there are none', () => {
    expect(isServed(null, 0, 'UTC')).toBe(true)
    expect(isServed([], 0, 'UTC')).toBe(false)
  })

  it.each([
    ['2026-11-23T11:29:00Z', false],
    ['2026-11-23T11:30:00Z', true],
    ['2026-11-23T14:29:59Z', true],
    ['2026-11-23T14:30:00Z', false],
    ['2026-11-24T12:00:00Z', false],
  ])('count from the first minute to before the last: %s', (iso, is) => {
    expect(isServed(LUNCH, at(iso), 'UTC')).toBe(is)
  })

  it('go by the clock of the restaurant', () => {
    expect(isServed(LUNCH, at('2026-11-23T10:45:00Z'), 'Europe/Berlin')).toBe(true)
    expect(isServed(LUNCH, at('2026-11-23T10:45:00Z'), 'UTC')).toBe(false)
  })

  it.each([
    ['2026-11-22T21:59:00Z', false],
    ['2026-11-22T23:00:00Z', true],
    ['2026-11-23T01:59:00Z', true],
    ['2026-11-23T02:00:00Z', false],
  ])('may run past midnight: %s', (iso, is) => {
    expect(isServed(NIGHT, at(iso), 'UTC')).toBe(is)
  })

  it('around the clock are open at every minute of their day', () => {
    const always = [{ day: 1, from: '06:00', to: '06:00' }]
    expect(isServed(always, at('2026-11-23T23:00:00Z'), 'UTC')).toBe(true)
    expect(isServed(always, at('2026-11-24T05:59:00Z'), 'UTC')).toBe(true)
    expect(isServed(always, at('2026-11-24T06:00:00Z'), 'UTC')).toBe(false)
  })

  it('are told in short: days with the same times together', () => {
    const week = [1, 2, 3, 5].map((day) => ({ day, from: '11:00', to: '14:00' }))
    expect(openings([...week, { day: 1, from: '18:00', to: '22:00' }])).toEqual([
      { days: [1, 3], from: '11:00', to: '14:00' },
      { days: [1, 1], from: '18:00', to: '22:00' },
      { days: [5, 5], from: '11:00', to: '14:00' },
    ])
  })
})
