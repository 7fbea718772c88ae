import { effect } from '@preact/signals'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { forgetMeasurements, measured, offsetMs, seconds, serverNow } from '../../src/core/clock'

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 })
  forgetMeasurements()
  offsetMs.value = 0
})
afterEach(() => vi.useRealTimers())

describe('the clock', () => {
  it('takes half of the way as the way back', () => {
    measured(40, 2_000_000)
    expect(offsetMs.value).toBe(1_000_020)
    expect(serverNow()).toBe(2_000_020)
  })

  it('trusts the measurements that travelled fastest', () => {
    for (let at = 0; at < 5; at += 1) measured(10, 1_000_100)
    for (let at = 0; at < 8; at += 1) measured(2_000, 1_000_100)
    expect(offsetMs.value).toBe(105)
  })

  it('keeps the offset for a start without a network', () => {
    measured(0, 1_000_777)
    expect(localStorage.getItem('mirepoix.clock')).toBe('777')
  })

  it('ticks each second while somebody looks', () => {
    measured(0, 1_005_000)
    const shown: number[] = []
    const stop = effect(() => {
      shown.push(seconds.value)
    })
    vi.advanceTimersByTime(3_000)
    stop()
    expect(shown.slice(-4)).toEqual([1005, 1006, 1007, 1008])
    expect(vi.getTimerCount()).toBe(0)
  })
})
