import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import * as Y from 'yjs'
import type { Database } from '../../src/core/db'
import { type LiveDocument, openDocument } from '../../src/core/provider'
import { introduce, people } from '../../src/core/yjs/presence'
import { readMenu } from '../../src/menu/menu'
import { readRegisters, valueIn, writeRegister } from '../../src/menu/registers'
import { addItem, mapAt, seedMenu, textAt } from '../menus'
import { breakable, FakePage, FakeRoom, FakeTabs, freshDatabase } from './fake-room'

vi.setConfig({ testTimeout: 30_000 })

let db: Database
let room: FakeRoom
let open: LiveDocument[]

beforeEach(async () => {
  db = await freshDatabase()
  room = new FakeRoom(seedMenu())
  open = []
})

afterEach(async () => {
  vi.restoreAllMocks()
  for (const one of open) await one.close()
})

const price = (doc: Y.Doc, id = 'i'): unknown => valueIn(readRegisters(mapAt(doc, 'items', id).entries()), 'price')
const setPrice = (doc: Y.Doc, value: number, id = 'i'): void =>
  writeRegister(mapAt(doc, 'items', id), 'price', value, 'ana', Date.now())
const name = (doc: Y.Doc, id = 'i'): Y.Text => textAt(doc, 'items', id, 'name', 'de')
const until = (check: () => void | Promise<void>): Promise<void> => vi.waitFor(check, { timeout: 10_000, interval: 5 })
const rows = () => db.read(['updates'], (transaction) => transaction.objectStore('updates').getAll())
const quiet = (ms = 60): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function begin(page: FakePage): Promise<LiveDocument> {
  const live = await openDocument(page.link, 'm')
  open.push(live)
  return live
}

async function beginLive(page = new FakePage(room, db)): Promise<{ page: FakePage; live: LiveDocument }> {
  const live = await begin(page)
  page.connect()
  await until(() => expect(live.state.value).toBe('live'))
  await live.flush()
  await until(async () => expect(await db.get('docs', 'm')).toBeDefined())
  return { page, live }
}

test('the first state comes over HTTP, then both are in step', async () => {
  const { live } = await beginLive()
  expect(price(live.doc)).toBe(100)
  expect(live.access.value).toBe('write')
  room.edit((doc) => setPrice(doc, 300))
  expect(price(live.doc)).toBe(300)
})

test('without an answer over HTTP the socket brings the first state', async () => {
  const page = new FakePage(room, db)
  page.servesState = false
  const { live } = await beginLive(page)
  expect(price(live.doc)).toBe(100)
})

test('edits of a moment leave as one update with one mark, and count until they are on disk', async () => {
  const { live } = await beginLive()
  room.savesAtOnce = false
  const before = room.heard.length
  setPrice(live.doc, 200)
  setPrice(live.doc, 201)
  setPrice(live.doc, 202, 'j')
  expect(live.unsynced.value).toBe(3)
  await until(() => expect(price(room.doc)).toBe(201))
  expect(room.heard.slice(before)).toEqual(['update'])
  expect(room.marks).toHaveLength(1)
  expect(live.unsynced.value).toBe(3)
  room.commit()
  expect(live.unsynced.value).toBe(0)
})

test('edits that arrive are not edits of mine', async () => {
  const { live } = await beginLive()
  room.edit((doc) => setPrice(doc, 300))
  expect(live.unsynced.value).toBe(0)
})

test('a reload while offline shows and counts what was edited, and sends it later', async () => {
  const { page, live } = await beginLive()
  page.cut()
  expect(live.state.value).toBe('offline')
  setPrice(live.doc, 200)
  setPrice(live.doc, 250, 'j')
  await live.flush() // then the tab is closed without a word
  const again = new FakePage(room, db)
  const reloaded = await begin(again)
  expect(reloaded.state.value).toBe('local')
  expect([price(reloaded.doc), price(reloaded.doc, 'j')]).toEqual([200, 250])
  expect(reloaded.unsynced.value).toBe(2)
  room.edit((doc) => setPrice(doc, 999, 'k'))
  again.connect()
  await until(() => expect(reloaded.unsynced.value).toBe(0))
  expect([price(room.doc), price(room.doc, 'j'), price(reloaded.doc, 'k')]).toEqual([200, 250, 999])
  await reloaded.close()
  const third = await begin(new FakePage(room, db))
  expect(third.unsynced.value).toBe(0)
})

