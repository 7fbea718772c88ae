// How old a ticket is and when to start what is on it, by the thresholds of its station. Pure.

import type { Line, Ticket } from './ticket'

export type Age = 'new' | 'due' | 'late'

/** When tickets of a station turn amber and vermilion. */
export interface Thresholds {
  readonly warnSeconds: number
  readonly lateSeconds: number
}

export const DEFAULT_THRESHOLDS: Thresholds = { warnSeconds: 300, lateSeconds: 600 }

/** How old it is, in the three steps that are shown. */
export function ageOf(openedMs: number, nowMs: number, thresholds: Thresholds): Age {
  const waited = (nowMs - openedMs) / 1000
  if (waited >= thresholds.lateSeconds) return 'late'
  return waited >= thresholds.warnSeconds ? 'due' : 'new'
}

/** Whole minutes, never below nothing: clocks differ. */
export function minutesOf(openedMs: number, nowMs: number): number {
  return Math.max(0, Math.floor((nowMs - openedMs) / 60_000))
}

/** When one dish has to be begun. */
export interface StartBy {
  readonly fromMs: number // when the ticket came
  readonly untilMs: number // the latest moment to start
}

/**
 * When each line of a ticket has to be begun so that all are ready together: the longest one at once.
 * preparation: seconds of a dish, undefined where nobody said. Lines that are begun have no entry.
 */
export function startTimes(
  ticket: Ticket,
  preparation: (item: string) => number | undefined,
): ReadonlyMap<string, StartBy> {
  const known = ticket.lines.flatMap((line): [Line, number][] => {
    const seconds = isOrdered(line) ? preparation(line.item) : undefined
    return seconds === undefined ? [] : [[line, seconds]]
  })
  const longest = Math.max(0, ...known.map(([, seconds]) => seconds))
  return new Map(
    known
      .filter(([line]) => line.state === 'fired')
      .map(([line, seconds]) => [
        line.id,
        { fromMs: ticket.openedMs, untilMs: ticket.openedMs + (longest - seconds) * 1000 },
      ]),
  )
}

/** How much of the time to start is left, 1 to 0. */
export function leftOf(start: StartBy, nowMs: number): number {
  const whole = start.untilMs - start.fromMs
  if (whole <= 0) return 0
  return Math.min(1, Math.max(0, (start.untilMs - nowMs) / whole))
}

function isOrdered(line: Line): boolean {
  return line.state !== 'voided' && line.state !== 'rejected'
}
