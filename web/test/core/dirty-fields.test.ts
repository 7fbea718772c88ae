import { beforeEach, expect, test } from 'vitest'
import type * as Y from 'yjs'
import { DirtyFields } from '../../src/core/dirty-fields'
import { writeRegister } from '../../src/menu/registers'
import { addItem, mapAt, replica, seedMenu, sync, textAt } from '../menus'

let doc: Y.Doc
let dirty: DirtyFields

beforeEach(() => {
  doc = replica(1000, seedMenu())
  dirty = new DirtyFields(doc, [])
})

const setPrice = (value: number, of = doc): void => writeRegister(mapAt(of, 'items', 'i'), 'price', value, 'ana', value)
const name = (of = doc): Y.Text => textAt(of, 'items', 'i', 'name', 'de')

test('a field keeps what it was before the first edit, and what it is', () => {
  setPrice(200)
  setPrice(300)
  expect(dirty.take(1, 5)).toMatchObject([{ path: 'items/i/price', base: 100, mine: 300, localSeq: 5 }])
  setPrice(400)
  expect(dirty.take(2, 6)).toMatchObject([{ base: 100, mine: 400, localSeq: 6 }])
  expect(dirty.take(3, 7)).toEqual([])
})

test('a text keeps what it was before the first letter, also when letters were removed', () => {
  doc.transact(() => {
    name().insert(1, 'ngwer')
    name().delete(0, 1)
    name().insert(0, 'I')
  })
  name().delete(0, 3)
  expect(dirty.take(1, 1)).toMatchObject([{ path: 'items/i/name:de', base: 'i', mine: 'wer' }])
})

test('what was made here is kept whole', () => {
  doc.transact(() => addItem(doc, 'new', ['s', 'a0']))
  textAt(doc, 'items', 'new', 'name', 'de').insert(0, 'ganz ')
  expect(dirty.take(1, 1)).toMatchObject([
    { path: 'items/new', base: null, mine: { registers: { price: 100 }, texts: { 'name:de': 'ganz new', note: '' } } },
  ])
})

test('edits of others make nothing dirty', () => {
  const other = replica(2000, seedMenu())
  setPrice(200, other)
  sync(other, doc)
  expect(dirty.take(1, 1)).toEqual([])
})

test('what is acknowledged is clean, unless it was edited again', () => {
  setPrice(200)
  name().insert(1, 'x')
  dirty.take(1, 1)
  setPrice(300)
  expect(dirty.acknowledge(1).map(({ path }) => path)).toEqual(['items/i/name:de'])
  dirty.take(2, 2)
  expect(dirty.acknowledge(1)).toEqual([])
  expect(dirty.acknowledge(2)).toMatchObject([{ path: 'items/i/price', base: 100, mine: 300, localSeq: 2 }])
  expect(dirty.all()).toEqual([])
})