test('an acknowledgement that was lost with the connection comes with the next one', async () => {
  const { page, live } = await beginLive()
  room.savesAtOnce = false
  setPrice(live.doc, 200)
  await until(() => expect(price(room.doc)).toBe(200))
  page.cut()
  room.forgetHeld()
  expect(live.unsynced.value).toBe(1)
  page.connect()
  await until(() => expect(room.marks).toHaveLength(2))
  expect(live.unsynced.value).toBe(1)
  room.commit()
  expect(live.unsynced.value).toBe(0)
})

test('an edit between the subscription and the exchange is in the answer, not a gap', async () => {
  const { page, live } = await beginLive()
  page.cut()
  setPrice(live.doc, 200)
  room.heard.length = 0
  page.connect()
  await quiet()
  expect(room.heard.filter((kind) => kind !== 'awareness')).toEqual(['step1', 'step2'])
  expect(price(room.doc)).toBe(200)
})

test('saved twice, or for an old mark, harms nothing', async () => {
  const { page, live } = await beginLive()
  room.savesAtOnce = false
  setPrice(live.doc, 200)
  await until(() => expect(room.marks).toHaveLength(1))
  const [first = 0] = room.marks
  page.listener?.saved?.(first - 1)
  expect(live.unsynced.value).toBe(1)
  page.listener?.saved?.(first)
  page.listener?.saved?.(first)
  expect(live.unsynced.value).toBe(0)
})

test('a place that may only read sends no edits and keeps them', async () => {
  const { page, live } = await beginLive()
  page.cut()
  setPrice(live.doc, 200)
  await live.flush()
  room.access = 'read'
  page.connect()
  await until(() => expect(live.state.value).toBe('live'))
  await quiet()
  expect(live.access.value).toBe('read')
  expect(price(room.doc)).toBe(100)
  expect(live.unsynced.value).toBe(1)
  expect(page.sources[0]?.attention?.value).toBe(1)
})

test('a page that starts without a network may do what it might do before', async () => {
  const { live } = await beginLive()
  await until(async () => expect(await db.get('meta', 'access:m')).toBe('write'))
  await live.close()
  const page = new FakePage(room, db)
  const again = await begin(page)
  expect(again.access.value).toBe('write')
  setPrice(again.doc, 200)
  expect(again.unsynced.value).toBe(1)
  room.access = 'read'
  page.connect()
  await until(() => expect(again.access.value).toBe('read'))
  await until(async () => expect(await db.get('meta', 'access:m')).toBe('read'))
  await again.close()
  expect((await begin(new FakePage(room, db))).access.value).toBe('read')
})

test('what was edited in the last moment of a page is there in the next one, and is sent', async () => {
  const dying = breakable(db) // a page that is closed finishes no write
  const { page, live } = await beginLive(new FakePage(room, dying.db))
  page.cut()
  dying.isBroken = true
  setPrice(live.doc, 200)
  window.dispatchEvent(new Event('pagehide'))
  const next = new FakePage(room, db)
  const again = await begin(next)
  expect(price(again.doc)).toBe(200)
  expect(again.unsynced.value).toBe(1)
  await again.flush()
  await until(async () => expect((await rows()).some(({ origin }) => origin === 'local')).toBe(true))
  next.connect()
  await until(() => expect(again.unsynced.value).toBe(0))
  expect(price(room.doc)).toBe(200)
  expect(price((await begin(new FakePage(room, db))).doc)).toBe(200)
})

test('the last moment of a page in another history changes nothing, and what is stored leaves nothing', async () => {
  const late = (): string[] => Object.keys(localStorage).filter((key) => key.startsWith('mirepoix.late:'))
  const { page, live } = await beginLive()
  page.cut()
  setPrice(live.doc, 200)
  window.dispatchEvent(new Event('pagehide'))
  expect(late()).toHaveLength(1)
  await live.flush()
  window.dispatchEvent(new Event('pagehide')) // shown again meanwhile, and stored
  expect(late()).toEqual([])
  setPrice(live.doc, 201)
  window.dispatchEvent(new Event('pagehide'))
  const [key = ''] = late()
  localStorage.setItem(key, (localStorage.getItem(key) ?? '').replace('"e1"', '"e0"'))
  await live.close()
  await db.write(['updates'], (transaction) => transaction.objectStore('updates').clear())
  expect(price((await begin(new FakePage(room, db))).doc)).not.toBe(201)
  expect(late()).toEqual([])
})

