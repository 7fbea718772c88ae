import { expect, test } from 'vitest'
import { freshKeyBetween, isKey, type Keyed, keyAt, keyBetween } from '../../src/core/yjs/order-keys'
import { byCodePoint } from '../../src/menu/code_points'
import { below, oneOf, seeded } from '../menus'

test('keys made at random places always sort between their neighbours, and are keys', { timeout: 60_000 }, () => {
  const random = seeded(3)
  const keys: string[] = []
  for (let round = 0; round < 3000; round++) {
    const index = below(random, keys.length + 1)
    const key = freshKeyBetween(keys[index - 1] ?? null, keys[index] ?? null, random)
    expect(isKey(key), key).toBe(true)
    keys.splice(index, 0, key)
  }
  expect([...keys].sort(byCodePoint)).toEqual(keys)
  expect(new Set(keys).size).toBe(keys.length)
})

test('inserting at one place again and again makes keys longer slowly', () => {
  let upper = 'a1'
  for (let round = 0; round < 50; round++) upper = freshKeyBetween('a0', upper)
  expect(upper.length).toBeLessThan(60)
})

test('the keys of the server are the same keys', () => {
  // Worked out with collab/menus/order_keys.py.
  expect(keyBetween(null, null)).toBe('a0')
  expect(keyBetween('a0', null)).toBe('a1')
  expect(keyBetween('az', null)).toBe('b00')
  expect(keyBetween('Zz', null)).toBe('a0')
  expect(keyBetween(null, 'a0')).toBe('Zz')
  expect(keyBetween('a0', 'a1')).toBe('a0V')
  expect(keyBetween('a0', 'a0V')).toBe('a0G')
  expect(keyBetween('a0', 'a2')).toBe('a1')
})

test('what is no key, or not in order, is refused', () => {
  for (const key of ['', '-', 'a', 'a00', 'a0é', `A${'0'.repeat(26)}`]) expect(isKey(key), key).toBe(false)
  expect(() => keyBetween('a1', 'a0')).toThrow(RangeError)
  expect(() => keyBetween('a0', 'a0')).toThrow(RangeError)
})

test('a suffix never carries a key past a neighbour that it is the beginning of', () => {
  const random = seeded(9)
  for (let round = 0; round < 500; round++) {
    const after = keyBetween('a0', oneOf(random, ['a01', 'a0015', 'a01V', 'a0V']))
    const key = freshKeyBetween('a0', after, random)
    expect(key > 'a0' && key < after, `${key} before ${after}`).toBe(true)
  }
})

test('a place is found beside a neighbour; unknown neighbours mean the end', () => {
  const list: readonly Keyed[] = [
    ['a0', 'x'],
    ['a1', 'y'],
    ['a2', 'z'],
  ]
  const sorted = (key: string): string[] =>
    [...list, [key, 'new'] as const].sort(([a], [b]) => byCodePoint(a, b)).map(([, id]) => id)
  expect(sorted(keyAt(list, { after: 'x' }))).toEqual(['x', 'new', 'y', 'z'])
  expect(sorted(keyAt(list, { before: 'x' }))).toEqual(['new', 'x', 'y', 'z'])
  expect(sorted(keyAt(list, { before: 'z' }))).toEqual(['x', 'y', 'new', 'z'])
  expect(sorted(keyAt(list, 'end'))).toEqual(['x', 'y', 'z', 'new'])
  expect(sorted(keyAt(list, { after: 'nobody' }))).toEqual(['x', 'y', 'z', 'new'])
})

test('equal and unusable keys of neighbours are stepped over', () => {
  const list: readonly Keyed[] = [
    ['', 'lost'],
    ['a1', 'x'],
    ['a1', 'y'],
    ['a2', 'z'],
  ]
  const key = keyAt(list, { after: 'x' })
  expect(key > 'a1' && key < 'a2').toBe(true)
})
