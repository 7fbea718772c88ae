import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { folded, hits, matches, searchWords } from '../../../src/editor/bar/search'
import { type Item, readMenu } from '../../../src/menu/menu'
import { writeRegister } from '../../../src/menu/registers'

function item(): Item {
  const doc = new Y.Doc()
  const map = new Y.Map<unknown>()
  doc.transact(() => {
    doc.getMap('items').set('i', map)
    map.set('name', new Y.Map([['de', new Y.Text('Crème brûlée')]]))
    map.set('desc', new Y.Map([['fr', new Y.Text('à la vanille')]]))
  })
  writeRegister(map, 'loc', ['s', 'a'], 'x', 1)
  writeRegister(map, 'allergen:milk', 'contains', 'x', 1)
  writeRegister(map, 'allergen:soy', 'free', 'x', 1)
  writeRegister(map, 'diet:vegetarian', true, 'x', 1)
  writeRegister(map, 'tag:warm', false, 'x', 1)
  const found = readMenu(doc).unplaced[0]
  if (found === undefined) throw new Error('the item is not there')
  return found
}

const LABELS: Readonly<Record<string, string>> = { milk: 'Milch' }
const labelOf = (code: string): string => LABELS[code] ?? code
const finds = (typed: string): boolean => matches(item(), searchWords(typed), labelOf)

describe('a search', () => {
  test('does not mind accents and case', () => {
    expect(finds('creme BRULEE')).toBe(true)
    expect(folded('Åéß')).toBe('aeß')
  })

  test('looks into every language, codes and their labels', () => {
    expect(finds('vanille')).toBe(true)
    expect(finds('milch')).toBe(true)
    expect(finds('vegetarian')).toBe(true)
  })

  test('wants all words', () => {
    expect(finds('creme milch')).toBe(true)
    expect(finds('creme fisch')).toBe(false)
  })

  test('does not find what a dish is free of', () => {
    expect(finds('soy')).toBe(false)
    expect(finds('warm')).toBe(false)
  })
})

describe('what was found', () => {
  test('is marked where it stands, accents counted as they are written', () => {
    expect(hits('Crème brûlée', ['brul'])).toEqual([[6, 10]])
    expect('Crème brûlée'.slice(6, 10)).toBe('brûl')
  })

  test('is one stretch where finds overlap', () => {
    expect(hits('banana', ['ana', 'nan'])).toEqual([[1, 6]])
  })

  test('respects letters outside of the first plane', () => {
    const text = '🍜 Ramen'
    expect(hits(text, ['ramen']).map(([start, end]) => text.slice(start, end))).toEqual(['Ramen'])
  })

  test('is nothing without words', () => {
    expect(hits('Ramen', [])).toEqual([])
  })
})
