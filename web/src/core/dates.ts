// Times as people read them, in the language of the page. A time zone is given where the clock of the
// restaurant counts; else it is the device's.

import { locale } from './i18n'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const formats = new Map<string, Intl.DateTimeFormat>()

function formatted(ms: number, options: Intl.DateTimeFormatOptions, timeZone: string | undefined): string {
  const all = timeZone === undefined ? options : { ...options, timeZone }
  const key = locale.value + JSON.stringify(all)
  let format = formats.get(key)
  if (format === undefined) {
    format = new Intl.DateTimeFormat(locale.value, all)
    formats.set(key, format)
  }
  return format.format(ms)
}

/** "14:02", or "2:02 PM" where people write so. */
export function clockTime(ms: number, timeZone?: string): string {
  return formatted(ms, { hour: 'numeric', minute: '2-digit' }, timeZone)
}

/** "Sat 21 Nov, 14:02". */
export function dayAndTime(ms: number, timeZone?: string): string {
  const options = { weekday: 'short', day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' } as const
  return formatted(ms, options, timeZone)
}

/** "21 November 2026". */
export function fullDate(ms: number, timeZone?: string): string {
  return formatted(ms, { dateStyle: 'long' }, timeZone)
}

/** The time alone within a day, the day and the time before. */
export function whenShort(ms: number, nowMs: number, timeZone?: string): string {
  return Math.abs(nowMs - ms) < DAY / 2 ? clockTime(ms, timeZone) : dayAndTime(ms, timeZone)
}

/** "now", "3 minutes ago", "yesterday", "in 2 hours". */
export function ago(ms: number, nowMs: number): string {
  const format = new Intl.RelativeTimeFormat(locale.value, { numeric: 'auto' })
  const distance = ms - nowMs
  const size = Math.abs(distance)
  if (size < MINUTE) return format.format(0, 'second')
  if (size < HOUR) return format.format(Math.trunc(distance / MINUTE), 'minute')
  if (size < DAY) return format.format(Math.trunc(distance / HOUR), 'hour')
  return format.format(Math.trunc(distance / DAY), 'day')
}

/** "2 hr 5 min", "12 min", "40 sec": the two largest parts. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  const parts: readonly [number, string][] = [
    [Math.floor(seconds / 86_400), 'day'],
    [Math.floor((seconds % 86_400) / 3600), 'hour'],
    [Math.floor((seconds % 3600) / 60), 'minute'],
    [seconds % 60, 'second'],
  ]
  const first = parts.findIndex(([amount]) => amount > 0)
  if (first === -1) return unit(0, 'second')
  const shown = parts.slice(first, first + 2).filter(([amount]) => amount > 0)
  return shown.map(([amount, name]) => unit(amount, name)).join(' ')
}

/** The names of the days, Monday first. */
export function weekdayNames(style: 'long' | 'short' | 'narrow' = 'long'): readonly string[] {
  const monday = Date.UTC(2024, 0, 1)
  return [...Array(7).keys()].map((day) => formatted(monday + day * DAY, { weekday: style }, 'UTC'))
}

function unit(amount: number, name: string): string {
  return new Intl.NumberFormat(locale.value, { style: 'unit', unit: name, unitDisplay: 'short' }).format(amount)
}
