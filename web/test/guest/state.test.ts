import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Channel, RoomListener } from '../../src/core/channel'
import { type Database, openDatabase } from '../../src/core/db'
import { GuestTable } from '../../src/guest/state'
import type { Visit } from '../../src/guest/visit'
import { FakeOutbox } from './fake-outbox'
import { ANA, BEN, entry, event, line, order, PLAIN } from './made'

const A = `${ANA}.0000000001`
const B = `${BEN}.0000000002`
const VISIT: Visit = {
  code: 'c0de',
  token: 'jwt',
  expiresMs: 9e15,
  restaurant: 'r1',
  restaurantName: 'Aurora',
  table: 't7',
  tableName: '7',
  zone: 'UTC',
  order: 'o1',
  guest: ANA,
  name: 'Ana',
  sinceMs: 1,
}

/** The rooms of the server, as the channel would drive them. */
class FakeChannel implements Channel {
  readonly rooms = new Map<string, RoomListener>()
  readonly said: [kind: string, body: object][] = []

  subscribe(room: string, listener: RoomListener) {
    this.rooms.set(room, listener)
    return {
      cursor: null,
      isSubscribed: true,
      seen: () => undefined,
      sendSync: () => undefined,
      mark: () => undefined,
      say: (kind: string, body: object) => void this.said.push([kind, body]),
      restart: () => undefined,
      leave: () => undefined,
    }
  }
  command = () => Promise.reject(new Error('not here'))
  onNotice = () => () => undefined

  snapshot(room: string, body: unknown): void {
    const listener = this.rooms.get(room)
    listener?.subscribed?.({ room, epoch: 'e', top: 1, recovered: false })
    listener?.snapshot?.(1, body)
  }

  tell(room: string, ...events: ReturnType<typeof event>[]): void {
    this.rooms.get(room)?.events?.(events)
  }
}

let db: Database
let run = 0
let channel: FakeChannel
let outbox: FakeOutbox
let table: GuestTable
let version = 1

beforeEach(async () => {
  run += 1
  version = 1
  localStorage.clear()
  vi.stubGlobal('fetch', async (address: RequestInfo | URL) => {
    if (String(address).includes('/restaurants/')) {
      return Response.json([{ menu: 'main', title: 'Main', version, locales: ['en'], etag: 'x' }])
    }
    const headers = { 'Menu-Version': String(version), ETag: '"x"' }
    return Response.json(version === 1 ? PLAIN : dearer(), { headers })
  })
  db = await openDatabase('guest', `user${run}`)
  channel = new FakeChannel()
  outbox = new FakeOutbox()
  table = new GuestTable({ channel, db, outbox }, VISIT, 'o1')
  await vi.waitFor(() => expect([...channel.rooms.keys()].sort()).toEqual(['order:o1', 'stock:r1']))
  await vi.waitFor(() => expect(table.shelf.current.value?.version).toBe(1))
})

