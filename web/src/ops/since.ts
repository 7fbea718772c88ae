// How long ago something was, as short as an operator reads it.

import { ago } from '../core/dates'
import { locale } from '../core/i18n'
import { opsText } from './texts'

// Making one takes longer than using it, and every row asks. French writes "-12 s" when it is to be narrow.
const formats = new Map<string, Intl.RelativeTimeFormat>()

/** "now", "12 sec ago" below a minute, "3 minutes ago" from there on. */
export function sinceWords(ms: number, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - ms) / 1000))
  if (seconds <= 1) return opsText('justNow')
  if (seconds >= 60) return ago(ms, nowMs)
  return shortFormat(locale.value).format(-seconds, 'second')
}

function shortFormat(language: string): Intl.RelativeTimeFormat {
  const format = formats.get(language) ?? new Intl.RelativeTimeFormat(language, { style: 'short' })
  formats.set(language, format)
  return format
}
