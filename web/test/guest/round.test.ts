import { describe, expect, it } from 'vitest'
import {
  isDue,
  isForgotten,
  type Round,
  readSending,
  readWait,
  secondsLeft,
  sendingBody,
  waitBody,
  winner,
} from '../../src/guest/round'

const round = (guest: string, endsMs: number): Round => ({ guest, name: guest, endsMs, dishes: 3 })

describe('a round on its way', () => {
  it('is read as it was said', () => {
    expect(readSending(sendingBody(round('ana', 5000)), 0)).toEqual(round('ana', 5000))
    expect(readWait(waitBody('ben', 'Ben'))).toEqual({ guest: 'ben', name: 'Ben' })
    for (const body of [null, 5, {}, { g: 'a', n: 'b', e: 'c', k: 1 }]) expect(readSending(body, 0)).toBeNull()
    expect(readWait({})).toBeNull()
  })

  it('that is long over is not shown, and none lasts for ever', () => {
    expect(readSending(sendingBody(round('ana', 1000)), 60_000)).toBeNull()
    expect(readSending(sendingBody(round('ana', 9e15)), 0)?.endsMs).toBe(10_000)
  })

  it('counts down in whole seconds, then is due, then forgotten', () => {
    const five = round('ana', 5000)
    expect([0, 1, 999, 4001, 5000, 9000].map((now) => secondsLeft(five, now))).toEqual([5, 5, 5, 1, 0, 0])
    expect([4999, 5000].map((now) => isDue(five, now))).toEqual([false, true])
    expect([9000, 9001].map((now) => isForgotten(five, now))).toEqual([false, true])
  })

  it('of two the same one wins on every device', () => {
    const [first, second] = [round('ben', 5000), round('ana', 5200)]
    expect(winner(first, second)).toBe(first)
    expect(winner(second, first)).toBe(first)
    const tied = round('ana', 5000)
    expect([winner(first, tied), winner(tied, first)]).toEqual([tied, tied])
    expect(winner(null, first)).toBe(first)
    expect(winner(first, round('ben', 9000))).toEqual(round('ben', 9000))
  })
})
