// What is wrong, if anything: from figures to findings, each with a level and words of its own.
// Every number that is coloured on the page is coloured by a level from here, and says it in words.

import type { OperationsAnswer } from '../core/protocol'
import { type Figures, mean, worst } from './figures'

export type Level = 'good' | 'warn' | 'bad'

/** Something that somebody should know. `n` is filled into its words. */
export interface Finding {
  readonly level: 'info' | 'warn' | 'bad'
  readonly kind:
    | 'savingPaused'
    | 'loopLag'
    | 'slowAcks'
    | 'slowReaders'
    | 'backlog'
    | 'nearlyFull'
    | 'readOnly'
    | 'oldClients'
  readonly n: number
}

// From here on a person notices, or will soon.
export const LIMITS = {
  lagMs: { warn: 100, bad: 500 },
  p99Ms: { warn: 250, bad: 1000 },
  p95Ms: { warn: 150, bad: 600 },
  waiting: { warn: 500, bad: 5000 },
  fullShare: { warn: 0.8, bad: 0.95 },
  cpuShare: { warn: 0.8, bad: 0.95 },
  rttMs: { warn: 300, bad: 1500 },
} as const

export const LOOK_BACK_SECONDS = 15 // so that nothing flickers

/** The level of a number; not measured is good: nothing happened that could have been slow. */
export function levelOf(value: number | null, limit: { readonly warn: number; readonly bad: number }): Level {
  if (value === null || value < limit.warn) return 'good'
  return value < limit.bad ? 'warn' : 'bad'
}

/** Everything that is not as it should be, the worst first. */
export function findings(seen: OperationsAnswer, figures: Figures): readonly Finding[] {
  const found: Finding[] = []
  const add = (kind: Finding['kind'], level: Finding['level'] | 'good', n: number): void => {
    if (level !== 'good') found.push({ kind, level, n })
  }
  const lagMs = worst(figures.lag, LOOK_BACK_SECONDS)
  const p99Ms = mean(figures.p99, LOOK_BACK_SECONDS)
  const waiting = seen.store.waiting + seen.store.waiting_commands
  const slow = Math.max(seen.connections.slow, seen.rooms.slow_seats)
  if (seen.store.state === 'paused') add('savingPaused', 'bad', waiting)
  add('loopLag', levelOf(lagMs, LIMITS.lagMs), Math.round(lagMs ?? 0))
  add('slowAcks', levelOf(p99Ms, LIMITS.p99Ms), Math.round(p99Ms ?? 0))
  if (seen.store.state !== 'paused') add('backlog', levelOf(waiting, LIMITS.waiting), waiting)
  add('slowReaders', slow > 0 ? 'warn' : 'good', slow)
  const share = seen.connections.total / seen.connections.limit
  add('nearlyFull', levelOf(share, LIMITS.fullShare), Math.round(share * 100))
  if (seen.rooms.read_only > 0) add('readOnly', 'info', seen.rooms.read_only)
  if (seen.connections.old > 0) add('oldClients', 'info', seen.connections.old)
  const weight = { bad: 0, warn: 1, info: 2 }
  return found.sort((one, other) => weight[one.level] - weight[other.level])
}

/** The level of the whole server. */
export function overall(found: readonly Finding[]): Level {
  if (found.some(({ level }) => level === 'bad')) return 'bad'
  return found.some(({ level }) => level === 'warn') ? 'warn' : 'good'
}
