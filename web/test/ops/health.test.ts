// From figures to what an operator should know.

import { describe, expect, test } from 'vitest'
import type { OperationsAnswer } from '../../src/core/protocol'
import { type Figures, NO_FIGURES } from '../../src/ops/figures'
import { findings, LIMITS, levelOf, overall } from '../../src/ops/health'

const WELL: OperationsAnswer = {
  at_ms: 1_700_000_000_000,
  process: {
    version: '1',
    build: 'b',
    started_at_ms: 0,
    uptime_seconds: 60,
    memory_bytes: 1,
    cpu_share: 0.1,
    loop_lag_ms: 1,
  },
  connections: { total: 10, limit: 1000, people: 5, by_door: {}, slow: 0, old: 0 },
  rooms: { documents: 2, events: 3, read_only: 0, slow_seats: 0 },
  store: { state: 'saving', kind: 'sqlite', last_commit_at_ms: 1, waiting: 3, waiting_commands: 0 },
  commands: { results: {}, duplicates: 0, rejections: {} },
  updates: 0,
  deliveries: 0,
  refusals: {},
}
const figures = (changes: Partial<Figures>): Figures => ({ ...NO_FIGURES, ...changes })
const kinds = (seen: OperationsAnswer, known: Figures = NO_FIGURES): string[] =>
  findings(seen, known).map(({ kind, level }) => `${level} ${kind}`)

describe('health', () => {
  test('a quiet server has nothing to say', () => {
    expect(kinds(WELL)).toEqual([])
    expect(overall(findings(WELL, NO_FIGURES))).toBe('good')
  })

  test('saving that stopped is the first thing said, with what waits', () => {
    const store = { ...WELL.store, state: 'paused', waiting: 12_000 }
    const found = findings({ ...WELL, store, connections: { ...WELL.connections, slow: 2 } }, NO_FIGURES)
    expect(found.map(({ kind }) => kind)).toEqual(['savingPaused', 'slowReaders'])
    expect(found[0]).toMatchObject({ level: 'bad', n: 12_000 })
    expect(overall(found)).toBe('bad')
  })

  test.each([
    ['lag', [5, 120, 5], 'warn loopLag'],
    ['lag', [900], 'bad loopLag'],
    ['p99', [300, 400], 'warn slowAcks'],
    ['p99', [2000], 'bad slowAcks'],
  ] as const)('%s of %j is said as %s', (column, values, expected) => {
    expect(kinds(WELL, figures({ [column]: values }))).toEqual([expected])
  })

  test('one slow second among quick ones is not called slow', () => {
    expect(kinds(WELL, figures({ p99: [10, 10, 10, 900, 10, 10] }))).toEqual([])
  })

  test('what is only good to know makes nobody worry', () => {
    const seen = {
      ...WELL,
      rooms: { ...WELL.rooms, read_only: 1 },
      connections: { ...WELL.connections, old: 4 },
    }
    expect(kinds(seen)).toEqual(['info readOnly', 'info oldClients'])
    expect(overall(findings(seen, NO_FIGURES))).toBe('good')
  })

  test('a server that is nearly full says how full', () => {
    const seen = { ...WELL, connections: { ...WELL.connections, total: 960 } }
    expect(findings(seen, NO_FIGURES)).toEqual([{ kind: 'nearlyFull', level: 'bad', n: 96 }])
  })

  test('levels begin at their limits, and nothing measured is nothing bad', () => {
    expect(levelOf(LIMITS.lagMs.warn - 1, LIMITS.lagMs)).toBe('good')
    expect(levelOf(LIMITS.lagMs.warn, LIMITS.lagMs)).toBe('warn')
    expect(levelOf(LIMITS.lagMs.bad, LIMITS.lagMs)).toBe('bad')
    expect(levelOf(null, LIMITS.lagMs)).toBe('good')
  })
})
