import { beforeEach, expect, test } from 'vitest'
import * as Y from 'yjs'
import { MenuEdits } from '../../src/core/yjs/menu-edits'
import { UndoStack } from '../../src/core/yjs/undo'
import { readRegisters, registerName, replicaOf, valueIn } from '../../src/menu/registers'
import { below, mapAt, oneOf, type Random, replica, seeded, seedMenu, sync, textAt } from '../menus'

const BASE = seedMenu()

interface Seat {
  readonly doc: Y.Doc
  readonly undo: UndoStack
  readonly edits: MenuEdits
}

function seat(clientId: number, user: string): Seat {
  const doc = replica(clientId, BASE)
  const undo = new UndoStack(doc, () => ({ user }))
  return { doc, undo, edits: new MenuEdits(doc, () => ({ user }), undo) }
}

const price = (doc: Y.Doc, id = 'i'): unknown => valueIn(readRegisters(mapAt(doc, 'items', id).entries()), 'price')
const name = (doc: Y.Doc, id = 'i'): Y.Text => textAt(doc, 'items', id, 'name', 'de')
const type = (doc: Y.Doc, at: number, letters: string, id = 'i'): void =>
  doc.transact(() => name(doc, id).insert(at, letters), 'text')

let ana: Seat
let bo: Seat
beforeEach(() => {
  ana = seat(1000, 'ana')
  bo = seat(2000, 'bo')
})

test('texts and registers are undone in the order in which they were done', () => {
  type(ana.doc, 1, 'x')
  ana.edits.setItem('i', 'price', 450)
  type(ana.doc, 2, 'y')
  expect(name(ana.doc).toString()).toBe('ixy')
  expect(ana.undo.undo().kind).toBe('done')
  expect([name(ana.doc).toString(), price(ana.doc)]).toEqual(['ix', 450])
  expect(ana.undo.undo().kind).toBe('done')
  expect([name(ana.doc).toString(), price(ana.doc)]).toEqual(['ix', 100])
  expect(ana.undo.undo().kind).toBe('done')
  expect(name(ana.doc).toString()).toBe('i')
  for (let round = 0; round < 3; round++) expect(ana.undo.redo().kind).toBe('done')
  expect([name(ana.doc).toString(), price(ana.doc)]).toEqual(['ixy', 450])
})

test('a field that somebody changed since is left alone, and it is said who did', () => {
  ana.edits.setItem('i', 'price', 450)
  sync(ana.doc, bo.doc)
  bo.edits.setItem('i', 'price', 500)
  sync(bo.doc, ana.doc)
  expect(ana.undo.undo()).toEqual({ kind: 'changed_since', who: 'bo' })
  expect(price(ana.doc)).toBe(500)
  expect(ana.undo.undo()).toEqual({ kind: 'nothing' })
})

test('a value of somebody who had not seen mine is not taken away by undoing mine', () => {
  ana.edits.setItem('i', 'price', 450)
  bo.edits.setItem('i', 'price', 500)
  sync(bo.doc, ana.doc)
  expect(ana.undo.undo()).toEqual({ kind: 'changed_since', who: 'bo' })
  const held = readRegisters(mapAt(ana.doc, 'items', 'i').entries()).get('price') ?? []
  expect(held.map(({ value }) => value).sort()).toEqual([450, 500])
})

test('typing is undone without what somebody else typed into it', () => {
  type(ana.doc, 1, 'abc')
  sync(ana.doc, bo.doc)
  type(bo.doc, 2, 'X')
  sync(bo.doc, ana.doc)
  expect(ana.undo.undo().kind).toBe('done')
  expect(name(ana.doc).toString()).toBe('iX')
})

test('my letters that somebody deleted leave nothing to undo, and earlier steps stay', () => {
  ana.edits.setItem('i', 'price', 450)
  type(ana.doc, 1, 'abc')
  sync(ana.doc, bo.doc)
  bo.doc.transact(() => name(bo.doc).delete(1, 3), 'text')
  sync(bo.doc, ana.doc)
  expect(ana.undo.undo()).toEqual({ kind: 'changed_since' })
  expect(price(ana.doc)).toBe(450)
  expect(ana.undo.undo().kind).toBe('done')
  expect(price(ana.doc)).toBe(100)
})

test('undoing an item that I added only marks it deleted, and asks when somebody worked on it', () => {
  const id = ana.edits.addItem('s', 'end')
  expect(ana.undo.undoWouldDelete()).toBeNull()
  sync(ana.doc, bo.doc)
  type(bo.doc, 0, 'Suppe', id)
  sync(bo.doc, ana.doc)
  expect(ana.undo.undoWouldDelete()).not.toBeNull()
  expect(ana.undo.undo().kind).toBe('done')
  sync(ana.doc, bo.doc)
  expect(name(bo.doc, id).toString()).toBe('Suppe')
  expect(valueIn(readRegisters(mapAt(bo.doc, 'items', id).entries()), 'deleted')).toBe(true)
})

test('typing in one field stops being one step when the field is left', () => {
  type(ana.doc, 1, 'a')
  ana.undo.stopCapturing()
  type(ana.doc, 2, 'b')
  ana.undo.undo()
  expect(name(ana.doc).toString()).toBe('ia')
})

