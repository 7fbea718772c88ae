// The last five minutes as columns, one entry a second, as the chart wants them.
// Rule 1: a second that was not measured, or not fetched (paused page, server away), is a gap and
//         never a line drawn across it.
// Rule 2: what is older than the window goes; the server keeps no more either.

import type { FiguresAnswer } from '../core/protocol'

/** A column of numbers; null: nothing was measured in that second. */
export type Column = readonly (number | null)[]

export const COLUMNS = ['updates', 'commands', 'deliveries', 'p50', 'p95', 'p99', 'lag', 'memory', 'cpu'] as const
export type ColumnName = (typeof COLUMNS)[number]

/** Seconds, oldest first; every column is as long as `atMs`. */
export interface Figures extends Readonly<Record<ColumnName, Column>> {
  readonly atMs: readonly number[]
}

const WINDOW_MS = 300_000
const SECOND_MS = 1000
const GAP_MS = 3500 // a second under load is a little longer; this is a hole

export const NO_FIGURES: Figures = { atMs: [], ...eachColumn(() => []) }

/** What was known and what the server answered to "after the last one", as one. */
export function addFigures(known: Figures, answer: FiguresAnswer): Figures {
  const columns = columnsOf(answer)
  const last = known.atMs.at(-1) ?? Number.NEGATIVE_INFINITY
  const fresh = answer.at_ms.map((atMs, index) => ({ atMs, index })).filter(({ atMs }) => atMs > last)
  if (fresh.length === 0) return known
  const atMs = [...known.atMs]
  const grown = eachColumn((name) => [...known[name]])
  const push = (at: number, read: (name: ColumnName) => number | null): void => {
    atMs.push(at)
    for (const name of COLUMNS) grown[name].push(read(name))
  }
  for (const one of fresh) {
    const before = atMs.at(-1)
    if (before !== undefined && one.atMs - before > GAP_MS) push(before + SECOND_MS, () => null)
    push(one.atMs, (name) => columns[name][one.index] ?? null)
  }
  return lastPart({ atMs, ...grown }, WINDOW_MS)
}

/** The newest part of the figures, so many milliseconds long. */
export function lastPart(figures: Figures, lengthMs: number): Figures {
  const newest = figures.atMs.at(-1)
  if (newest === undefined) return figures
  const first = figures.atMs.findIndex((atMs) => atMs > newest - lengthMs)
  if (first <= 0) return figures
  return { atMs: figures.atMs.slice(first), ...eachColumn((name) => figures[name].slice(first)) }
}

/** The newest measured value of a column within the last seconds; null when there is none. */
export function latest(column: Column, seconds = 5): number | null {
  return (
    column
      .slice(-seconds)
      .filter((value) => value !== null)
      .at(-1) ?? null
  )
}

/** The largest value of the last seconds; null when nothing was measured. */
export function worst(column: Column, seconds: number): number | null {
  const found = column.slice(-seconds).filter((value) => value !== null)
  return found.length === 0 ? null : Math.max(...found)
}

/** The mean of the last seconds, those in which nothing was measured left out; null when all were. */
export function mean(column: Column, seconds: number): number | null {
  const found = column.slice(-seconds).filter((value) => value !== null)
  return found.length === 0 ? null : found.reduce((sum, value) => sum + value, 0) / found.length
}

function eachColumn(make: (name: ColumnName) => (number | null)[]): Record<ColumnName, (number | null)[]> {
  return {
    updates: make('updates'),
    commands: make('commands'),
    deliveries: make('deliveries'),
    p50: make('p50'),
    p95: make('p95'),
    p99: make('p99'),
    lag: make('lag'),
    memory: make('memory'),
    cpu: make('cpu'),
  }
}

function columnsOf(answer: FiguresAnswer): Readonly<Record<ColumnName, Column>> {
  return {
    updates: answer.updates,
    commands: answer.commands,
    deliveries: answer.deliveries,
    p50: answer.p50_ms,
    p95: answer.p95_ms,
    p99: answer.p99_ms,
    lag: answer.lag_ms,
    memory: answer.memory_bytes,
    cpu: answer.cpu_share,
  }
}
