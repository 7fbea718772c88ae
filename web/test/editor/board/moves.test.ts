import { describe, expect, test } from 'vitest'
import { changesNothing, edgeAt, standing, stepItem, stepWithin } from '../../../src/editor/board/moves'

const items: Record<string, readonly string[]> = { s: ['a', 'b'], t: [], u: ['c'] }
const itemsOf = (section: string): readonly string[] => items[section] ?? []
const sections = ['s', 't', 'u']

describe('one step', () => {
  test('within a list goes beside the neighbour', () => {
    expect(stepWithin(['a', 'b', 'c'], 'b', -1)).toEqual({ before: 'a' })
    expect(stepWithin(['a', 'b', 'c'], 'b', 1)).toEqual({ after: 'c' })
  })

  test('at the ends of a list, or of what is not there, is no step', () => {
    expect(stepWithin(['a', 'b'], 'a', -1)).toBeNull()
    expect(stepWithin(['a', 'b'], 'b', 1)).toBeNull()
    expect(stepWithin(['a', 'b'], 'x', 1)).toBeNull()
  })

  test('down from the last dish goes to the beginning of the next section', () => {
    expect(stepItem(sections, itemsOf, 's', 'b', 1)).toEqual({ section: 't', place: 'end' })
    expect(stepItem(['s', 'u'], itemsOf, 's', 'b', 1)).toEqual({ section: 'u', place: { before: 'c' } })
  })

  test('up from the first dish goes to the end of the section above', () => {
    expect(stepItem(['s', 'u'], itemsOf, 'u', 'c', -1)).toEqual({ section: 's', place: 'end' })
  })

  test('at both ends of the menu, and in the tray, there is no way', () => {
    expect(stepItem(sections, itemsOf, 's', 'a', -1)).toBeNull()
    expect(stepItem(sections, itemsOf, 'u', 'c', 1)).toBeNull()
    expect(stepItem(sections, () => ['z'], '', 'z', 1)).toBeNull()
  })
})

describe('a drop', () => {
  test('goes before or after by the half of the box that is pointed at', () => {
    expect(edgeAt(109, { top: 100, height: 20 })).toBe('before')
    expect(edgeAt(110, { top: 100, height: 20 })).toBe('after')
  })

  test('beside itself or its own neighbour changes nothing', () => {
    expect(changesNothing(['a', 'b', 'c'], 'b', 'b', 'after')).toBe(true)
    expect(changesNothing(['a', 'b', 'c'], 'b', 'a', 'after')).toBe(true)
    expect(changesNothing(['a', 'b', 'c'], 'b', 'c', 'before')).toBe(true)
    expect(changesNothing(['a', 'b', 'c'], 'b', 'c', 'after')).toBe(false)
    expect(changesNothing(['a', 'b', 'c'], 'x', 'c', 'after')).toBe(false)
  })
})

test('a place is told as people count', () => {
  expect(standing(['a', 'b'], 'b')).toEqual({ at: 2, of: 2 })
  expect(standing(['a', 'b'], 'x')).toBeNull()
})
