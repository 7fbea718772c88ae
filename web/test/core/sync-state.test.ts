import { signal } from '@preact/signals'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type Facts,
  firstFacts,
  type Observation,
  observe,
  openSyncState,
  type PillState,
  pillOf,
} from '../../src/core/sync-state'

const T = 1_000_000
const base: Facts = { ...firstFacts(T), hasLink: true, isUsed: true, lostMs: null, lastSyncedMs: T - 5_000 }
const saved: PillState = { kind: 'saved', lastMs: T - 5_000 }

describe('the pill', () => {
  it.each<[string, Partial<Facts>, PillState, number | null]>([
    ['nothing was ever edited here', { isUsed: false }, { kind: 'quiet' }, null],
    ['nothing was ever in step', { lastSyncedMs: null }, { kind: 'quiet' }, null],
    ['the server has everything', {}, saved, null],
    ['an edit is on its way, for a moment', { unsynced: 1, stuckMs: T - 399 }, saved, T + 1],
    ['an edit is on its way', { unsynced: 1, stuckMs: T - 400 }, { kind: 'saving' }, T + 7_600],
    ['an edit takes almost too long', { unsynced: 3, stuckMs: T - 7_999 }, { kind: 'saving' }, T + 1],
    ['an edit takes too long', { unsynced: 3, stuckMs: T - 8_000 }, { kind: 'slow', count: 3 }, null],
    ['no connection, just now', { lostMs: T - 4_999 }, saved, T + 1],
    [
      'no connection, just now, with an edit',
      { lostMs: T - 1_000, unsynced: 1, stuckMs: T - 900 },
      { kind: 'saving' },
      T + 4_000,
    ],
    ['no connection for 5 s', { lostMs: T - 5_000 }, { kind: 'reconnecting' }, T + 10_000],
    [
      'no connection for 5 s with edits',
      { lostMs: T - 5_000, unsynced: 2, stuckMs: T - 5_000 },
      { kind: 'reconnecting' },
      T + 10_000,
    ],
    ['no connection for 15 s', { lostMs: T - 15_000, unsynced: 2, stuckMs: T }, { kind: 'offline', count: 2 }, null],
    [
      'the browser has no network',
      { lostMs: T, isOnline: false, unsynced: 1, stuckMs: T },
      { kind: 'offline', count: 1 },
      null,
    ],
    ['the browser is wrong about the network', { isOnline: false }, saved, null],
    [
      'a backlog is being sent',
      { unsynced: 9, backlog: 12, stuckMs: T },
      { kind: 'sending', done: 3, total: 12 },
      T + 8_000,
    ],
    ['a backlog is stuck', { unsynced: 9, backlog: 12, stuckMs: T - 8_000 }, { kind: 'slow', count: 9 }, null],
    ['somebody has to decide', { attention: 2 }, { kind: 'attention', count: 2 }, null],
    [
      'somebody has to decide while saving',
      { attention: 2, unsynced: 1, stuckMs: T - 500 },
      { kind: 'attention', count: 2 },
      null,
    ],
    ['somebody has to decide, offline', { attention: 2, lostMs: T - 20_000 }, { kind: 'offline', count: 0 }, null],
    ['the device keeps nothing', { isUnsafe: true, lostMs: T - 60_000, attention: 1 }, { kind: 'unsafe' }, null],
    [
      'nobody is signed in',
      { isSignedOut: true, unsynced: 12, lostMs: T - 60_000 },
      { kind: 'signed_out', count: 12 },
      null,
    ],
    [
      'the device keeps nothing and nobody is signed in',
      { isUnsafe: true, isSignedOut: true },
      { kind: 'unsafe' },
      null,
    ],
    ['a new version waits', { hasUpdate: true }, { kind: 'update' }, null],
    [
      'a new version waits, with an edit on its way',
      { hasUpdate: true, unsynced: 1, stuckMs: T - 500 },
      { kind: 'saving' },
      T + 7_500,
    ],
    ['a new version waits, offline', { hasUpdate: true, lostMs: T - 20_000 }, { kind: 'offline', count: 0 }, null],
    [
      'the server wants a newer version',
      { needsUpdate: true, unsynced: 3, lostMs: T - 20_000 },
      { kind: 'update' },
      null,
    ],
  ])('when %s', (_, facts, pill, untilMs) => {
    expect(pillOf({ ...base, ...facts }, T)).toEqual({ pill, untilMs })
  })
})

