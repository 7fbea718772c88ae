// Keeps the table in `people.ts` up to date over the room of the order: says that we are here every
// 20 s, answers newcomers, and says when we leave.

import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import { serverNow } from '../core/clock'
import { type Handover, HERE_EVERY_MS, heard, hereBody, hostOf, type Person, swept, type Table } from './people'

const SWEEP_EVERY_MS = 5000
const ANSWER_WITHIN_MS = 1000

/** What is needed of the order's stream. */
export interface Sayings {
  readonly isLive: ReadonlySignal<boolean>
  say(kind: string, body: object): void
  onSaid(listener: (from: string, kind: string, body: unknown) => void): () => void
}

/** Everybody at the table, this guest among them. */
export class Company {
  readonly table: Signal<Table>
  readonly host: ReadonlySignal<string | null> = computed(() => hostOf(this.table.value))
  private readonly leave: (() => void)[] = []
  private answering: ReturnType<typeof setTimeout> | null = null

  constructor(
    private readonly room: Sayings,
    private me: Person,
    handover: Handover | null = null,
  ) {
    this.table = signal({ people: new Map([[me.guest, me]]), handover })
    this.leave.push(room.onSaid((_from, kind, body) => this.hear(kind, body)))
    this.leave.push(room.isLive.subscribe((isLive) => isLive && this.sayHere()))
    const here = setInterval(() => this.sayHere(), HERE_EVERY_MS)
    const sweep = setInterval(() => {
      this.table.value = swept(this.table.peek(), this.me.guest, serverNow())
    }, SWEEP_EVERY_MS)
    const onVisible = () => document.visibilityState === 'visible' && this.sayHere()
    const onLeaving = () => this.room.say('gone', { g: this.me.guest })
    document.addEventListener('visibilitychange', onVisible)
    addEventListener('pagehide', onLeaving)
    addEventListener('pageshow', onVisible)
    this.leave.push(() => {
      clearInterval(here)
      clearInterval(sweep)
      document.removeEventListener('visibilitychange', onVisible)
      removeEventListener('pagehide', onLeaving)
      removeEventListener('pageshow', onVisible)
      if (this.answering !== null) clearTimeout(this.answering)
    })
  }

  /** A new name, told to everybody. */
  rename(name: string): void {
    this.me = { ...this.me, name }
    const people = new Map(this.table.peek().people).set(this.me.guest, this.me)
    this.table.value = { ...this.table.peek(), people }
    this.sayHere()
  }

  /** Somebody else looks after the order from now on. */
  handOver(to: string): void {
    const handover = { to, atMs: serverNow() }
    this.table.value = { ...this.table.peek(), handover }
    this.room.say('handover', { to, at: handover.atMs })
  }

  close(): void {
    this.room.say('gone', { g: this.me.guest })
    for (const end of this.leave) end()
  }

  private hear(kind: string, body: unknown): void {
    const before = this.table.peek()
    const after = heard(before, kind, body, serverNow())
    if (after === before) return
    // Another window of ours may have said its goodbye: we are still here.
    const people = new Map(after.people).set(this.me.guest, this.me)
    this.table.value = { ...after, people }
    if ([...people.keys()].some((guest) => !before.people.has(guest))) this.answerSoon()
  }

  private answerSoon(): void {
    this.answering ??= setTimeout(() => {
      this.answering = null
      this.sayHere()
    }, Math.random() * ANSWER_WITHIN_MS)
  }

  private sayHere(): void {
    if (!this.room.isLive.peek()) return
    this.room.say('here', hereBody(this.me, this.table.peek().handover))
  }
}