test('a newer schema is shown and not written', async () => {
  room.schema = 2
  const page = new FakePage(room, db)
  const live = await begin(page)
  page.connect()
  await until(() => expect(price(live.doc)).toBe(100))
  expect(live.state.value).toBe('newer')
  setPrice(live.doc, 200)
  await quiet()
  expect(price(room.doc)).toBe(100)
  expect(live.unsynced.value).toBe(1)
})

test.each([
  ['not_found', 'deleted'],
  ['structure', 'refused'],
  ['document_full', 'refused'],
  ['forbidden', 'refused'],
])('after %s it is %s, and everything is kept for an export', async (code, state) => {
  const { page, live } = await beginLive()
  room.savesAtOnce = false
  setPrice(live.doc, 200)
  await live.flush()
  page.notice(code)
  expect(live.state.value).toBe(state)
  expect(live.refusal.value).toBe(code)
  const exported = live.exportChanges()
  expect(exported.edits).toMatchObject([{ path: 'items/i/price', base: 100, mine: 200 }])
  const found = new Y.Doc()
  Y.applyUpdate(
    found,
    Uint8Array.from(atob(exported.state), (letter) => letter.charCodeAt(0)),
  )
  expect(price(found)).toBe(200)
})

test('a menu that is made read-only while it is open keeps the edits until it can be changed again', async () => {
  const { page, live } = await beginLive()
  const say = (access: string): void =>
    page.listener?.notice?.({ code: 'access_changed', reason: access, details: { access } })
  say('read')
  expect(live.access.value).toBe('read')
  setPrice(live.doc, 200)
  await live.flush()
  expect([live.unsynced.value, price(room.doc)]).toEqual([1, 100])
  say('write')
  expect(live.access.value).toBe('write')
  page.say('step1', Y.encodeStateVector(room.doc)) // the server asks for what it refused
  await vi.waitFor(() => expect(price(room.doc)).toBe(200))
})

test('what the server sets back is told', async () => {
  const { page, live } = await beginLive()
  const told = vi.fn()
  live.notices(told)
  page.listener?.notice?.({ code: 'bad_value', reason: 'no', field: 'items/i/price', kept: 100, details: {} })
  expect(told).toHaveBeenCalledWith({ code: 'bad_value', reason: 'no', field: 'items/i/price', kept: 100 })
})

test('a device that is full keeps edits in memory, sends them, and stores them when it can', async () => {
  const broken = breakable(db)
  const { page, live } = await beginLive(new FakePage(room, broken.db))
  page.cut()
  broken.isBroken = true
  setPrice(live.doc, 200)
  await live.flush()
  expect(broken.db.unsafe.value).toBe(true)
  expect(live.unsynced.value).toBe(1)
  broken.isBroken = false
  await until(async () => expect((await rows()).some(({ origin }) => origin === 'local')).toBe(true))
  page.connect()
  await until(() => expect(live.unsynced.value).toBe(0))
  expect(price(room.doc)).toBe(200)
  await until(async () => expect((await rows()).every(({ origin }) => origin === 'net')).toBe(true))
})

// -- another history ---------------------------------------------------------------------------

/** A document rebuilt from the same menu, as somebody edited it meanwhile. */
function rebuilt(edit: (doc: Y.Doc) => void = () => {}): Uint8Array {
  const doc = new Y.Doc()
  doc.clientID = 55
  doc.transact(() => {
    for (const [key, value] of Object.entries({ schema: 1, currency: 'EUR', default_locale: 'de', locales: ['de'] }))
      doc.getMap('meta').set(key, value)
    for (const id of ['i', 'j', 'k', 'l']) addItem(doc, id, ['s', 'c000'])
  })
  edit(doc)
  return Y.encodeStateAsUpdate(doc)
}

