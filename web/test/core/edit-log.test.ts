import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import * as Y from 'yjs'
import { DirtyFields } from '../../src/core/dirty-fields'
import { DocStore } from '../../src/core/docstore'
import { EditLog } from '../../src/core/edit-log'
import { writeRegister } from '../../src/menu/registers'
import { mapAt, replica, seedMenu } from '../menus'
import { FakeTabs, freshDatabase } from './fake-room'

const BASE = seedMenu()
let store: DocStore
let tabs: FakeTabs[]
let logs: EditLog[]

beforeEach(async () => {
  store = new DocStore(await freshDatabase(), 'm')
  await store.begin('e1', 1, BASE, Y.encodeStateVectorFromUpdate(BASE))
  tabs = []
  logs = []
})

afterEach(() => {
  for (const log of logs) log.stop()
  vi.restoreAllMocks()
})

function tab(clientId: number): { readonly doc: Y.Doc; readonly log: EditLog } {
  const doc = replica(clientId, BASE)
  const log = new EditLog({
    doc,
    menuId: 'm',
    store,
    dirty: new DirtyFields(doc, []),
    tabs: new FakeTabs(tabs),
    unacknowledged: [],
    replaced: () => expect.fail('replaced'),
    apply: (updates) => {
      for (const update of updates) Y.applyUpdate(doc, update, 'tab')
    },
  })
  doc.on('update', (bytes: Uint8Array, origin: unknown) => {
    if (origin !== 'tab') log.edited(bytes)
  })
  logs.push(log)
  return { doc, log }
}

const setPrice = (doc: Y.Doc, value: number): void =>
  writeRegister(mapAt(doc, 'items', 'i'), 'price', value, 'ana', value)

test('only marks behind a batch acknowledge it', () => {
  const { doc, log } = tab(1000)
  setPrice(doc, 1)
  const first = log.take()
  setPrice(doc, 2)
  const second = log.take()
  expect([first?.n, second?.n, log.unsynced.value]).toEqual([1, 2, 2])
  log.acknowledge(1)
  expect(log.unsynced.value).toBe(1)
  log.acknowledge(2)
  expect(log.unsynced.value).toBe(0)
  expect(log.take()).toBeNull()
})

test('edits of a tab that does not get them acknowledged are sent by another one', async () => {
  const [one, two] = [tab(1000), tab(2000)]
  setPrice(one.doc, 1)
  one.log.take()
  await one.log.flush()
  expect(two.log.unsynced.value).toBe(1)
  expect(two.log.overdue()).toBeNull()
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000)
  const late = two.log.overdue() ?? expect.fail()
  const server = replica(3000, BASE)
  Y.applyUpdate(server, late.bytes)
  expect(Y.encodeStateVector(server)).toEqual(Y.encodeStateVector(one.doc))
  expect(two.log.unsynced.value).toBe(1)
  two.log.acknowledge(late.n)
  await vi.waitFor(() => expect([one.log.unsynced.value, two.log.unsynced.value]).toEqual([0, 0]))
})

test('a mark that left before an edit of another tab was taken over does not acknowledge it', async () => {
  const [one, two] = [tab(1000), tab(2000)]
  setPrice(two.doc, 5)
  const earlier = two.log.take()
  setPrice(one.doc, 1)
  one.log.take()
  await one.log.flush()
  const covering = two.log.coverAll()
  two.log.acknowledge(earlier?.n ?? expect.fail())
  expect(two.log.unsynced.value).toBe(1)
  two.log.acknowledge(covering ?? expect.fail())
  expect(two.log.unsynced.value).toBe(0)
})
