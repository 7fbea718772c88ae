// Numbers as an operator reads them: few digits, a unit, and a dash where nothing was measured.

import { formatBytes, formatNumber } from '../core/i18n'

export const NOTHING = '–'

/** "0.02", "4.5", "12", "1,240": as many digits as say something. */
export function rate(value: number | null): string {
  if (value === null) return NOTHING
  return formatNumber(value, { maximumFractionDigits: value < 1 ? 2 : value < 10 ? 1 : 0 })
}

/** "0.8 ms", "12 ms", "1.3 s". */
export function milliseconds(value: number | null): string {
  if (value === null) return NOTHING
  if (value >= 1000) return unit(value / 1000, 'second', value < 10_000 ? 1 : 0)
  return unit(value, 'millisecond', value < 10 ? 1 : 0)
}

/** "82 %". */
export function percent(share: number | null): string {
  return share === null ? NOTHING : formatNumber(share, { style: 'percent', maximumFractionDigits: 0 })
}

/** "94 kB". */
export function size(bytes: number | null): string {
  return bytes === null ? NOTHING : formatBytes(bytes)
}

/** "1,240". */
export function count(value: number | null): string {
  return value === null ? NOTHING : formatNumber(value)
}

function unit(value: number, name: string, digits: number): string {
  return formatNumber(value, { style: 'unit', unit: name, unitDisplay: 'short', maximumFractionDigits: digits })
}

/** A path for an SVG of `width` by `height`, one point a value, gaps left open; '' for nothing to draw. */
export function sparkPath(values: readonly (number | null)[], width: number, height: number): string {
  const highest = Math.max(...values.map((value) => value ?? 0), 0)
  const step = values.length > 1 ? width / (values.length - 1) : 0
  let path = ''
  let isDown = false
  values.forEach((value, index) => {
    if (value === null) {
      isDown = false
      return
    }
    const y = highest === 0 ? height : height - (value / highest) * height
    path += `${isDown ? 'L' : 'M'}${(index * step).toFixed(1)} ${y.toFixed(1)}`
    isDown = true
  })
  return path
}
