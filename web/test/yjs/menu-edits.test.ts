import { beforeEach, expect, test, vi } from 'vitest'
import type * as Y from 'yjs'
import { MenuEdits } from '../../src/core/yjs/menu-edits'
import { UndoStack } from '../../src/core/yjs/undo'
import { readMenu } from '../../src/menu/menu'
import { plainJson } from '../../src/menu/plain_json'
import { readRegisters, replicaOf, valueIn } from '../../src/menu/registers'
import { mapAt, replica, seedMenu, sync, syncAll, textAt } from '../menus'

let doc: Y.Doc
let undo: UndoStack
let edits: MenuEdits
const BASE = seedMenu({ locales: ['de', 'en'] })

beforeEach(() => {
  doc = replica(1000, BASE)
  undo = new UndoStack(doc, () => ({ user: 'ana' }))
  edits = new MenuEdits(doc, () => ({ user: 'ana' }), undo)
})

const itemIds = (section: string, of = doc): string[] =>
  readMenu(of)
    .sections.find(({ id }) => id === section)
    ?.items.map(({ id }) => id) ?? []
const price = (id: string, of = doc): unknown => valueIn(readRegisters(mapAt(of, 'items', id).entries()), 'price')

test('a register is written under our own replica, and replaces what was seen', () => {
  expect(edits.setItem('i', 'price', 450)).toBe(true)
  const held = readRegisters(mapAt(doc, 'items', 'i').entries()).get('price')
  expect(held).toMatchObject([{ replica: replicaOf(doc), value: 450, userId: 'ana' }])
})

test('writing what a field reads already writes nothing', () => {
  const updated = vi.fn()
  doc.on('update', updated)
  expect(edits.setItem('i', 'price', 100)).toBe(true)
  expect(updated).not.toHaveBeenCalled()
  expect(undo.canUndo.value).toBe(false)
})

test('what is not there is left alone', () => {
  expect(edits.setItem('nobody', 'price', 1)).toBe(false)
  expect(edits.addItem('nowhere', 'end')).toBe('')
  expect(edits.moveItem('i', 'nowhere', 'end')).toBe(false)
  expect(edits.duplicateItem('nobody')).toBe('')
  expect(edits.addVariation('nobody')).toBe('')
  expect(edits.moveVariation('i', 'nothing', 'end')).toBe(false)
  expect(edits.attachGroup('i', 'nothing', true)).toBe(false)
})

test('a new item comes with texts in all languages, in one transaction', () => {
  let updates = 0
  doc.on('update', () => updates++)
  const id = edits.addItem('s', { after: 'i' }, { locale: 'en', name: 'Soup' })
  expect(updates).toBe(1)
  expect(itemIds('s')).toEqual(['i', id, 'j', 'k', 'l'])
  expect(textAt(doc, 'items', id, 'name', 'en').toString()).toBe('Soup')
  expect(textAt(doc, 'items', id, 'name', 'de').toString()).toBe('')
  expect(textAt(doc, 'items', id, 'desc', 'de').toString()).toBe('')
  expect(textAt(doc, 'items', id, 'note', '').toString()).toBe('')
})

test('items and sections move before, behind and to the end', () => {
  edits.moveItem('l', 's', { before: 'i' })
  expect(itemIds('s')).toEqual(['l', 'i', 'j', 'k'])
  edits.moveItem('l', 't', 'end')
  expect([itemIds('s'), itemIds('t')]).toEqual([['i', 'j', 'k'], ['l']])
  edits.moveSection('s', 'end')
  expect(readMenu(doc).sections.map(({ id }) => id)).toEqual(['t', 'u', 's'])
  const added = edits.addSection({ before: 't' }, { locale: 'de', name: 'Neu' })
  expect(readMenu(doc).sections[0]).toMatchObject({ id: added })
})

test('two who insert into one gap at once get an order that both see', () => {
  const other = replica(2000, BASE)
  const theirs = new MenuEdits(other, () => ({ user: 'bo' }), new UndoStack(other, () => ({ user: 'bo' })))
  const [mine, his] = [edits.addItem('s', { after: 'i' }), theirs.addItem('s', { after: 'i' })]
  syncAll([doc, other])
  expect(itemIds('s').slice(1, 3).sort()).toEqual([mine, his].sort())
  expect(itemIds('s')).toEqual(itemIds('s', other))
})

test('a copy has the texts and values of the item and stands behind it', () => {
  edits.setItem('i', 'price', 777)
  edits.setAllergen('i', 'milk', 'contains')
  edits.setVariation('i', edits.addVariation('i'), 'price', 900)
  const id = edits.duplicateItem('i')
  expect(itemIds('s').slice(0, 2)).toEqual(['i', id])
  const [one, copy] = readMenu(doc).sections[0]?.items ?? []
  expect(copy?.numbers.price).toBe(777)
  expect(copy?.name).toEqual(one?.name)
  expect(copy?.allergens).toEqual(one?.allergens)
  expect(copy?.variations).toEqual(one?.variations)
})

