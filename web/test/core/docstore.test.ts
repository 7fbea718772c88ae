import { beforeEach, expect, test } from 'vitest'
import * as Y from 'yjs'
import type { Database } from '../../src/core/db'
import { COMPACT_AT_UPDATES, type DirtyField, DocStore } from '../../src/core/docstore'
import { writeRegister } from '../../src/menu/registers'
import { mapAt, replica, seedMenu } from '../menus'
import { freshDatabase } from './fake-room'

let db: Database
let store: DocStore
const STATE = seedMenu()

beforeEach(async () => {
  db = await freshDatabase()
  store = new DocStore(db, 'm')
})

const vector = (): Uint8Array => Y.encodeStateVectorFromUpdate(STATE)
const field = (path: string, mine: number, localSeq: number): DirtyField => ({
  path,
  base: 100,
  mine,
  atMs: 1,
  localSeq,
})
const local = (bytes: Uint8Array, localSeq: number, edits = 1) => ({ bytes, edits, localSeq })

/** One price as an update of its own. */
function priceUpdate(price: number, clientId = 5): Uint8Array {
  const doc = replica(clientId, STATE)
  const before = Y.encodeStateVector(doc)
  writeRegister(mapAt(doc, 'items', 'i'), 'price', price, 'ana', price)
  return Y.encodeStateAsUpdate(doc, before)
}

/** As another page finds it. */
const reload = () => new DocStore(db, 'm').load()

test('a device that knows nothing says so', async () => {
  expect(await store.load()).toMatchObject({ epoch: null, updates: [], unacknowledged: [], dirty: [] })
})

test('after a reload what was edited and not acknowledged is still counted', async () => {
  await store.begin('e1', 1, STATE, vector())
  await store.append({
    net: priceUpdate(1, 6),
    local: local(priceUpdate(2), 1, 3),
    dirty: [field('items/i/price', 2, 1)],
  })
  const loaded = await reload()
  expect(loaded).toMatchObject({
    epoch: 'e1',
    schema: 1,
    unacknowledged: [{ edits: 3, localSeq: 1 }],
    dirty: [{ path: 'items/i/price', base: 100, mine: 2 }],
  })
  expect(loaded.updates).toHaveLength(3)
})

test('what is acknowledged is kept and no longer counted', async () => {
  await store.begin('e1', 1, STATE, vector())
  const first = await store.append({
    net: null,
    local: local(priceUpdate(1), 1),
    dirty: [field('items/i/price', 1, 1)],
  })
  await store.append({ net: null, local: local(priceUpdate(2), 2), dirty: [field('items/j/price', 2, 2)] })
  const key = first.kind === 'stored' ? first.key : null
  await store.acknowledge([key ?? expect.fail()], [field('items/i/price', 1, 1)])
  const loaded = await reload()
  expect(loaded.updates).toHaveLength(3)
  expect(loaded.unacknowledged).toMatchObject([{ localSeq: 2 }])
  expect(loaded.dirty.map(({ path }) => path)).toEqual(['items/j/price'])
})

test('a field that another tab edited since stays dirty', async () => {
  await store.begin('e1', 1, STATE, vector())
  await store.append({ net: null, local: local(priceUpdate(1), 1), dirty: [field('items/i/price', 1, 1)] })
  await store.append({ net: null, local: local(priceUpdate(2), 2), dirty: [field('items/i/price', 2, 2)] })
  await store.acknowledge([], [field('items/i/price', 1, 1)])
  expect((await reload()).dirty).toMatchObject([{ mine: 2 }])
})

test('compaction makes one state of 200 updates and keeps what is not acknowledged', async () => {
  const doc = replica(50, STATE)
  await store.begin('e1', 1, STATE, vector())
  await store.append({ net: null, local: local(priceUpdate(7), 7), dirty: [field('items/i/price', 7, 7)] })
  for (let at = 0; at < COMPACT_AT_UPDATES; at++) {
    const before = Y.encodeStateVector(doc)
    writeRegister(mapAt(doc, 'items', 'j'), 'price', at, 'bo', at)
    await store.append({ net: Y.encodeStateAsUpdate(doc, before), local: null, dirty: [] })
  }
  expect(store.isCompactionDue).toBe(true)
  await store.compact((updates) => {
    for (const update of updates) Y.applyUpdate(doc, update)
    return { state: Y.encodeStateAsUpdate(doc), stateVector: Y.encodeStateVector(doc) }
  })
  const loaded = await reload()
  expect(loaded.updates).toHaveLength(2)
  expect(loaded.unacknowledged).toMatchObject([{ localSeq: 7 }])
  expect(loaded.dirty).toHaveLength(1)
  const found = new Y.Doc()
  for (const update of loaded.updates) Y.applyUpdate(found, update)
  expect(Y.encodeStateVector(found)).toEqual(Y.encodeStateVector(doc))
})

test('a tab with another history writes nothing', async () => {
  await store.begin('e1', 1, STATE, vector())
  const other = new DocStore(db, 'm')
  await other.load()
  await other.retire([])
  const fresh = new DocStore(db, 'm')
  expect((await fresh.begin('e2', 1, STATE, vector())).kind).toBe('stored')
  expect((await store.append({ net: null, local: local(priceUpdate(1), 1), dirty: [] })).kind).toBe('replaced')
  expect((await reload()).updates).toHaveLength(1)
  expect((await new DocStore(db, 'm').begin('e3', 1, STATE, vector())).kind).toBe('replaced')
})

test('edits of a replaced history are taken by one tab, once, and again when it died', async () => {
  await store.begin('e1', 1, STATE, vector())
  await store.append({ net: null, local: local(priceUpdate(2), 1), dirty: [field('items/i/price', 2, 1)] })
  await store.retire([field('items/j/price', 3, 2), field('items/i/price', 4, 3)])
  await store.retire([])
  const [one, two] = [new DocStore(db, 'm'), new DocStore(db, 'm')]
  const taken = await one.takeOld()
  expect(taken.map(({ path, base, mine }) => [path, base, mine])).toEqual([
    ['items/i/price', 100, 4],
    ['items/j/price', 100, 3],
  ])
  expect(await two.takeOld()).toEqual([])
  await db.write(['dirty'], async (transaction) => {
    for (const row of await transaction.objectStore('dirty').getAll())
      await transaction.objectStore('dirty').put({ ...row, localSeq: 1 })
  })
  expect(await two.takeOld()).toHaveLength(2)
  await two.carried(taken, taken.slice(0, 1))
  expect(await one.takeOld()).toEqual([])
  expect((await reload()).asked).toMatchObject([{ path: 'items/i/price' }])
  await one.settle('items/i/price')
  expect((await reload()).asked).toEqual([])
})

test('the state of a replaced history stays for an export', async () => {
  await store.begin('e1', 1, STATE, vector())
  await store.retire([])
  expect(await db.get('docs', 'm')).toBeUndefined()
  expect(await db.get('docs', 'm#old')).toMatchObject({ epoch: 'e1' })
})
