// The smallest replacement between two texts, never cutting a surrogate pair, and how positions move
// when somebody else changes the text. Positions are in UTF-16 units, as inputs and Yjs count.

export interface TextChange {
  readonly index: number
  readonly removed: number
  readonly inserted: string
}

/** One step of a Y.Text delta. */
export interface DeltaStep {
  readonly retain?: number | undefined
  readonly delete?: number | undefined
  readonly insert?: unknown
}

/**
 * What turned `before` into `after`; null when nothing did.
 *
 * caret: the end of the selection in `after`. In "aab" -> "aaab" only the caret tells which "a" is
 * new; without it the insert would land beside the letters somebody else is writing.
 */
export function changeBetween(before: string, after: string, caret: number): TextChange | null {
  if (before === after) return null
  const shorter = Math.min(before.length, after.length)
  const tailLimit = Math.min(shorter, after.length - caret)
  let tail = 0
  while (tail < tailLimit && before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail))
    tail++
  let head = 0
  while (head < shorter - tail && before.charCodeAt(head) === after.charCodeAt(head)) head++
  if (splitsPair(before, head) || splitsPair(after, head)) head--
  if (splitsPair(before, before.length - tail) || splitsPair(after, after.length - tail)) tail--
  return { index: head, removed: before.length - tail - head, inserted: after.slice(head, after.length - tail) }
}

/**
 * Where `index` is after `delta`.
 *
 * followsInsert: whether text inserted exactly at `index` pushes it along.
 */
export function moved(index: number, delta: readonly DeltaStep[], followsInsert = false): number {
  let at = 0 // position in the changed text
  let result = index
  for (const step of delta) {
    if (at > result || (at === result && step.insert !== undefined && !followsInsert)) break
    if (step.retain !== undefined) at += step.retain
    else if (step.delete !== undefined) result -= Math.max(0, Math.min(step.delete, result - at))
    else {
      const length = typeof step.insert === 'string' ? step.insert.length : 1
      result += length
      at += length
    }
  }
  return result
}

/** Whether a position lies between the two halves of a surrogate pair. */
export function splitsPair(text: string, index: number): boolean {
  return isHigh(text.charCodeAt(index - 1)) && isLow(text.charCodeAt(index))
}

/** Where the letter at `index` is after `delta`; null when it was removed. */
export function survivor(index: number, delta: readonly DeltaStep[]): number | null {
  let old = 0 // position in the text before
  let now = 0
  for (const step of delta) {
    if (step.retain !== undefined) {
      if (index < old + step.retain) break
      old += step.retain
      now += step.retain
    } else if (step.delete !== undefined) {
      if (index < old + step.delete) return null
      old += step.delete
    } else now += typeof step.insert === 'string' ? step.insert.length : 1
  }
  return now + (index - old)
}

/** The nearest place at or behind `index` where a caret may stand: between letters as people see them. */
export function letterEnd(text: string, index: number): number {
  if (index <= 0 || index >= text.length) return Math.max(0, Math.min(index, text.length))
  // Letters are short: a look at the surroundings is enough, and keeps long descriptions quick.
  const from = Math.max(0, index - LOOK_BEHIND)
  const start = splitsPair(text, from) ? from - 1 : from
  const letters = segmenter()
  if (letters === null) return splitsPair(text, index) ? index + 1 : index
  const found = letters.segment(text.slice(start, index + LOOK_AHEAD)).containing(index - start)
  if (found === undefined || start + found.index === index) return index
  return start + found.index + found.segment.length
}

const LOOK_BEHIND = 64
const LOOK_AHEAD = 32

let cached: Intl.Segmenter | null | undefined

function segmenter(): Intl.Segmenter | null {
  // Firefox before 125 has none; then only pairs are kept whole.
  if (cached === undefined)
    cached = 'Segmenter' in Intl ? new Intl.Segmenter(undefined, { granularity: 'grapheme' }) : null
  return cached
}

function isHigh(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800
}

function isLow(unit: number): boolean {
  return (unit & 0xfc00) === 0xdc00
}
