// What the page asks for, by what the person may see.

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ApiError } from '../../src/core/session'
import { type Operations, openOperations, requestOf } from '../../src/ops/state'

const OVERVIEW = {
  at_ms: 1,
  process: {
    version: '1',
    build: 'b',
    started_at_ms: 0,
    uptime_seconds: 1,
    memory_bytes: null,
    cpu_share: null,
    loop_lag_ms: null,
  },
  connections: { total: 0, limit: 10, people: 0, by_door: {}, slow: 0, old: 0 },
  rooms: { documents: 0, events: 0, read_only: 0, slow_seats: 0 },
  store: { state: 'saving', kind: 'sqlite', last_commit_at_ms: null, waiting: 0, waiting_commands: 0 },
  commands: { results: {}, duplicates: 0, rejections: {} },
  updates: 0,
  deliveries: 0,
  refusals: {},
}
const FIGURES = {
  at_ms: [1000],
  updates: [1],
  commands: [0],
  deliveries: [0],
  p50_ms: [null],
  p95_ms: [null],
  p99_ms: [null],
  lag_ms: [1],
  memory_bytes: [1],
  cpu_share: [0],
  kept_seconds: 300,
}

let asked: string[]
let operations: Operations

beforeEach(() => {
  vi.useFakeTimers()
  asked = []
})

afterEach(() => {
  operations.close()
  vi.useRealTimers()
})

function open(forbidden: RegExp): void {
  const api = async (method: string, path: string): Promise<unknown> => {
    asked.push(`${method} ${path}`)
    if (forbidden.test(path)) throw new ApiError(403, 'forbidden_act', 'no')
    if (path.startsWith('/operations/figures')) return FIGURES
    if (path.startsWith('/operations/rooms/')) return { count: 3 }
    if (path.startsWith('/operations/rooms')) return { rooms: [], at_ms: 1 }
    if (path.startsWith('/operations/connections')) return { connections: [], total: 0, at_ms: 1 }
    return OVERVIEW
  }
  operations = openOperations({ api: api as never })
}

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms)

test('an owner is asked for everything, the table that is open, and only new figures', async () => {
  open(/^$/)
  await pass(10)
  expect(operations.access.value).toBe('everything')
  expect(asked).toEqual(['GET /operations', 'GET /operations/figures?after=0', 'GET /operations/rooms'])
  asked.length = 0
  await pass(1000)
  expect(asked).toContain('GET /operations/figures?after=1000')
  operations.view.value = 'people'
  asked.length = 0
  await pass(10)
  expect(asked).toContain('GET /operations/connections?limit=300')
  expect(asked).not.toContain('GET /operations/rooms')
})

test('a manager is not asked again for what is for owners', async () => {
  open(/^\/operations($|\/figures)/)
  await pass(10)
  expect(operations.access.value).toBe('restaurant')
  asked.length = 0
  await pass(1500)
  expect(asked).not.toContain('GET /operations')
  expect(asked).toContain('GET /operations/rooms')
  expect(asked).toContain('GET /operations/connections?limit=300')
})

test('who may see nothing is told so, and the page is not away', async () => {
  open(/.*/)
  await pass(10)
  expect(operations.access.value).toBe('nothing')
  expect(operations.isAway.value).toBe(false)
})

test('a search goes to the server, which shows only so many', async () => {
  open(/^$/)
  operations.view.value = 'connections'
  await pass(10)
  operations.search.value = 'ana & co'
  await pass(10)
  expect(asked).toContain('GET /operations/connections?limit=300&search=ana+%26+co')
})

test('an action names its room whole, and the page looks again at once', async () => {
  open(/^$/)
  await pass(10)
  asked.length = 0
  expect(await operations.act({ kind: 'drain', id: 'kitchen:bistro:grill' })).toBe(3)
  await pass(10)
  expect(asked[0]).toBe('POST /operations/rooms/kitchen%3Abistro%3Agrill/drain')
  expect(asked).toContain('GET /operations')
  expect(requestOf({ kind: 'read-only', id: 'menu:a/b', on: true })).toEqual({
    path: '/operations/rooms/menu%3Aa%2Fb/read-only',
    body: { on: true },
  })
})
