// What a cook has not noticed yet: new, changed and late tickets. Every tone has its sight; both stay until
// somebody touches the screen.

import { computed, type ReadonlySignal, signal } from '@preact/signals'
import { mostUrgent, type Sound, type Tone } from './sound'

const REPEAT_MS = 9000

/** Keys of cards -> why they want to be looked at. */
export class Attention {
  readonly #wanted = signal<ReadonlyMap<string, Tone>>(new Map())
  readonly wanted: ReadonlySignal<ReadonlyMap<string, Tone>> = this.#wanted
  readonly count: ReadonlySignal<number> = computed(() => this.#wanted.value.size)
  repeats = true
  #timer: ReturnType<typeof setInterval> | null = null

  constructor(readonly sound: Sound) {}

  /** Somebody should look at a card. */
  call(key: string, tone: Tone): void {
    this.#wanted.value = new Map(this.#wanted.value).set(key, tone)
    this.sound.play(tone)
    this.#timer ??= setInterval(() => this.#repeat(), REPEAT_MS)
  }

  /** It is gone: nobody has to look at it any more. */
  drop(key: string): void {
    if (!this.#wanted.value.has(key)) return
    const rest = new Map(this.#wanted.value)
    rest.delete(key)
    this.#wanted.value = rest
  }

  /** Somebody touched the screen. */
  noticed(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
    if (this.#wanted.value.size > 0) this.#wanted.value = new Map()
  }

  #repeat(): void {
    const tone = mostUrgent(this.#wanted.value.values())
    if (tone === null) this.noticed()
    else if (this.repeats) this.sound.play(tone)
  }
}

/** Which tone an event of a ticket deserves; null when it was somebody's tap. */
export function toneOf(type: string, cause: string, isAllReady: boolean, isExpo: boolean): Tone | null {
  if (cause === 'line.ready' && isExpo) return isAllReady ? 'ready' : null
  if (type === 'ticket.opened') return cause === 'line.fired' ? 'new' : 'changed'
  if (type === 'ticket.changed') return CHANGES.has(cause) ? 'changed' : null
  return cause === 'order.closed' || cause === 'course.held' ? 'changed' : null
}

const CHANGES = new Set(['line.voided', 'line.fired', 'note.added', 'course.held', 'line.recalled'])
