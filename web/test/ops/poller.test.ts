// Asking once a second while somebody can see it.

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Poller, startPoller } from '../../src/ops/poller'

let poller: Poller
let isVisible = true
let rounds = 0

beforeEach(() => {
  vi.useFakeTimers()
  isVisible = true
  rounds = 0
})

afterEach(() => {
  poller.stop()
  vi.useRealTimers()
})

function start(round: () => Promise<void> = async () => {}): void {
  poller = startPoller({
    round: () => {
      rounds += 1
      return round()
    },
    isVisible: () => isVisible,
  })
}

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms)

test('a round comes at once and then every second', async () => {
  start()
  await pass(3500)
  expect(rounds).toBe(4)
})

test('a slow answer delays the next round and never makes a queue', async () => {
  let answer = (): void => {}
  start(() => new Promise((resolve) => (answer = resolve)))
  await pass(5000)
  expect(rounds).toBe(1)
  answer()
  await pass(1)
  expect(rounds).toBe(2)
})

test('a hidden page asks nothing, and at once when it is shown again', async () => {
  start()
  await pass(100)
  isVisible = false
  await pass(5000)
  const before = rounds
  await pass(5000)
  expect(rounds).toBe(before)
  isVisible = true
  document.dispatchEvent(new Event('visibilitychange'))
  await pass(1)
  expect(rounds).toBe(before + 1)
})

test('paused it asks only when somebody wants to know', async () => {
  start()
  await pass(100)
  poller.pause(true)
  await pass(5000)
  expect(rounds).toBe(1)
  poller.now()
  await pass(5000)
  expect(rounds).toBe(2)
  poller.pause(false)
  await pass(1)
  expect(rounds).toBe(3)
})

test('failures make the rounds rarer, up to one in ten seconds, and a success ends that', async () => {
  let fails = true
  start(async () => {
    if (fails) throw new Error('away')
  })
  await pass(60_000)
  expect(rounds).toBeGreaterThanOrEqual(7)
  expect(rounds).toBeLessThanOrEqual(9)
  fails = false
  await pass(10_000)
  const before = rounds
  await pass(5000)
  expect(rounds - before).toBeGreaterThanOrEqual(4)
})
