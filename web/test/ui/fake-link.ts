// A link of paper: everything a screen reads, with signals that a test sets.

import { type Signal, signal } from '@preact/signals'
import { vi } from 'vitest'
import type { Link } from '../../src/core/link'
import type { OutboxEntry } from '../../src/core/outbox'
import type { Me, Role, SessionState } from '../../src/core/session'
import type { Attention, PillState } from '../../src/core/sync-state'

export interface Paper {
  link: Link
  me: Signal<Me | null>
  state: Signal<SessionState>
  pill: Signal<PillState>
  unsynced: Signal<number>
  entries: Signal<readonly OutboxEntry[]>
  attention: Signal<readonly Attention[]>
  storage: Signal<{ usedBytes: number; quotaBytes: number; isPersisted: boolean; isNearlyFull: boolean } | null>
  evicted: Signal<boolean>
  /** Rows of `updates` on the device. */
  updates: { origin: string; edits?: number }[]
  /** Answers the requests: by "METHOD /path". */
  api: ReturnType<typeof vi.fn<(method: string, path: string, options?: { body?: unknown }) => Promise<unknown>>>
  calls: { retry: string[]; discard: string[]; reloads: number; signOuts: number; names: string[]; retries: number }
}

/** Somebody with these roles; a developer of --dev without any. */
export function somebody(...roles: Role[]): Me {
  return {
    user: 'u1',
    name: 'Ana Ruiz',
    roles,
    restaurant: roles.length === 0 ? null : 'demo',
    restaurants: [{ id: 'demo', name: 'Demo', currency: 'EUR' }],
    stations: [],
    locales: [],
    table: null,
    order: null,
    expiresAtMs: null,
    isDeveloper: roles.length === 0,
    serverId: 's1',
    build: 'b1',
    secureUrl: null,
  }
}

/** Makes one. isSecure: what the address is. */
export function paperLink(who: Me | null = somebody('manager'), app: Link['app'] = 'editor', isSecure = true): Paper {
  const me = signal<Me | null>(who)
  const state = signal<SessionState>(who === null ? 'signed_out' : 'signed_in')
  const pill = signal<PillState>({ kind: 'quiet' })
  const unsynced = signal(0)
  const entries = signal<readonly OutboxEntry[]>([])
  const attention = signal<readonly Attention[]>([])
  const storage: Paper['storage'] = signal(null)
  const evicted = signal(false)
  const updates: Paper['updates'] = []
  const calls: Paper['calls'] = { retry: [], discard: [], reloads: 0, signOuts: 0, names: [], retries: 0 }
  const kept = new Map<string, unknown>()
  const api: Paper['api'] = vi.fn(async () => null)
  const parts = {
    app,
    isSecure,
    session: {
      me,
      state,
      restaurant: signal('demo'),
      token: null,
      api,
      refresh: async () => true,
      setName: (name: string) => calls.names.push(name),
      chooseRestaurant: () => {},
      signOut: async () => {
        calls.signOuts += 1
      },
    },
    socket: { retryNow: () => (calls.retries += 1) },
    outbox: {
      entries,
      retry: async (id: string) => void calls.retry.push(id),
      discard: async (id: string) => void calls.discard.push(id),
    },
    sync: {
      pill,
      unsynced,
      attention,
      lastSyncedMs: signal(Date.now() - 120_000),
      reload: async () => {
        calls.reloads += 1
      },
    },
    db: {
      storage,
      evicted,
      unsafe: signal(false),
      protect: () => {},
      read: async (_stores: unknown, work: (transaction: unknown) => unknown) =>
        work({ objectStore: () => ({ getAll: async () => updates }) }),
      get: async (_store: string, key: string) => kept.get(key),
      put: async (_store: string, value: unknown, key: string) => void kept.set(key, value),
    },
    close: () => {},
  }
  // The screens under test use no more of it than this.
  const link = parts as unknown as Link
  return { link, me, state, pill, unsynced, entries, attention, storage, evicted, updates, api, calls }
}
