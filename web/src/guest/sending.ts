// Sending a round: a countdown that everybody sees, then one `order.place`. Without a connection nothing
// is counted down: the wish is kept on the device, and the guest is asked when the connection is back.

import { computed, type Signal, signal } from '@preact/signals'
import { serverNow } from '../core/clock'
import type { Sayings } from './company'
import {
  COUNTDOWN_MS,
  isDue,
  isForgotten,
  type Round,
  readSending,
  readWait,
  type Stopped,
  sendingBody,
  waitBody,
  winner,
} from './round'

const TICK_MS = 200

/** Who sends, and how. */
export interface Sender {
  readonly guest: string
  readonly name: () => string
  /** How many dishes would be sent now. */
  readonly dishes: () => number
  /** Place what can be; called once a countdown has run out undisturbed. */
  readonly place: () => void
  /** Somebody else said wait. */
  readonly onStopped: (by: Stopped) => void
}

/** The round that is on its way, if any. */
export class Sending {
  readonly round: Signal<Round | null> = signal(null)
  readonly nowMs: Signal<number> = signal(serverNow())
  readonly isMine = computed(() => this.round.value?.guest === this.sender.guest)
  /** Send was pressed without a connection, and nobody asked yet. */
  readonly wantsLater: Signal<boolean>
  private aheadMs = 0
  private timer: ReturnType<typeof setInterval> | null = null
  private readonly leave: () => void

  constructor(
    private readonly room: Sayings,
    private readonly sender: Sender,
    private readonly key: string,
  ) {
    this.wantsLater = signal(localStorage.getItem(key) !== null)
    this.leave = room.onSaid((_from, kind, body) => this.hear(kind, body))
  }

  /** Start the countdown, or keep the wish. */
  begin(): void {
    if (!this.room.isLive.peek()) {
      this.later()
      return
    }
    const name = this.sender.name()
    const endsMs = serverNow() + COUNTDOWN_MS
    const mine = { guest: this.sender.guest, name, endsMs, dishes: this.sender.dishes() }
    this.room.say('sending', sendingBody(mine))
    this.show(winner(this.round.peek(), mine))
  }

  /** Nobody sends now; whoever was about to hears it. */
  wait(): void {
    if (this.round.peek() === null) return
    this.room.say('wait', waitBody(this.sender.guest, this.sender.name()))
    this.show(null)
  }

  /** The kitchen has it. */
  placed(): void {
    this.show(null)
  }

  /** Keep the wish until the connection is back. */
  later(): void {
    this.wantsLater.value = true
    try {
      localStorage.setItem(this.key, String(Date.now()))
    } catch {
      // Without storage the wish lasts as long as the page.
    }
  }

  /** The guest was asked. */
  forgetWish(): void {
    this.wantsLater.value = false
    localStorage.removeItem(this.key)
  }

  close(): void {
    this.leave()
    this.show(null)
  }

  private hear(kind: string, body: unknown): void {
    if (kind === 'sending') {
      const round = readSending(body, serverNow())
      if (round !== null) this.show(winner(this.round.peek(), round))
    }
    if (kind === 'wait') {
      const stopped = readWait(body)
      if (stopped === null || this.round.peek() === null) return
      this.show(null)
      this.sender.onStopped(stopped)
    }
  }

  private show(round: Round | null): void {
    this.round.value = round
    if (round === null) {
      if (this.timer !== null) clearInterval(this.timer)
      this.timer = null
      return
    }
    // From here on by a clock that nobody sets: a new measurement of the server's must not stretch it.
    this.aheadMs = serverNow() - performance.now()
    this.nowMs.value = serverNow()
    this.timer ??= setInterval(() => this.tick(), TICK_MS)
  }

  private tick(): void {
    const round = this.round.peek()
    const nowMs = performance.now() + this.aheadMs
    this.nowMs.value = nowMs
    if (round === null) return
    if (round.guest !== this.sender.guest) {
      if (isForgotten(round, nowMs)) this.show(null)
      return
    }
    if (!isDue(round, nowMs)) return
    this.show(null)
    if (this.room.isLive.peek()) this.sender.place()
    else this.later()
  }
}
