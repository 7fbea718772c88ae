// Finds out whether a connection is alive, how fast it is, and what the server's clock says.
// A ping that is not answered in time is followed by another; the second silence is the end.

import { type ReadonlySignal, signal } from '@preact/signals'
import { measured } from './clock'
import { tryCheck } from './guard'
import { pongGuard } from './protocol'

const LONGEST_PING_MS = 10_000 // a longer silence would leave a dead line unnoticed for too long
const PONG_MS = 5_000
const MISSED_PONGS = 2
const SECOND_PING_MS = 1_500 // a second measurement of the clock

export interface HeartbeatOptions {
  send(op: 'ping', content: object): void
  /** Edits that are not acknowledged; told with each ping. */
  unsynced(): number
  /** Nobody answers any more. */
  dead(): void
}

/** The heartbeat of one socket, from connection to connection. */
export class Heartbeat {
  readonly #rttMs = signal<number | null>(null)
  #pingMs = LONGEST_PING_MS
  #missed = 0
  #pongs = 0 // on this connection
  #pingTimer: ReturnType<typeof setTimeout> | undefined
  #pongTimer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly options: HeartbeatOptions) {}

  get rttMs(): ReadonlySignal<number | null> {
    return this.#rttMs
  }

  /** Begins on a new connection; pingMs: how often the server wants to hear us. */
  begin(pingMs: number): void {
    this.stop()
    this.#pingMs = Math.min(pingMs, LONGEST_PING_MS)
    this.ping()
  }

  stop(): void {
    clearTimeout(this.#pingTimer)
    clearTimeout(this.#pongTimer)
    this.#missed = 0
    this.#pongs = 0
  }

  /** Asks now, e.g. because the page was asleep. */
  ping(): void {
    clearTimeout(this.#pingTimer)
    clearTimeout(this.#pongTimer)
    const rttMs = this.#rttMs.value
    this.#pongTimer = setTimeout(() => this.#silence(), PONG_MS)
    this.options.send('ping', {
      t: performance.now(),
      unsynced: this.options.unsynced(),
      ...(rttMs !== null && { rtt_ms: Math.round(rttMs) }),
    })
  }

  /** Something came: the line is alive. */
  heard(): void {
    this.#missed = 0
  }

  pong(content: unknown): void {
    const said = tryCheck(pongGuard, content)
    if (said?.t === undefined) return
    const rttMs = Math.max(performance.now() - said.t, 0)
    this.#rttMs.value = rttMs
    measured(rttMs, said.now)
    clearTimeout(this.#pongTimer)
    clearTimeout(this.#pingTimer)
    this.#pingTimer = setTimeout(() => this.ping(), this.#pongs === 0 ? SECOND_PING_MS : this.#pingMs)
    this.#pongs += 1
  }

  #silence(): void {
    this.#missed += 1
    if (this.#missed >= MISSED_PONGS) this.options.dead()
    else this.ping()
  }
}
