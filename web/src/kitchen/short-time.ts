// The time of the clock as short as it can be said: within a shift nobody needs to be told "AM".

import { locale } from '../core/i18n'

const formats = new Map<string, Intl.DateTimeFormat>()

/** "14:06"; "2:06" where people count to twelve. */
export function shortTime(ms: number): string {
  let format = formats.get(locale.value)
  if (format === undefined) {
    format = new Intl.DateTimeFormat(locale.value, { hour: 'numeric', minute: '2-digit' })
    formats.set(locale.value, format)
  }
  const parts = format.formatToParts(ms).filter((part) => part.type !== 'dayPeriod')
  return parts
    .map((part) => part.value)
    .join('')
    .trim()
}
