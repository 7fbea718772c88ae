// A room folded into a state: from the device first, then from the server, event by event.
// State and cursor are kept together, so a page that starts without a network shows what it last knew
// and goes on from there. The server's epoch and gaps are the channel's business: here a snapshot
// simply replaces the state.

import { type ReadonlySignal, signal } from '@preact/signals'
import type { Notice, RoomEvent, RoomSubscription } from './channel'
import type { StreamRecord } from './db'
import type { Link } from './link'
import { onLeave } from './network'

const KEEP_AFTER_MS = 500

/** How events become a state. States are plain data (structured clone) and never changed in place. */
export interface Fold<S> {
  readonly initial: S
  snapshot(body: unknown): S
  event(state: S, event: RoomEvent): S
  /** Raise it when S changes its shape: what an older page kept is then not read. */
  readonly version?: number
}

export interface Stream<S> {
  readonly state: ReadonlySignal<S>
  /** Whether the state is more than `initial`: from the device or from the server. */
  readonly isLoaded: ReadonlySignal<boolean>
  /** Whether the state is the server's, up to a moment ago. */
  readonly isLive: ReadonlySignal<boolean>
  /** When it was last live, on the device's clock; null while it is, or if it never was. */
  readonly sinceMs: ReadonlySignal<number | null>
  /** Why the server does not give us this room. */
  readonly refused: ReadonlySignal<Notice | null>
  /** Hears each event after it is in the state; not those of a snapshot. */
  onEvent(listener: (event: RoomEvent, state: S) => void): () => void
  onSaid(listener: (from: string, kind: string, body: unknown) => void): () => void
  /** Tells the server that everything up to the offset, or up to now, was shown to people. */
  seen(offset?: number): void
  say(kind: string, body: object): void
  close(): void
}

/** What a stream needs. Each screen folds a room in its own way, so each keeps its own. */
export type StreamLink = Pick<Link, 'channel' | 'db'> & Partial<Pick<Link, 'app'>>

/** Follows a room. The state fills when the device has read it and the server has answered. */
export function openStream<S>(link: StreamLink, room: string, fold: Fold<S>): Stream<S> {
  return new RoomStream(link, room, fold)
}

class RoomStream<S> implements Stream<S> {
  readonly state
  readonly isLoaded = signal(false)
  readonly isLive = signal(false)
  readonly sinceMs = signal<number | null>(null)
  readonly refused = signal<Notice | null>(null)
  readonly #eventListeners = new Set<(event: RoomEvent, state: S) => void>()
  readonly #saidListeners = new Set<(from: string, kind: string, body: unknown) => void>()
  readonly #version: number
  readonly #stopLeaving: () => void
  #subscription: RoomSubscription | null = null
  #isClosed = false
  #isKept = true
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly link: StreamLink,
    private readonly room: string,
    private readonly fold: Fold<S>,
  ) {
    this.state = signal<S>(fold.initial)
    this.#version = fold.version ?? 1
    this.#stopLeaving = onLeave(() => {
      this.#isKept &&= !this.isLive.value // so that an offline start knows until when this was true
      this.#keep()
    })
    void this.#begin()
  }

  onEvent(listener: (event: RoomEvent, state: S) => void): () => void {
    this.#eventListeners.add(listener)
    return () => this.#eventListeners.delete(listener)
  }

  onSaid(listener: (from: string, kind: string, body: unknown) => void): () => void {
    this.#saidListeners.add(listener)
    return () => this.#saidListeners.delete(listener)
  }

  seen(offset?: number): void {
    const upTo = offset ?? this.#subscription?.cursor?.offset
    if (upTo !== undefined) this.#subscription?.seen(upTo)
  }

  say(kind: string, body: object): void {
    this.#subscription?.say(kind, body)
  }

  close(): void {
    this.#keep()
    this.#isClosed = true
    this.#stopLeaving()
    this.#subscription?.leave()
  }

  async #begin(): Promise<void> {
    const kept = await this.#kept()
    if (this.#isClosed) return
    if (kept !== undefined) {
      // Written by this fold in this version: #keep puts nothing else there.
      this.state.value = kept.state as S
      this.sinceMs.value = kept.savedMs
      this.isLoaded.value = true
    }
    const cursor = kept === undefined ? undefined : { epoch: kept.epoch, offset: kept.offset }
    this.#subscription = this.link.channel.subscribe(
      this.room,
      {
        subscribed: ({ recovered }) => {
          this.refused.value = null
          if (recovered) this.#live()
        },
        snapshot: (_, body) => {
          this.state.value = this.fold.snapshot(body)
          this.#live()
          this.#changed()
        },
        events: (events) => this.#take(events),
        gap: () => this.#lost(),
        refused: (notice) => {
          this.#lost()
          this.refused.value = notice
        },
        said: (from, kind, body) => {
          for (const listener of [...this.#saidListeners]) listener(from, kind, body)
        },
        disconnected: () => this.#lost(),
      },
      cursor,
    )
  }

  #take(events: readonly RoomEvent[]): void {
    const told: (readonly [RoomEvent, S])[] = []
    let state = this.state.peek()
    try {
      for (const event of events) {
        state = this.fold.event(state, event)
        told.push([event, state])
      }
    } catch (error) {
      console.error(error) // an event that this page does not understand: the server folds better
      this.#subscription?.restart()
      return
    }
    this.state.value = state
    this.#changed()
    for (const [event, then] of told) {
      for (const listener of [...this.#eventListeners]) listener(event, then)
    }
  }

  #live(): void {
    this.isLive.value = true
    this.isLoaded.value = true
    this.sinceMs.value = null
  }

  #lost(): void {
    if (!this.isLive.value) return
    this.isLive.value = false
    this.sinceMs.value = Date.now()
  }

  #changed(): void {
    if (this.#isKept) this.#timer = setTimeout(() => this.#keep(), KEEP_AFTER_MS)
    this.#isKept = false
  }

  #keep(): void {
    clearTimeout(this.#timer)
    const cursor = this.#subscription?.cursor
    if (this.#isKept || this.#isClosed || !cursor) return
    this.#isKept = true
    const { state } = this
    const record: StreamRecord = {
      room: this.#key,
      version: this.#version,
      epoch: cursor.epoch,
      offset: cursor.offset,
      state: state.peek(),
      savedMs: Date.now(),
    }
    this.link.db.put('streams', record).catch(() => {}) // `db.unsafe` says it; the server has it all
  }

  get #key(): string {
    return this.link.app === undefined ? this.room : `${this.link.app} ${this.room}`
  }

  async #kept(): Promise<StreamRecord | undefined> {
    const kept = await this.link.db.get('streams', this.#key).catch(() => undefined)
    return kept?.version === this.#version ? kept : undefined
  }
}
