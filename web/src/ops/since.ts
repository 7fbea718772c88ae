// How long ago something was, as short as an operator reads it.

import { ago } from '../core/dates'
import { locale } from '../core/i18n'
import { opsText } from './texts'

/** "now", "12s ago" below a minute, "3 minutes ago" from there on. */
export function sinceWords(ms: number, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - ms) / 1000))
  if (seconds <= 1) return opsText('justNow')
  if (seconds >= 60) return ago(ms, nowMs)
  return new Intl.RelativeTimeFormat(locale.value, { style: 'narrow' }).format(-seconds, 'second')
}
