import { describe, expect, it } from 'vitest'
import { ageOf, DEFAULT_THRESHOLDS, leftOf, minutesOf, startTimes } from '../../src/kitchen/aging'
import { timeLeft } from '../../src/kitchen/StartBy'
import { MINUTE, NOON, ticketOf, wireLine } from './samples'

describe('the age of a ticket', () => {
  it.each([
    [0, 'new'],
    [4.99, 'new'],
    [5, 'due'],
    [9.99, 'due'],
    [10, 'late'],
    [-1, 'new'],
  ])('is after %d minutes: %s', (minutes, age) => {
    expect(ageOf(NOON, NOON + minutes * MINUTE, DEFAULT_THRESHOLDS)).toBe(age)
  })

  it('follows the thresholds of its station', () => {
    expect(ageOf(NOON, NOON + 4 * MINUTE, { warnSeconds: 60, lateSeconds: 180 })).toBe('late')
  })

  it('is never negative, whatever the clocks say', () => {
    expect(minutesOf(NOON, NOON - MINUTE)).toBe(0)
    expect(minutesOf(NOON, NOON + 119_999)).toBe(1)
  })
})

describe('when to start', () => {
  const seconds: Readonly<Record<string, number>> = { 'dish-a': 600, 'dish-b': 240 }
  const times = (...lines: Parameters<typeof ticketOf>[1]) => startTimes(ticketOf('o1', lines), (item) => seconds[item])

  it('is at once for the longest dish, later for the others, so that all are ready together', () => {
    const found = times(wireLine('a'), wireLine('b'))
    expect(found.get('a')?.untilMs).toBe(NOON)
    expect(found.get('b')?.untilMs).toBe(NOON + 360_000)
  })

  it('says nothing about dishes without a time, and those that are begun', () => {
    const found = times(wireLine('a', { state: 'preparing' }), wireLine('b'), wireLine('c'))
    expect([...found.keys()]).toEqual(['b'])
    expect(found.get('b')?.untilMs).toBe(NOON + 360_000)
  })

  it('does not wait for what was cancelled', () => {
    expect(times(wireLine('a', { state: 'voided' }), wireLine('b')).get('b')?.untilMs).toBe(NOON)
  })

  it('drains from full to empty', () => {
    const start = { fromMs: NOON, untilMs: NOON + 100_000 }
    expect([-1, 0, 50, 100, 200].map((s) => leftOf(start, NOON + s * 1000))).toEqual([1, 1, 0.5, 0, 0])
    expect(leftOf({ fromMs: NOON, untilMs: NOON }, NOON)).toBe(0)
  })

  it('is told in steps of ten seconds', () => {
    expect([200_001, 200_000, 61_000, 1, 0, -5].map(timeLeft)).toEqual(['3:30', '3:20', '1:10', '0:10', null, null])
  })
})
