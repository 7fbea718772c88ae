import { describe, expect, test } from 'vitest'
import { wordDiff } from '../../../src/editor/history/word-diff'

const shown = (before: string, after: string): string =>
  wordDiff(before, after)
    .map(({ kind, text }) => (kind === 'same' ? text : kind === 'gone' ? `[-${text}-]` : `[+${text}+]`))
    .join('')

describe('a difference of two texts', () => {
  test('shows the words that changed and no others', () => {
    expect(shown('with mushrooms and rice', 'with chicken and rice')).toBe('with [-mushrooms-][+chicken+] and rice')
  })

  test('puts both texts back together', () => {
    const cases = [
      ['', 'new'],
      ['old', ''],
      ['a b c d', 'b c x d y'],
      ['Süß-sauer, 12', 'Sauer, 12 €'],
      ['多 汁', '汁 多'],
    ] as const
    for (const [before, after] of cases) {
      const parts = wordDiff(before, after)
      expect(
        parts
          .filter(({ kind }) => kind !== 'new')
          .map(({ text }) => text)
          .join(''),
      ).toBe(before)
      expect(
        parts
          .filter(({ kind }) => kind !== 'gone')
          .map(({ text }) => text)
          .join(''),
      ).toBe(after)
    }
  })

  test('is one whole when nothing changed, and nothing when there is nothing', () => {
    expect(wordDiff('same', 'same')).toEqual([{ kind: 'same', text: 'same' }])
    expect(wordDiff('', '')).toEqual([])
  })

  test('of very long texts is told as a whole', () => {
    const long = 'word '.repeat(500)
    expect(wordDiff(long, `${long}more`).map(({ kind }) => kind)).toEqual(['gone', 'new'])
  })
})
