import { describe, expect, test } from 'vitest'
import { type FarChange, JUMP_KEPT_MS, stillNew, withChange, withoutSeen } from '../../../src/editor/people/jumps'

const change = (item: string, more: Partial<FarChange> = {}): FarChange => ({
  author: 'ana',
  name: 'Ana',
  color: '#000000',
  section: 'desserts',
  item,
  direction: 'down',
  atMs: 0,
  ...more,
})

describe('chips for what happens out of view', () => {
  test('gather the dishes of one person in one section', () => {
    const jumps = ['a', 'b', 'a', 'c'].map((id) => change(id)).reduce(withChange, [])
    expect(jumps).toHaveLength(1)
    expect(jumps[0]?.items).toEqual(['b', 'a', 'c'])
  })

  test('are kept apart by person and by section', () => {
    const jumps = [change('a'), change('a', { author: 'ben' }), change('b', { section: 'soups' })].reduce(
      withChange,
      [],
    )
    expect(jumps.map((one) => one.key)).toEqual(['ana/desserts', 'ben/desserts', 'ana/soups'])
  })

  test('are at most three, the oldest goes', () => {
    const jumps = ['s', 't', 'u', 'v'].map((section) => change('a', { section })).reduce(withChange, [])
    expect(jumps.map((one) => one.section)).toEqual(['t', 'u', 'v'])
  })

  test('go when they are old, counted from the latest change', () => {
    const jumps = [change('a'), change('b', { atMs: 9000 })].reduce(withChange, [])
    expect(stillNew(jumps, 9000 + JUMP_KEPT_MS - 1)).toBe(jumps)
    expect(stillNew(jumps, 9000 + JUMP_KEPT_MS)).toEqual([])
  })

  test('lose what was seen, and go with the last of it', () => {
    const jumps = [change('a'), change('b')].reduce(withChange, [])
    expect(withoutSeen(jumps, new Set(['x']))).toBe(jumps)
    expect(withoutSeen(jumps, new Set(['a']))[0]?.items).toEqual(['b'])
    expect(withoutSeen(jumps, new Set(['a', 'b']))).toEqual([])
  })
})