test('a new edit forgets what could be done again', () => {
  ana.edits.setItem('i', 'price', 450)
  ana.undo.undo()
  expect(ana.undo.canRedo.value).toBe(true)
  type(ana.doc, 1, 'a')
  expect(ana.undo.canRedo.value).toBe(false)
})

test('no transaction ever sets a key of another replica, and undo never touches the work of others', {
  timeout: 60_000,
}, () => {
  for (let run = 0; run < 80; run++) {
    const random = seeded(run)
    const seats = [seat(1 + below(random, 2 ** 30), 'ana'), seat(2 ** 30 + 1 + below(random, 2 ** 30), 'bo')]
    for (const one of seats) watchSets(one.doc, run)
    for (let step = 0; step < 40; step++) {
      const mine = oneOf(random, seats)
      const other = seats.find((one) => one !== mine) ?? expect.fail()
      if (random() < 0.3) undoWatched(mine, random, run, step)
      else if (random() < 0.4) sync(mine.doc, other.doc)
      else editSomething(random, mine, step)
    }
    const [one, two] = seats.map(({ doc }) => doc)
    if (one === undefined || two === undefined) return
    sync(one, two)
    sync(two, one)
    expect(JSON.stringify(contentOf(one)), `run ${run}`).toBe(JSON.stringify(contentOf(two)))
  }
})

function editSomething(random: Random, { doc, edits, undo }: Seat, step: number): void {
  const id = oneOf(random, [...doc.getMap('items').keys()].sort())
  const kind = below(random, 7)
  if (kind === 0) edits.setItem(id, 'price', step)
  else if (kind === 1) edits.moveItem(id, oneOf(random, ['s', 't', 'u']), 'end')
  else if (kind === 2) edits.addItem('s', 'end')
  else if (kind === 3) random() < 0.5 ? edits.deleteItem(id) : edits.restoreItem(id)
  else if (kind === 4) edits.setAllergen(id, 'milk', oneOf(random, ['contains', 'may', 'free'] as const))
  else if (kind === 5) {
    const text = name(doc, id)
    doc.transact(() => {
      if (text.length > 2 && random() < 0.4) text.delete(below(random, text.length - 1), 1)
      else text.insert(below(random, text.length + 1), `<${step}>`)
    }, 'text')
  } else undo.stopCapturing()
}

/** Undo or redo, and look whether anything of others was set, deleted or left out. */
function undoWatched({ doc, undo }: Seat, random: Random, run: number, step: number): void {
  const foreign = lettersOfOthers(doc)
  const keys = keysOfOthers(doc)
  random() < 0.7 ? undo.undo() : undo.redo()
  if (lettersOfOthers(doc).join() !== foreign.join()) expect.fail(`run ${run}, step ${step}: letters of others`)
  if (keysOfOthers(doc).join() !== keys.join()) expect.fail(`run ${run}, step ${step}: values of others`)
}

/** Live letters by author; what the seed brought may be deleted and come back by its own means. */
function lettersOfOthers(doc: Y.Doc): string[] {
  const found: string[] = []
  for (const id of [...doc.getMap('items').keys()].sort()) {
    for (let item = name(doc, id)._start; item !== null; item = item.right) {
      if (item.deleted || item.id.client === doc.clientID || item.id.client === 7) continue
      if (item.content instanceof Y.ContentString) found.push(...item.content.str)
    }
  }
  return found
}

function keysOfOthers(doc: Y.Doc): string[] {
  const own = `@${replicaOf(doc)}`
  const found: string[] = []
  for (const root of ['sections', 'items']) {
    for (const id of [...doc.getMap(root).keys()].sort()) {
      for (const key of [...mapAt(doc, root, id).keys()].sort()) {
        if (registerName(key) !== null && !key.endsWith(own) && !key.endsWith('@7')) found.push(`${root}/${id}/${key}`)
      }
    }
  }
  return found
}

/** Fails when a local transaction sets a register under somebody else's replica. */
function watchSets(doc: Y.Doc, run: number): void {
  const own = `@${replicaOf(doc)}`
  for (const root of ['sections', 'items']) {
    doc.getMap(root).observeDeep((events, transaction) => {
      if (!transaction.local) return
      for (const event of events) {
        for (const [key, { action }] of event.keys) {
          if (event.path.length !== 1 || action === 'delete' || registerName(key) === null) continue
          if (!key.endsWith(own)) expect.fail(`run ${run}: ${key} is not of ${own}`)
        }
      }
    })
  }
}

function contentOf(doc: Y.Doc): unknown {
  const sorted = (value: unknown): unknown =>
    value instanceof Y.Map
      ? [...value.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, sorted(one)])
      : value instanceof Y.Text
        ? value.toString()
        : value
  return ['sections', 'items'].map((root) => sorted(doc.getMap(root)))
}

test('what the server set back in my name can still be undone', () => {
  ana.edits.setItem('i', 'price', 450)
  const map = mapAt(ana.doc, 'items', 'i')
  ana.doc.transact(() => {
    for (const key of [...map.keys()]) if (registerName(key) === 'price') map.delete(key)
    map.set('price@server', [450, 'ana', 1])
  }, 'remote')
  expect(ana.undo.undo()).toEqual({ kind: 'done' })
  expect(price(ana.doc)).toBe(100)
})
