import { expect, test } from 'vitest'
import { changeBetween, letterEnd, moved, survivor } from '../../src/core/yjs/text-change'
import { below, isWhole, oneOf, seeded } from '../menus'

const LETTERS = ['a', 'b', ' ', 'é', '😀', '😁', '🜀', '👩‍🍳', '👨‍👩‍👧', '🇩🇪', 'é']

const apply = (
  text: string,
  { index, removed, inserted }: { index: number; removed: number; inserted: string },
): string => text.slice(0, index) + inserted + text.slice(index + removed)

test('the change between two texts makes one of the other and cuts no pair', { timeout: 60_000 }, () => {
  const random = seeded(2)
  const word = (): string => Array.from({ length: below(random, 6) }, () => oneOf(random, LETTERS)).join('')
  for (let round = 0; round < 20_000; round++) {
    const [before, after] = [word(), word()]
    const change = changeBetween(before, after, below(random, after.length + 1))
    if (change === null) {
      expect(before).toBe(after)
      continue
    }
    expect(apply(before, change)).toBe(after)
    for (const part of [change.inserted, before.slice(change.index, change.index + change.removed)]) {
      expect(isWhole(part), JSON.stringify([before, after, change])).toBe(true)
    }
  }
})

test('the caret says which of equal letters is new', () => {
  expect(changeBetween('aab', 'aaab', 1)).toEqual({ index: 0, removed: 0, inserted: 'a' })
  expect(changeBetween('aab', 'aaab', 3)).toEqual({ index: 2, removed: 0, inserted: 'a' })
})

test('positions move with what others change', () => {
  expect(moved(3, [{ insert: 'xy' }])).toBe(5)
  expect(moved(3, [{ retain: 3 }, { insert: 'xy' }])).toBe(3)
  expect(moved(3, [{ retain: 3 }, { insert: 'xy' }], true)).toBe(5)
  expect(moved(3, [{ retain: 1 }, { delete: 5 }])).toBe(1)
  expect(survivor(3, [{ retain: 1 }, { delete: 5 }])).toBeNull()
  expect(survivor(3, [{ retain: 3 }, { insert: 'xy' }])).toBe(5)
  expect(survivor(3, [{ insert: 'x' }, { delete: 1 }])).toBe(3)
})

test('a caret does not stand inside a letter as people see it', () => {
  const family = '👨‍👩‍👧'
  expect(letterEnd(`a${family}b`, 3)).toBe(1 + family.length)
  expect(letterEnd(`a${family}b`, 1)).toBe(1)
  expect(letterEnd('a😀', 2)).toBe(3)
  expect(letterEnd('ab', 7)).toBe(2)
  expect(letterEnd(`${'x'.repeat(500)}😀`, 501)).toBe(502)
})
