// What the page knows: fetched once a second while it is seen, folded into signals.
// Rule 1: figures of the process are for owners. Who may not see them sees rooms and connections of
//         their restaurant, and is told so.
// Rule 2: only what is shown is fetched: the rooms or the connections, whichever table is open.

import { effect, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import {
  type DiagnosticsAnswer,
  diagnosticsAnswerGuard,
  figuresAnswerGuard,
  type OpenConnectionList,
  type OpenRoomList,
  type OperationsAnswer,
  openConnectionListGuard,
  openRoomListGuard,
  operatedGuard,
  operationsAnswerGuard,
} from '../core/protocol'
import { ApiError, type Session } from '../core/session'
import { addFigures, type Figures, NO_FIGURES } from './figures'
import { type Poller, startPoller } from './poller'

export type View = 'rooms' | 'connections' | 'people' | 'counters'
export type Access = 'asking' | 'everything' | 'restaurant' | 'nothing'

/** Something that an operator can do. */
export type Action =
  | { readonly kind: 'disconnect'; readonly id: string }
  | { readonly kind: 'read-only'; readonly id: string; readonly on: boolean }
  | { readonly kind: 'drain' | 'snapshot'; readonly id: string }

export interface Operations {
  readonly access: ReadonlySignal<Access>
  readonly seen: ReadonlySignal<OperationsAnswer | null>
  readonly figures: ReadonlySignal<Figures>
  readonly rooms: ReadonlySignal<OpenRoomList | null>
  readonly connections: ReadonlySignal<OpenConnectionList | null>
  /** When the last round was answered, by the clock of the device. */
  readonly answeredAtMs: ReadonlySignal<number | null>
  readonly isAway: ReadonlySignal<boolean>
  readonly isPaused: Signal<boolean>
  readonly view: Signal<View>
  /** What connections are searched for; the server does it. */
  readonly search: Signal<string>
  /** Does it; the number of connections concerned. Throws ApiError. */
  act(action: Action): Promise<number>
  diagnostics(): Promise<DiagnosticsAnswer>
  close(): void
}

const ROOT = '/operations'
const CONNECTIONS_SHOWN = 300

/** Opens the page's knowledge and begins to ask. */
export function openOperations(session: Pick<Session, 'api'>): Operations {
  const access = signal<Access>('asking')
  const seen = signal<OperationsAnswer | null>(null)
  const figures = signal<Figures>(NO_FIGURES)
  const rooms = signal<OpenRoomList | null>(null)
  const connections = signal<OpenConnectionList | null>(null)
  const answeredAtMs = signal<number | null>(null)
  const isAway = signal(false)
  const isPaused = signal(false)
  const view = signal<View>('rooms')
  const search = signal('')

  const process = async (): Promise<void> => {
    const after = figures.peek().atMs.at(-1) ?? 0
    const [overview, answer] = await Promise.all([
      session.api('GET', ROOT, { guard: operationsAnswerGuard }),
      session.api('GET', `${ROOT}/figures?after=${after}`, { guard: figuresAnswerGuard }),
    ])
    seen.value = overview
    figures.value = addFigures(figures.peek(), answer)
  }
  const fetchRooms = async (): Promise<void> => {
    rooms.value = await session.api('GET', `${ROOT}/rooms`, { guard: openRoomListGuard })
  }
  const fetchConnections = async (): Promise<void> => {
    const wanted = view.peek() === 'connections' ? search.peek() : '' // people are shown whole
    const query = new URLSearchParams({ limit: String(CONNECTIONS_SHOWN) })
    if (wanted !== '') query.set('search', wanted)
    const found = await session.api('GET', `${ROOT}/connections?${query}`, { guard: openConnectionListGuard })
    if (wanted === (view.peek() === 'connections' ? search.peek() : '')) connections.value = found
  }
  const tables = async (): Promise<void> => {
    const isOnlyTables = access.peek() === 'restaurant'
    const wanted = view.peek()
    await Promise.all([
      isOnlyTables || wanted === 'rooms' || rooms.peek() === null ? fetchRooms() : null,
      isOnlyTables || wanted === 'connections' || wanted === 'people' ? fetchConnections() : null,
    ])
  }
  const round = async (): Promise<void> => {
    try {
      if (access.peek() === 'asking') access.value = await allowed(process, fetchRooms)
      else if (access.peek() === 'everything') await process()
      if (access.peek() === 'nothing') return
      await tables()
      answeredAtMs.value = Date.now()
      isAway.value = false
    } catch (error) {
      isAway.value = true
      throw error
    }
  }

  const poller: Poller = startPoller({ round })
  const stopPausing = effect(() => poller.pause(isPaused.value))
  let isFirst = true
  const stopViewing = effect(() => {
    void view.value
    void search.value
    if (!isFirst) poller.now()
    isFirst = false
  })

  return {
    access,
    seen,
    figures,
    rooms,
    connections,
    answeredAtMs,
    isAway,
    isPaused,
    view,
    search,
    async act(action) {
      const { path, body } = requestOf(action)
      const done = await session.api('POST', path, { guard: operatedGuard, ...(body === null ? {} : { body }) })
      poller.now()
      return done.count
    },
    diagnostics: () => session.api('GET', `${ROOT}/diagnostics`, { guard: diagnosticsAnswerGuard }),
    close() {
      stopPausing()
      stopViewing()
      poller.stop()
    },
  }
}

/** Where an action goes, and with what. */
export function requestOf(action: Action): { path: string; body: object | null } {
  const id = encodeURIComponent(action.id)
  switch (action.kind) {
    case 'disconnect':
      return { path: `${ROOT}/connections/${id}/disconnect`, body: null }
    case 'read-only':
      return { path: `${ROOT}/rooms/${id}/read-only`, body: { on: action.on } }
    case 'drain':
    case 'snapshot':
      return { path: `${ROOT}/rooms/${id}/${action.kind}`, body: null }
  }
}

/** What the person may see: tried, not guessed from roles. Throws when there is no answer. */
async function allowed(process: () => Promise<void>, rooms: () => Promise<void>): Promise<Access> {
  if (await isAllowed(process)) return 'everything'
  return (await isAllowed(rooms)) ? 'restaurant' : 'nothing'
}

async function isAllowed(ask: () => Promise<void>): Promise<boolean> {
  try {
    await ask()
    return true
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return false
    throw error
  }
}
