// The smallest replacement between two texts, never cutting a surrogate pair, and how positions
// move when somebody else changes the text.

export interface TextChange {
  readonly index: number
  readonly removed: number
  readonly inserted: string
}

/** One step of a Y.Text delta. */
export type DeltaStep = { retain?: number; delete?: number; insert?: unknown }

/**
 * What turned `before` into `after`; null when nothing did.
 *
 * caret: the end of the selection in `after`. In "aab" -> "aaab" only the caret tells which "a" is
 * new; without it the insert would land beside the letters somebody else is writing.
 */
export function changeBetween(before: string, after: string, caret: number): TextChange | null {
  if (before === after) return null
  const shorter = Math.min(before.length, after.length)
  let tail = 0
  const tailLimit = Math.min(shorter, after.length - caret)
  while (tail < tailLimit && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++
  let head = 0
  while (head < shorter - tail && before[head] === after[head]) head++
  if (head > 0 && isHighSurrogate(before, head - 1)) head--
  if (tail > 0 && isLowSurrogate(before, before.length - tail)) tail--
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

function isHighSurrogate(text: string, index: number): boolean {
  return (text.charCodeAt(index) & 0xfc00) === 0xd800
}

function isLowSurrogate(text: string, index: number): boolean {
  return (text.charCodeAt(index) & 0xfc00) === 0xdc00
}
