// When a part of the menu is served, by the clock on the wall of the restaurant. The server decides;
// this only says it beforehand.

import { computed } from '@preact/signals'
import { seconds } from '../core/clock'
import type { Window } from './menu'

/** Minutes since 1970, by the server's clock: hours do not change more often. */
export const minutes = computed(() => Math.floor(seconds.value / 60))

/** Whether a moment lies in one of the windows; null: always. zone: of the restaurant; missing: the device's. */
export function isServed(windows: readonly Window[] | null, atMs: number, zone?: string): boolean {
  if (windows === null) return true
  const { day, time } = wallClock(atMs, zone)
  const before = day === 1 ? 7 : day - 1
  return windows.some(({ day: first, from, to }) => {
    const isPastMidnight = to <= from
    if (first === day) return from <= time && (time < to || isPastMidnight)
    return first === before && isPastMidnight && time < to
  })
}

/** Days with the same times together: [[1, 5], '11:00', '14:30'] is Monday to Friday. */
export interface Opening {
  readonly days: readonly [first: number, last: number]
  readonly from: string
  readonly to: string
}

/** The windows in short, for reading. */
export function openings(windows: readonly Window[]): readonly Opening[] {
  const found: Opening[] = []
  const sorted = [...windows].sort((a, b) => a.from.localeCompare(b.from) || a.to.localeCompare(b.to) || a.day - b.day)
  for (const { day, from, to } of sorted) {
    const last = found.at(-1)
    if (last !== undefined && last.from === from && last.to === to && last.days[1] === day - 1) {
      found[found.length - 1] = { ...last, days: [last.days[0], day] }
    } else {
      found.push({ days: [day, day], from, to })
    }
  }
  return found.sort((a, b) => a.days[0] - b.days[0] || a.from.localeCompare(b.from))
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

function wallClock(atMs: number, zone: string | undefined): { day: number; time: string } {
  const format = new Intl.DateTimeFormat('en-GB', {
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(zone === undefined ? {} : { timeZone: zone }),
  })
  const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, value]))
  const day = WEEKDAYS.indexOf(parts.get('weekday') ?? '') + 1
  return { day, time: `${parts.get('hour') ?? '00'}:${parts.get('minute') ?? '00'}` }
}