test('another epoch is never merged: what nobody touched is written, the rest asks', async () => {
  const { page, live } = await beginLive()
  page.cut()
  setPrice(live.doc, 200)
  setPrice(live.doc, 222, 'j')
  live.doc.transact(() => name(live.doc, 'k').insert(1, 'ürbis'), 'text')
  live.doc.transact(() => name(live.doc, 'l').insert(1, 'auch'), 'text')
  live.doc.transact(() => addItem(live.doc, 'new', ['s', 'd']))
  await live.flush()
  room.replace(
    'e2',
    rebuilt((doc) => {
      setPrice(doc, 333, 'j')
      name(doc, 'l').insert(0, 'Der ')
    }),
  )
  page.connect()
  expect(live.state.value).toBe('replaced')
  await live.close()
  const { live: fresh } = await beginLive(new FakePage(room, db))
  await until(() => expect(fresh.carried.value).toHaveLength(2))
  expect(name(fresh.doc).toString()).toBe('i') // not "ii"
  expect(price(fresh.doc)).toBe(200)
  expect(name(fresh.doc, 'k').toString()).toBe('kürbis')
  expect(name(fresh.doc, 'new').toString()).toBe('new')
  expect([price(fresh.doc, 'j'), name(fresh.doc, 'l').toString()]).toEqual([333, 'Der l'])
  expect(fresh.carried.value).toMatchObject([
    { key: 'moved_on/items/j/price', base: 100, candidates: [{ value: 333 }, { value: 222 }] },
    { key: 'moved_on/items/l/name:de', base: 'l', candidates: [{ value: 'Der l' }, { value: 'lauch' }] },
  ])
  await until(() => expect(fresh.unsynced.value).toBe(0))
  expect(price(room.doc)).toBe(200)
  expect(readMenu(room.doc).unplaced.map(({ id }) => id)).toContain('new')
})

test('questions of a replaced document are still there after a reload, until they are answered', async () => {
  const { page, live } = await beginLive()
  page.cut()
  setPrice(live.doc, 222)
  await live.flush()
  room.replace(
    'e2',
    rebuilt((doc) => setPrice(doc, 333)),
  )
  page.connect()
  await live.close()
  const { live: fresh } = await beginLive(new FakePage(room, db))
  await until(() => expect(fresh.carried.value).toHaveLength(1))
  await fresh.close()
  const again = await begin(new FakePage(room, db))
  expect(again.carried.value).toMatchObject([{ kind: 'moved_on', base: 100 }])
  again.settle('moved_on/items/i/price')
  expect(again.carried.value).toEqual([])
  await until(async () => expect(await db.get('dirty', ['m#asked', 'items/i/price'])).toBeUndefined())
  await again.close()
  expect((await begin(new FakePage(room, db))).carried.value).toEqual([])
})

test('edits made after the document was replaced are carried over as well', async () => {
  const { page, live } = await beginLive()
  room.replace('e2', rebuilt())
  page.notice('epoch_changed')
  expect(live.state.value).toBe('replaced')
  setPrice(live.doc, 210)
  await live.close()
  const { live: fresh } = await beginLive(new FakePage(room, db))
  await until(() => expect(price(fresh.doc)).toBe(210))
})

test('the edits of a page that started with an old history on the device are carried over', async () => {
  const { page, live } = await beginLive()
  page.cut()
  setPrice(live.doc, 200)
  await live.close()
  room.replace('e2', rebuilt())
  const stale = new FakePage(room, db)
  const local = await begin(stale)
  expect(local.state.value).toBe('local')
  stale.connect()
  expect(local.state.value).toBe('replaced')
  await local.close()
  const { live: fresh } = await beginLive(new FakePage(room, db))
  await until(() => expect(price(fresh.doc)).toBe(200))
})

// -- after a time without a connection -----------------------------------------------------------

test('a card can say what a field was before my offline edit, also when that is saved', async () => {
  const { page, live } = await beginLive()
  page.cut()
  setPrice(live.doc, 200)
  room.edit((doc) => setPrice(doc, 300))
  await live.flush()
  page.connect()
  await until(() => expect(live.unsynced.value).toBe(0))
  expect(live.bases.value.get('items/i/price')).toBe(100)
  setPrice(live.doc, 400, 'k') // with a connection: no longer of interest once it is saved
  await until(() => expect(live.unsynced.value).toBe(0))
  expect(live.bases.value.has('items/k/price')).toBe(false)
})

test('a text that both edited meanwhile is noted, one that only I edited is not', async () => {
  const { page, live } = await beginLive()
  page.cut()
  live.doc.transact(() => name(live.doc).insert(1, ' mit Brot'), 'text')
  live.doc.transact(() => name(live.doc, 'j').insert(1, '!'), 'text')
  room.edit((doc) => name(doc).insert(0, 'Gute '))
  await live.flush()
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000)
  page.connect()
  await until(() => expect(live.state.value).toBe('live'))
  expect(name(live.doc).toString()).toBe('Gute i mit Brot')
  expect(live.carried.value).toMatchObject([
    {
      kind: 'text',
      field: 'name:de',
      id: 'i',
      base: 'i',
      candidates: [{ value: 'Gute i mit Brot' }, { value: 'i mit Brot' }],
    },
  ])
  live.settle('text/items/i/name:de')
  expect(live.carried.value).toEqual([])
})

