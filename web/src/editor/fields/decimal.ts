// Numbers that are typed with decimals and kept as whole numbers of a smaller unit: minutes as seconds,
// percent as hundredths. Both decimal signs are read.

import { formatNumber } from '../../core/i18n'

/** 1900, 100 -> "19"; 520, 100 -> "5.2" as the reader writes it. */
export function decimalText(value: number, scale: number): string {
  return formatNumber(value / scale, { maximumFractionDigits: 2, useGrouping: false })
}

/** "5,2", 100 -> 520. 'bad': not a number, below 0, or above `greatest` (in the smaller unit). */
export function readDecimal(typed: string, scale: number, greatest: number): number | 'bad' {
  const text = typed.replace(/[\s%]/g, '').replace(',', '.')
  if (!/^\d+(\.\d*)?$/.test(text)) return 'bad'
  const value = Math.round(Number(text) * scale)
  return Number.isSafeInteger(value) && value <= greatest ? value : 'bad'
}