test('deleting hides and restoring shows; nothing is lost', () => {
  edits.deleteItem('i')
  expect(itemIds('s')).not.toContain('i')
  edits.restoreItem('i')
  expect(itemIds('s')[0]).toBe('i')
  edits.deleteSection('s')
  expect(readMenu(doc).unplaced.map(({ id }) => id)).toEqual(['i', 'j', 'k', 'l'])
  edits.restoreSection('s')
  expect(itemIds('s')).toHaveLength(4)
})

test('variations, options and groups are made, changed, moved and removed', () => {
  const [small, large] = [edits.addVariation('i'), edits.addVariation('i')]
  edits.setVariation('i', small, 'name:de', 'klein')
  edits.setVariation('i', small, 'price', 300)
  edits.moveVariation('i', large, { before: small })
  const group = edits.addGroup({ locale: 'de', name: 'Beilagen' })
  const [rice, chips] = [edits.addOption(group), edits.addOption(group)]
  edits.setOption(group, rice, 'name:de', 'Reis')
  edits.moveOption(group, chips, { before: rice })
  edits.attachGroup('i', group, true)
  const menu = readMenu(doc)
  const [item] = menu.sections[0]?.items ?? []
  expect(item?.variations.map(({ id }) => id)).toEqual([large, small])
  expect(item?.variations[1]).toMatchObject({ price: 300, name: new Map([['de', 'klein']]) })
  expect(item?.modifiers).toEqual([group])
  expect(menu.groups[0]?.options.map(({ id }) => id)).toEqual([chips, rice])
  edits.removeVariation('i', small)
  edits.removeOption(group, chips)
  edits.attachGroup('i', group, false)
  const after = readMenu(doc)
  expect(after.sections[0]?.items[0]?.variations.map(({ id }) => id)).toEqual([large])
  expect(after.sections[0]?.items[0]?.modifiers).toEqual([])
  expect(after.groups[0]?.options.map(({ id }) => id)).toEqual([rice])
})

test('hours, flags and levels read as they were set', () => {
  edits.setHours('s', [{ day: 1, opens: '11:00', closes: '14:30' }])
  edits.setFlag('i', 'diet', 'vegan', true)
  edits.setAllergen('i', 'nuts', 'may')
  const [section] = readMenu(doc).sections
  expect(section?.hours).toEqual([{ day: 1, opens: '11:00', closes: '14:30' }])
  const json = JSON.stringify(plainJson(readMenu(doc)))
  expect(json).toContain('"diets":["vegan"]')
  expect(json).toContain('"may_contain":["nuts"]')
  edits.setHours('s', [])
  expect(readMenu(doc).sections[0]?.hours).toEqual([])
})

test('resolving leaves one value for both', () => {
  const other = replica(2000, BASE)
  const theirs = new MenuEdits(other, () => ({ user: 'bo' }), new UndoStack(other, () => ({ user: 'bo' })))
  edits.setItem('i', 'price', 500)
  theirs.setItem('i', 'price', 600)
  syncAll([doc, other])
  const conflict = {
    key: 'prices/items/i/price',
    kind: 'prices',
    container: 'items',
    id: 'i',
    field: 'price',
    candidates: [],
  } as const
  edits.resolve(conflict, price('i'))
  sync(doc, other)
  expect(readRegisters(mapAt(other, 'items', 'i').entries()).get('price')).toHaveLength(1)
  expect(price('i', other)).toBe(price('i'))
})

test('an answer to a question of a replaced document writes the text and settles it', () => {
  const settle = vi.fn()
  const asking = new MenuEdits(doc, () => ({ user: 'ana' }), undo, settle)
  const conflict = {
    key: 'k',
    kind: 'moved_on',
    container: 'items',
    id: 'i',
    field: 'name:de',
    candidates: [],
  } as const
  asking.resolve(conflict, 'Kürbissuppe')
  expect(textAt(doc, 'items', 'i', 'name', 'de').toString()).toBe('Kürbissuppe')
  expect(settle).toHaveBeenCalledWith('k')
})

test('undo takes back one edit after the other, and redo does them again', () => {
  edits.setItem('i', 'price', 450)
  edits.moveItem('i', 't', 'end')
  const id = edits.addItem('s', 'end')
  edits.deleteItem('j')
  for (let round = 0; round < 4; round++) expect(undo.undo()).toEqual({ kind: 'done' })
  expect(undo.undo()).toEqual({ kind: 'nothing' })
  expect(itemIds('s')).toEqual(['i', 'j', 'k', 'l'])
  expect(price('i')).toBe(100)
  for (let round = 0; round < 4; round++) expect(undo.redo()).toEqual({ kind: 'done' })
  expect(itemIds('s')).toEqual(['k', 'l', id])
  expect(itemIds('t')).toEqual(['i'])
  expect(price('i')).toBe(450)
})
