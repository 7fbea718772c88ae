// Order keys: short strings that sort, with room between any two of them; the form of
// collab/menus/order_keys.py (and of the npm package fractional-indexing). Ours end in a random
// suffix, so that two who insert into one gap at once do not get the same key; the server shortens
// long ones.

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const FIRST = 'a0'
const SMALLEST_INTEGER = `A${'0'.repeat(26)}`
const SUFFIX_DIGITS = 3 // 62^3: two who insert at once collide once in 238,000 times, and then ids decide

/** An entry of an ordered list, as it is sorted: by (key, id). */
export type Keyed = readonly [key: string, id: string]

/** Where something goes in an ordered list. */
export type Position = { readonly after: string } | { readonly before: string } | 'end'

/** Whether a text is an order key at all; clients may have written anything there. */
export function isKey(text: string): boolean {
  const length = integerLength(text.charAt(0))
  return (
    length > 0 &&
    length <= text.length &&
    [...text].every((digit) => DIGITS.includes(digit)) &&
    text !== SMALLEST_INTEGER &&
    (text.length === length || !text.endsWith('0'))
  )
}

/**
 * A key that sorts after `before` and before `after`; null: there is nothing on that side.
 * Throws RangeError when one is no key, or when they are not in order.
 */
export function keyBetween(before: string | null, after: string | null): string {
  for (const key of [before, after]) if (key !== null && !isKey(key)) throw new RangeError(`${key} is no order key`)
  if (before === null) return after === null ? FIRST : keyBefore(after)
  if (after === null) return keyAfter(before)
  if (before >= after) throw new RangeError(`${before} does not sort before ${after}`)
  const [integer, fraction] = parts(before)
  const [upperInteger, upperFraction] = parts(after)
  if (integer === upperInteger) return integer + midpoint(fraction, upperFraction)
  const next = increment(integer)
  return next !== null && next < after ? next : integer + midpoint(fraction, null)
}

/** The same with a random suffix: what a client writes. random: 0 <= x < 1. */
export function freshKeyBetween(before: string | null, after: string | null, random = Math.random): string {
  const suffix = suffixOf(random)
  let key = keyBetween(before, after)
  // A key may be the beginning of `after`; then what is appended would come too late.
  while (after !== null && key + suffix >= after) key = keyBetween(key, after)
  return key + suffix
}

/**
 * A fresh key for a place in a list. What has no usable key, and neighbours with one key, are
 * stepped over: then it lands behind them.
 *
 * list: in order, without the thing that is placed. An unknown neighbour means the end.
 */
export function keyAt(list: readonly Keyed[], place: Position, random = Math.random): string {
  const index = indexOf(list, place)
  let before: string | null = null
  for (const [key] of list.slice(0, index)) if (isKey(key) && (before === null || key > before)) before = key
  let after: string | null = null
  for (const [key] of list.slice(index)) {
    if (isKey(key) && (before === null || key > before) && (after === null || key < after)) after = key
  }
  return freshKeyBetween(before, after, random)
}

function indexOf(list: readonly Keyed[], place: Position): number {
  if (place === 'end') return list.length
  const id = 'after' in place ? place.after : place.before
  const found = list.findIndex((entry) => entry[1] === id)
  if (found < 0) return list.length
  return 'after' in place ? found + 1 : found
}

function suffixOf(random: () => number): string {
  const digit = (from: number): string => DIGITS.charAt(from + Math.floor(random() * (DIGITS.length - from)))
  // A fraction never ends in 0: there would be nothing between it and the same without the zero.
  return Array.from({ length: SUFFIX_DIGITS - 1 }, () => digit(0)).join('') + digit(1)
}

function integerLength(head: string): number {
  if (head >= 'a' && head <= 'z') return head.charCodeAt(0) - 'a'.charCodeAt(0) + 2
  if (head >= 'A' && head <= 'Z') return 'Z'.charCodeAt(0) - head.charCodeAt(0) + 2
  return 0
}

function parts(key: string): readonly [integer: string, fraction: string] {
  const length = integerLength(key.charAt(0))
  return [key.slice(0, length), key.slice(length)]
}

function keyAfter(key: string): string {
  const [integer, fraction] = parts(key)
  return increment(integer) ?? integer + midpoint(fraction, null)
}

function keyBefore(key: string): string {
  const [integer, fraction] = parts(key)
  if (integer === SMALLEST_INTEGER) return integer + midpoint('', fraction)
  if (fraction !== '') return integer
  const previous = decrement(integer)
  return previous === SMALLEST_INTEGER ? previous + midpoint('', null) : previous
}

/** The next integer part; null after the last. */
function increment(integer: string): string | null {
  const head = integer.charAt(0)
  const digits = integer.slice(1)
  const stripped = digits.replace(/z+$/, '')
  if (stripped !== '') {
    const raised = DIGITS.charAt(DIGITS.indexOf(stripped.charAt(stripped.length - 1)) + 1)
    return head + stripped.slice(0, -1) + raised + '0'.repeat(digits.length - stripped.length)
  }
  if (head === 'z') return null
  const next = head === 'Z' ? 'a' : String.fromCharCode(head.charCodeAt(0) + 1)
  return next + '0'.repeat(integerLength(next) - 1)
}

/** The integer part before; never asked of the smallest. */
function decrement(integer: string): string {
  const head = integer.charAt(0)
  const digits = integer.slice(1)
  const stripped = digits.replace(/0+$/, '')
  if (stripped !== '') {
    const lowered = DIGITS.charAt(DIGITS.indexOf(stripped.charAt(stripped.length - 1)) - 1)
    return head + stripped.slice(0, -1) + lowered + 'z'.repeat(digits.length - stripped.length)
  }
  const previous = head === 'a' ? 'Z' : String.fromCharCode(head.charCodeAt(0) - 1)
  return previous + 'z'.repeat(integerLength(previous) - 1)
}

/** A fraction between two; low < high, null is above everything. Neither ends in 0. */
function midpoint(low: string, high: string | null): string {
  if (high !== null) {
    let shared = 0
    while (shared < high.length && (low.charAt(shared) || '0') === high.charAt(shared)) shared++
    if (shared > 0) return high.slice(0, shared) + midpoint(low.slice(shared), high.slice(shared))
  }
  const lower = low === '' ? 0 : DIGITS.indexOf(low.charAt(0))
  const upper = high === null ? DIGITS.length : DIGITS.indexOf(high.charAt(0))
  if (upper - lower > 1) return DIGITS.charAt(Math.floor((lower + upper + 1) / 2))
  if (high !== null && high.length > 1) return high.charAt(0)
  return DIGITS.charAt(lower) + midpoint(low.slice(1), null)
}
