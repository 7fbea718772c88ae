// How one text became another, word by word: for showing what went struck and what came underlined.
// Words, not letters: people read changes of words.

export interface Stretch {
  readonly kind: 'same' | 'gone' | 'new'
  readonly text: string
}

const MOST_WORDS = 400 // above it a table of all pairs would take too long to fill

/** The stretches in the order of reading; what went stands before what came in its place. */
export function wordDiff(before: string, after: string): readonly Stretch[] {
  if (before === after) return before === '' ? [] : [{ kind: 'same', text: before }]
  const [a, b] = [wordsOf(before), wordsOf(after)]
  if (a.length > MOST_WORDS || b.length > MOST_WORDS) return joined([part('gone', before), part('new', after)])
  const same = longestCommon(a, b)
  const found: Stretch[] = []
  let [i, j] = [0, 0]
  for (const [x, y] of [...same, [a.length, b.length] as const]) {
    found.push(part('gone', a.slice(i, x).join('')), part('new', b.slice(j, y).join('')))
    found.push(part('same', a[x] ?? ''))
    i = x + 1
    j = y + 1
  }
  return joined(found)
}

function part(kind: Stretch['kind'], text: string): Stretch {
  return { kind, text }
}

function wordsOf(text: string): string[] {
  return text.match(/\s+|[\p{L}\p{N}\p{M}]+|[^\s\p{L}\p{N}\p{M}]/gu) ?? []
}

/** Pairs of places that hold the same word, rising on both sides, as many as possible. */
function longestCommon(a: readonly string[], b: readonly string[]): Array<readonly [number, number]> {
  const width = b.length + 1
  const lengths = new Uint16Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        a[i] === b[j]
          ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0)
    }
  }
  const pairs: Array<readonly [number, number]> = []
  let [i, j] = [0, 0]
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) pairs.push([i++, j++])
    else if ((lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0)) i++
    else j++
  }
  return pairs
}

function joined(parts: readonly Stretch[]): readonly Stretch[] {
  const found: Stretch[] = []
  for (const { kind, text } of parts) {
    if (text === '') continue
    const last = found.at(-1)
    if (last?.kind === kind) found[found.length - 1] = { kind, text: last.text + text }
    else found.push({ kind, text })
  }
  return found
}