afterEach(() => {
  table.close()
  db.close()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

function dearer(): typeof PLAIN {
  const plain = structuredClone(PLAIN)
  const dish = plain.sections[0]?.items[0]
  if (dish !== undefined) dish.price = 950
  return plain
}

describe('the table', () => {
  it('shows the list, what is sold out the moment it is told, and sends the rest', () => {
    channel.snapshot('order:o1', { order: order(line(A), line(B, { item_id: 'soup' })) })
    channel.snapshot('stock:r1', { stock: [] })
    expect(table.ready.value.map(({ id }) => id)).toEqual([A, B])
    const soldOut = { target: 'item:cal', is_sold_out: true, remaining: null, until: null, reason: '' }
    channel.tell('stock:r1', { ...event('item.86', {}), body: soldOut })
    expect([...table.short.value.keys()]).toEqual([A])
    expect(table.ready.value.map(({ id }) => id)).toEqual([B])
  })

  it('mentions what others do, not what one does oneself', () => {
    channel.snapshot('order:o1', { order: order() })
    channel.tell('order:o1', event('line.added', { line: line(A) }))
    expect(table.news.value).toBeNull()
    channel.tell('order:o1', event('line.added', { line: line(B, { seat: 'Ben' }) }))
    expect(table.news.value).toMatchObject({ kind: 'added', guest: BEN, seat: 'Ben', dish: { en: 'Calamari' } })
    const lines = [{ id: B, state: 'placed', price: 900 }]
    channel.tell('order:o1', event('order.placed', { lines, batch: 1 }))
    expect(table.news.value).toEqual({ kind: 'sent', dishes: 1 })
    channel.tell('order:o1', event('line.ready', { lines: [{ id: B, state: 'ready', price: 900 }] }))
    expect(table.news.value).toMatchObject({ kind: 'ready' })
  })

  it('counts the dishes of this guest on the list, those that wait included', () => {
    channel.snapshot('order:o1', { order: order(line(A, { quantity: 2 }), line(B)) })
    outbox.entries.value = [entry('line.add', { line: `${ANA}.0000000003`, menu: 'main', item: 'cal' })]
    expect([...table.onMyList.value]).toEqual([['cal', 3]])
  })

  it('asks about a new price, and not again after it was kept', async () => {
    channel.snapshot('order:o1', { order: order(line(A)) })
    expect(table.questions.value.size).toBe(0)
    version = 2
    await table.shelf.refresh()
    const question = table.questions.value.get(A)
    expect(question).toMatchObject({ was: 900, now: 950, mayKeep: true })
    if (question !== undefined) table.keepPrice(question)
    expect(table.questions.value.size).toBe(0)
  })

  it('fetches the menu when a line names a newer version', async () => {
    version = 2
    channel.snapshot('order:o1', { order: order(line(B, { menu_version: 2, unit_price: 950 })) })
    await vi.waitFor(() => expect(table.shelf.current.value?.version).toBe(2))
  })

  it('places what can be had, and tells why when nothing can', async () => {
    channel.snapshot('order:o1', { order: order(line(A), line(B)) })
    await table.place()
    expect(outbox.sent.at(-1)).toMatchObject({ type: 'order.place', room: 'order:o1', body: { lines: [A, B] } })
    outbox.answer = { result: 'rejected', code: 'sold_out', reason: 'All of it is sold out.' }
    await table.place()
    expect(table.news.value).toMatchObject({ kind: 'refused', answer: { code: 'sold_out' } })
  })

  it('tries again without a line that somebody took off meanwhile, but not for ever', async () => {
    channel.snapshot('order:o1', { order: order(line(A)) })
    outbox.answer = { result: 'rejected', code: 'unknown_line' }
    await table.place()
    expect(outbox.sent).toHaveLength(3)
  })

  it('places nothing when nothing can be sent', async () => {
    channel.snapshot('order:o1', { order: order() })
    await table.place()
    expect(outbox.sent).toEqual([])
  })

  it('is offline only after a while without connection', () => {
    vi.useFakeTimers()
    channel.snapshot('order:o1', { order: order() })
    channel.rooms.get('order:o1')?.disconnected?.()
    vi.advanceTimersByTime(2900)
    expect(table.isOffline.value).toBe(false)
    vi.advanceTimersByTime(200)
    expect(table.isOffline.value).toBe(true)
    channel.snapshot('order:o1', { order: order() })
    expect(table.isOffline.value).toBe(false)
  })

  it('is over when the order is closed', () => {
    channel.snapshot('order:o1', { order: order() })
    expect(table.isOver.value).toBe(false)
    channel.tell('order:o1', event('order.closed', {}, { status: 'closed' }))
    expect(table.isOver.value).toBe(true)
  })

  it('keeps a new name on the device and tells it', () => {
    channel.snapshot('order:o1', { order: order() })
    table.rename('Anna')
    expect(localStorage.getItem('mirepoix.visit.c0de')).toContain('"name":"Anna"')
    expect(channel.said.at(-1)).toMatchObject(['here', { g: ANA, n: 'Anna' }])
  })
})
