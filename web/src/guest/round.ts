// A round on its way to the kitchen: for five seconds everybody at the table sees who sends what, and
// anybody may say wait. Pure: times come in as milliseconds of the server's clock.

import { number, object, string, tryCheck } from '../core/guard'
import { cleanName } from './people'

export const COUNTDOWN_MS = 5000
/** After its end the sender has placed it, or is gone; then the notice goes, too. */
const FORGOTTEN_AFTER_MS = 4000
const LONGEST_MS = 2 * COUNTDOWN_MS

export interface Round {
  readonly guest: string // who sends
  readonly name: string
  readonly endsMs: number
  readonly dishes: number
}

export interface Stopped {
  readonly guest: string
  readonly name: string
}

const SENDING = object({ g: string(), n: string(), e: number(), k: number() })
const WAIT = object({ g: string(), n: string() })

export function sendingBody(round: Round): object {
  return { g: round.guest, n: round.name, e: round.endsMs, k: round.dishes }
}

export function waitBody(guest: string, name: string): object {
  return { g: guest, n: name }
}

/** What `sending` says; null: it is out of form, or over. */
export function readSending(body: unknown, nowMs: number): Round | null {
  const said = tryCheck(SENDING, body)
  if (said === null || said.e < nowMs - FORGOTTEN_AFTER_MS) return null
  const endsMs = Math.min(said.e, nowMs + LONGEST_MS)
  return { guest: said.g, name: cleanName(said.n), endsMs, dishes: said.k }
}

/** Who said wait; null: out of form. */
export function readWait(body: unknown): Stopped | null {
  const said = tryCheck(WAIT, body)
  return said === null ? null : { guest: said.g, name: cleanName(said.n) }
}

/** Two began at once: the one that ends first counts, on every device. */
export function winner(one: Round | null, other: Round): Round {
  if (one === null || one.guest === other.guest) return other
  if (one.endsMs !== other.endsMs) return one.endsMs < other.endsMs ? one : other
  return one.guest < other.guest ? one : other
}

/** Whole seconds left, never below none. */
export function secondsLeft(round: Round, nowMs: number): number {
  return Math.max(0, Math.ceil(Math.min(COUNTDOWN_MS, round.endsMs - nowMs) / 1000))
}

/** Whether it has run out and its sender has to place it. */
export function isDue(round: Round, nowMs: number): boolean {
  return nowMs >= round.endsMs
}

/** Whether nothing came of it: it is not shown any longer. */
export function isForgotten(round: Round, nowMs: number): boolean {
  return nowMs > round.endsMs + FORGOTTEN_AFTER_MS
}
