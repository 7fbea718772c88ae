// Folding the server's seconds into the last five minutes.

import { describe, expect, test } from 'vitest'
import type { FiguresAnswer } from '../../src/core/protocol'
import { addFigures, lastPart, latest, mean, NO_FIGURES, worst } from '../../src/ops/figures'

const START = 1_700_000_000_000

function answer(from: number, count: number, p99: number | null = 20): FiguresAnswer {
  const each = <T>(make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(from + index))
  return {
    at_ms: each((second) => START + second * 1000),
    updates: each((second) => second),
    commands: each(() => 1),
    deliveries: each(() => 2),
    p50_ms: each(() => 5),
    p95_ms: each(() => 10),
    p99_ms: each(() => p99),
    lag_ms: each(() => 1),
    memory_bytes: each(() => 100),
    cpu_share: each(() => 0.1),
    kept_seconds: 300,
  }
}

describe('figures', () => {
  test('what comes later is added behind what is known', () => {
    const figures = addFigures(addFigures(NO_FIGURES, answer(0, 3)), answer(3, 2))
    expect(figures.updates).toEqual([0, 1, 2, 3, 4])
    expect(figures.atMs.at(-1)).toBe(START + 4000)
  })

  test('a second that is known already is not counted twice', () => {
    const known = addFigures(NO_FIGURES, answer(0, 3))
    expect(addFigures(known, answer(1, 3)).updates).toEqual([0, 1, 2, 3])
    expect(addFigures(known, answer(0, 3))).toBe(known)
  })

  test('a pause leaves a gap instead of a line across it', () => {
    const figures = addFigures(addFigures(NO_FIGURES, answer(0, 2)), answer(60, 2))
    expect(figures.updates).toEqual([0, 1, null, 60, 61])
    expect(figures.p99).toEqual([20, 20, null, 20, 20])
  })

  test('a second that took a little longer is no gap', () => {
    const late = answer(2, 1)
    const figures = addFigures(addFigures(NO_FIGURES, answer(0, 1)), late)
    expect(figures.updates).toEqual([0, 2])
  })

  test('only five minutes are kept, in every column', () => {
    const figures = addFigures(addFigures(NO_FIGURES, answer(0, 290)), answer(290, 60))
    expect(figures.atMs).toHaveLength(300)
    expect(figures.updates[0]).toBe(50)
    for (const column of [figures.p50, figures.memory, figures.cpu, figures.lag]) expect(column).toHaveLength(300)
  })

  test('the last part is cut by time, not by count', () => {
    const figures = addFigures(addFigures(NO_FIGURES, answer(0, 10)), answer(100, 5))
    expect(lastPart(figures, 60_000).updates).toEqual([100, 101, 102, 103, 104])
    expect(lastPart(NO_FIGURES, 60_000)).toBe(NO_FIGURES)
  })

  test('seconds without a measurement count neither as good nor as bad', () => {
    expect(latest([7, null, null])).toBe(7)
    expect(latest([7, null, null], 2)).toBeNull()
    expect(worst([3, 90, null, 4], 3)).toBe(90)
    expect(worst([null], 5)).toBeNull()
    expect(mean([null, 2, 4], 3)).toBe(3)
    expect(mean([], 3)).toBeNull()
  })
})
