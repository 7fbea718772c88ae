// Numbers in forms: people see minutes, hours and percent where the server counts seconds and basis
// points, and may type a comma or a point.

import { formatNumber } from '../core/i18n'

/** A number of the server in the unit of the form: (90, 60) -> "1.5". */
export function shownNumber(value: number, factor: number): string {
  return formatNumber(value / factor, { maximumFractionDigits: 2, useGrouping: false })
}

/** What was typed, for the server; null when it is not a number from min to max (in the server's unit). */
export function typedNumber(typed: string, factor: number, min: number, max: number): number | null {
  const plain = typed.replace(/\s/g, '').replace(',', '.')
  if (!/^\d+(?:\.\d*)?$|^\.\d+$/.test(plain)) return null
  const value = Math.round(Number(plain) * factor)
  return value >= min && value <= max ? value : null
}
