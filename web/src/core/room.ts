// One subscription to a room: asks for it after each reconnect, keeps its cursor, passes on what comes.
// Events reach the listener once and in order; a hole is asked for again, a gap ends in a snapshot.

import type { Cursor, Notice, RoomListener, RoomSubscription } from './channel'
import { type Guard, tryCheck } from './guard'
import {
  type DocumentSubd,
  type Ev,
  evGuard,
  type Gap,
  gapGuard,
  type Subd,
  saidGuard,
  savedGuard,
  serverFrames,
  syncGuard,
} from './protocol'
import type { OwnSocket } from './socket'

const NOT_YET = 'room_not_found' // of an order that is about to be opened
const LOOK_AGAIN_MS = 5_000
const GAP_PAUSE_MS = 2_000 // between gaps of one room, so that two who disagree do not race

// After these a subscription that was there is over; without one, every notice is a refusal.
const ENDS_ROOM = new Set([
  'forbidden_room',
  'forbidden',
  'deleted',
  'not_found',
  'document_not_found',
  'epoch_changed',
  'structure',
  'document_full',
  'too_large',
  'revoked',
])

/** One subscription. */
export class Room implements RoomSubscription {
  isSubscribed = false
  #isMissing = false
  #gapMs = Number.NEGATIVE_INFINITY
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly socket: OwnSocket,
    private readonly h: number,
    private readonly room: string,
    private readonly listener: RoomListener,
    public cursor: Cursor | null,
    private readonly want: 'events' | undefined,
    private readonly left: () => void,
  ) {}

  ask(): void {
    clearTimeout(this.#timer)
    this.isSubscribed = false
    this.#isMissing = false
    const { epoch, offset } = this.cursor ?? {}
    this.socket.send('sub', { h: this.h, room: this.room, epoch, offset, want: this.want })
  }

  /** Something was done in a room: if it is ours and was not there, it may be there now. */
  touched(room: string): void {
    if (this.#isMissing && room === this.room) this.ask()
  }

  restart(cursor?: Cursor): void {
    this.cursor = cursor ?? null
    this.ask()
  }

  cut(): void {
    clearTimeout(this.#timer)
    const wasSubscribed = this.isSubscribed
    this.isSubscribed = false
    if (wasSubscribed) this.listener.disconnected?.()
  }

  seen(offset: number): void {
    if (this.isSubscribed) this.socket.send('seen', { h: this.h, offset })
  }

  sendSync(data: Uint8Array): void {
    if (this.isSubscribed) this.socket.send('sync', { h: this.h, data })
  }

  mark(n: number): void {
    if (this.isSubscribed) this.socket.send('mark', { h: this.h, n })
  }

  say(kind: string, body: object): void {
    if (this.isSubscribed) this.socket.send('say', { h: this.h, kind, body })
  }

  leave(): void {
    clearTimeout(this.#timer)
    this.socket.send('unsub', { h: this.h })
    this.isSubscribed = false
    this.left()
  }

  /** A frame that carries our handle. */
  receive(op: string, content: unknown): void {
    if (op === 'subd') use(serverFrames.subd, content, (said) => this.#subscribed(said))
    else if (op === 'gap') use(gapGuard, content, (said) => this.#gap(said))
    else if (!this.isSubscribed)
      return // of a subscription before this one
    else if (op === 'ev') use(evGuard, content, (said) => this.#events(said))
    else if (op === 'sync') use(syncGuard, content, (said) => this.listener.sync?.(said.data))
    else if (op === 'saved') use(savedGuard, content, (said) => this.listener.saved?.(said.n))
    else if (op === 'said') use(saidGuard, content, (said) => this.listener.said?.(said.from, said.kind, said.body))
  }

  /** The server says something about this room. */
  heard(notice: Notice): void {
    if (this.isSubscribed && !ENDS_ROOM.has(notice.code)) {
      this.listener.notice?.(notice)
      return
    }
    this.isSubscribed = false
    clearTimeout(this.#timer)
    this.#isMissing = notice.code === NOT_YET
    if (this.#isMissing) this.#timer = setTimeout(() => this.ask(), LOOK_AGAIN_MS)
    this.listener.refused?.(notice)
  }

  #subscribed(said: Subd | DocumentSubd): void {
    this.isSubscribed = true
    if ('schema' in said) {
      this.cursor = { epoch: said.epoch, offset: 0 }
      this.listener.subscribed?.({ ...said, top: 0, recovered: false })
      return
    }
    const { epoch, top, recovered, snapshot } = said
    if (!recovered) this.cursor = { epoch, offset: snapshot?.at ?? top }
    this.listener.subscribed?.(said)
    if (snapshot !== undefined) this.listener.snapshot?.(snapshot.at, snapshot.body)
  }

  #events({ first, events }: Ev): void {
    const cursor = this.cursor
    if (cursor === null) return
    if (first > cursor.offset + 1) {
      this.ask() // a hole: what is missing comes again
      return
    }
    const fresh = events
      .map(([type, seq, actor, atMs, body], at) => ({ offset: first + at, type, seq, actor, atMs, body }))
      .filter((event) => event.offset > cursor.offset)
    if (fresh.length === 0) return
    this.cursor = { epoch: cursor.epoch, offset: first + events.length - 1 }
    this.listener.events?.(fresh)
  }

  #gap(gap: Gap): void {
    this.isSubscribed = false
    this.cursor = null
    this.listener.gap?.(gap)
    const isAgain = performance.now() - this.#gapMs < GAP_PAUSE_MS
    this.#gapMs = performance.now()
    if (isAgain) this.#timer = setTimeout(() => this.ask(), GAP_PAUSE_MS)
    else this.ask()
  }
}

function use<T>(form: Guard<T>, content: unknown, take: (said: T) => void): void {
  const said = tryCheck(form, content)
  if (said === null) console.warn('a frame that this page does not understand', content)
  else take(said)
}