describe('what is seen over time', () => {
  /** Observations at seconds; answers the kinds that the pill shows then. */
  function play(...steps: readonly (readonly [number, Partial<Observation>])[]): string[] {
    let facts = observe(firstFacts(T), { ...base, hasLink: true }, T)
    return steps.map(([second, seen]) => {
      const nowMs = T + second * 1000
      facts = observe(facts, { ...base, ...seen }, nowMs)
      const { pill } = pillOf(facts, nowMs)
      return pill.kind === 'sending' ? `${pill.done}/${pill.total}` : pill.kind
    })
  }

  it('goes through a long cut and back', () => {
    expect(
      play(
        [1, { unsynced: 1 }],
        [2, { hasLink: false, unsynced: 1 }],
        [6.9, { hasLink: false, unsynced: 2 }],
        [7, { hasLink: false, unsynced: 3 }],
        [17, { hasLink: false, unsynced: 12 }],
        [60, { unsynced: 12 }],
        [60.1, { unsynced: 9 }],
        [60.2, { unsynced: 10 }],
        [60.3, { unsynced: 1 }],
        [60.4, { unsynced: 0 }],
        [61, { unsynced: 1 }],
        [61.5, { unsynced: 1 }],
      ),
    ).toEqual([
      'saved',
      'saving',
      'saving',
      'reconnecting',
      'offline',
      '0/12',
      '3/12',
      '3/13',
      '12/13',
      'saved',
      'saved',
      'saving',
    ])
  })

  it('says nothing of a short cut', () => {
    expect(play([1, { hasLink: false }], [5, { hasLink: false }], [5.5, {}])).toEqual(['saved', 'saved', 'saved'])
  })

  it('is slow only when nothing moves for 8 s', () => {
    expect(play([0, { unsynced: 5 }], [7, { unsynced: 4 }], [14, { unsynced: 4 }], [15, { unsynced: 4 }])).toEqual([
      'saved',
      'saving',
      'saving',
      'slow',
    ])
  })

  it('never says saved while something waits, except in the first moment of a good connection', () => {
    expect(
      play(
        [1, { hasLink: false, unsynced: 1 }],
        [3, { unsynced: 1 }],
        [3.1, { unsynced: 0 }],
        [4, { unsynced: 2 }],
        [4.5, { unsynced: 2 }],
        [4.6, { unsynced: 1 }],
        [4.7, { unsynced: 0 }],
      ),
    ).toEqual(['saving', 'saving', 'saved', 'saved', 'saving', 'saving', 'saved'])
  })

  it('says at once that something waits from an earlier page', () => {
    const facts = observe(firstFacts(T, T - 60_000), { ...base, hasLink: false, unsynced: 20 }, T)
    expect(pillOf(facts, T).pill).toEqual({ kind: 'saving' })
  })

  it('knows since when it is not in step any more', () => {
    let facts = observe(base, { ...base }, T)
    facts = observe(facts, { ...base, hasLink: false }, T + 60_000)
    facts = observe(facts, { ...base, hasLink: false, unsynced: 1 }, T + 90_000)
    expect(facts.lastSyncedMs).toBe(T + 60_000)
  })
})

describe('the living state', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: T })
  })
  afterEach(() => vi.useRealTimers())

  function open() {
    const inputs = {
      isOnline: signal(true),
      hasLink: signal(true),
      isUnsafe: signal(false),
      isSignedOut: signal(false),
      hasUpdate: signal(false),
      needsUpdate: signal(false),
      lastSyncedMs: null,
      reload: vi.fn(async () => {}),
    }
    return { inputs, sync: openSyncState(inputs) }
  }

  it('changes by itself as time goes by', () => {
    const { inputs, sync } = open()
    const unsynced = signal(0)
    sync.addSource({ label: 'commands', unsynced: signal(0) })
    expect(sync.pill.value.kind).toBe('quiet')
    sync.addSource({ label: 'menu', unsynced })
    expect(sync.pill.value).toEqual({ kind: 'saved', lastMs: T })
    unsynced.value = 2
    const kinds: string[] = []
    for (const ms of [0, 401, 7_600]) {
      vi.advanceTimersByTime(ms)
      kinds.push(sync.pill.value.kind)
    }
    inputs.hasLink.value = false
    for (const ms of [5_001, 10_001]) {
      vi.advanceTimersByTime(ms)
      kinds.push(sync.pill.value.kind)
    }
    inputs.hasLink.value = true
    kinds.push(sync.pill.value.kind)
    unsynced.value = 0
    kinds.push(sync.pill.value.kind)
    expect(kinds).toEqual(['saved', 'saving', 'slow', 'reconnecting', 'offline', 'sending', 'saved'])
    expect(vi.getTimerCount()).toBe(0)
    sync.close()
  })

  it('adds up its sources, and forgets one that is taken out', () => {
    const { sync } = open()
    const needed = signal(1)
    const remove = sync.addSource({ label: 'menu', unsynced: signal(3), attention: needed, unsafe: signal(true) })
    sync.addSource({ label: 'commands', unsynced: signal(2) })
    sync.attention.value = [{ id: 'a', text: 'Price' }]
    expect(sync.unsynced.value).toBe(5)
    expect(sync.pill.value.kind).toBe('unsafe')
    remove()
    expect(sync.unsynced.value).toBe(2)
    expect(sync.pill.value).toEqual({ kind: 'attention', count: 1 })
    sync.close()
  })

  it('reloads only when everything is on the device, even if a source fails', async () => {
    const { inputs, sync } = open()
    const order: string[] = []
    const flush = async (): Promise<void> => {
      order.push('flushed')
    }
    sync.addSource({ label: 'bad', unsynced: signal(0), flush: () => Promise.reject(new Error('full')) })
    sync.addSource({ label: 'menu', unsynced: signal(0), flush })
    inputs.reload.mockImplementation(async () => void order.push('reloaded'))
    await sync.reload()
    expect(order).toEqual(['flushed', 'reloaded'])
    sync.close()
  })
})