test('a short cut raises no note', async () => {
  const { page, live } = await beginLive()
  page.cut()
  live.doc.transact(() => name(live.doc).insert(1, ' mit Brot'), 'text')
  room.edit((doc) => name(doc).insert(0, 'Gute '))
  page.connect()
  await until(() => expect(live.state.value).toBe('live'))
  expect(live.carried.value).toEqual([])
})

test('hundreds of updates become one state on the device, and what waits is still counted', {
  timeout: 60_000,
}, async () => {
  const { page, live } = await beginLive()
  for (let at = 0; at < 220; at++) {
    setPrice(live.doc, 1000 + at)
    await live.flush()
  }
  await until(() => expect(live.unsynced.value).toBe(0))
  setPrice(live.doc, 2000)
  await live.flush()
  await until(() => expect(live.unsynced.value).toBe(0))
  page.cut()
  setPrice(live.doc, 3000)
  await live.flush()
  await until(async () => expect((await rows()).length).toBeLessThan(60))
  const again = await begin(new FakePage(room, db))
  expect([price(again.doc), again.unsynced.value]).toEqual([3000, 1])
})

test('what cannot be read is survived', async () => {
  const { page, live } = await beginLive()
  for (const bytes of [[], [0], [0, 2, 200], [0, 1, 3, 255, 255, 255], [1, 1, 9], [7]])
    page.listener?.sync?.(Uint8Array.from(bytes))
  room.edit((doc) => setPrice(doc, 300))
  expect(price(live.doc)).toBe(300)
})

// -- tabs and people -------------------------------------------------------------------------------

test('tabs show and count the edits of each other, and one sends what a closed one could not', async () => {
  const tabs: FakeTabs[] = []
  const first = await beginLive(new FakePage(room, db, new FakeTabs(tabs)))
  const second = await beginLive(new FakePage(room, db, new FakeTabs(tabs)))
  expect(first.live.doc.clientID).not.toBe(second.live.doc.clientID)
  first.page.cut()
  second.page.cut()
  setPrice(first.live.doc, 200)
  await first.live.flush()
  expect(price(second.live.doc)).toBe(200)
  expect([first.live.unsynced.value, second.live.unsynced.value]).toEqual([1, 1])
  await first.live.close()
  second.page.connect()
  await until(() => expect(second.live.unsynced.value).toBe(0))
  expect(price(room.doc)).toBe(200)
  await until(async () => expect((await rows()).filter(({ origin }) => origin === 'local')).toEqual([]))
  const third = await begin(new FakePage(room, db))
  expect(third.unsynced.value).toBe(0)
})

test('an acknowledgement in one tab is one in all', async () => {
  const tabs: FakeTabs[] = []
  const first = await beginLive(new FakePage(room, db, new FakeTabs(tabs)))
  const second = await beginLive(new FakePage(room, db, new FakeTabs(tabs)))
  setPrice(first.live.doc, 200)
  await until(() => expect(price(second.live.doc)).toBe(200))
  await until(() => expect([first.live.unsynced.value, second.live.unsynced.value]).toEqual([0, 0]))
})

test('people see each other come and go, and have a name', async () => {
  const ana = await beginLive(new FakePage(room, db, undefined, 'ana'))
  const bo = await beginLive(new FakePage(room, await freshDatabase(), undefined, 'bo'))
  introduce(ana.live.awareness, { user: 'ana', name: 'Ana' })
  introduce(bo.live.awareness, { user: 'bo', name: 'Bo' })
  await until(() => expect(people(ana.live.awareness).value.map((one) => one.name)).toEqual(['Ana', 'Bo']))
  expect(ana.live.nameOf('bo', '')).toBe('Bo')
  expect(ana.live.nameOf('', bo.live.doc.clientID.toString(36))).toBe('Bo')
  await bo.live.close()
  await until(() => expect(people(ana.live.awareness).value).toHaveLength(1))
  expect(ana.live.nameOf('bo', '')).toBe('Bo')
  ana.page.cut()
  expect(people(ana.live.awareness).value).toHaveLength(1)
})
