import { expect, test } from 'vitest'
import { sectionAt } from '../../../src/editor/board/section-in-view'

const at = (...tops: number[]) => tops.map((topPx, index) => ({ id: `s${index + 1}`, topPx }))

test('at the top of the page it is the first section, also when it begins low', () => {
  expect(sectionAt(at(420, 900, 1400), 900, false)).toBe('s1')
})

test('it is the last section that has begun in the upper part of the window', () => {
  expect(sectionAt(at(-900, 100, 600), 900, false)).toBe('s2')
  expect(sectionAt(at(-900, -400, 310), 900, false)).toBe('s3')
})

test('at the end of the page it is the last one that can be seen', () => {
  expect(sectionAt(at(-900, 300, 700), 900, true)).toBe('s3')
})

test('a menu without sections has none in view', () => {
  expect(sectionAt([], 900, false)).toBe(null)
})
