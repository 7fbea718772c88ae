import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Cursor, Disconnected, type OwnChannel, openChannel, type RoomListener } from '../../src/core/channel'
import type { OwnSocket } from '../../src/core/socket'
import { FakeServer, turns } from './fake-server'

let server: FakeServer
let socket: OwnSocket
let channel: OwnChannel

beforeEach(async () => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(0)
  server = new FakeServer()
  socket = server.socket()
  channel = openChannel(socket)
  socket.start()
  await turns()
})

afterEach(() => {
  channel.close()
  socket.close()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

function listen(): { readonly heard: unknown[]; readonly listener: RoomListener } {
  const heard: unknown[] = []
  const note =
    (name: string) =>
    (...content: unknown[]): void => {
      heard.push([name, ...content])
    }
  const listener: RoomListener = {
    subscribed: ({ recovered }) => heard.push(['subscribed', recovered]),
    snapshot: note('snapshot'),
    events: (events) => heard.push(...events.map((event) => event.offset)),
    gap: ({ why }) => heard.push(['gap', why]),
    sync: note('sync'),
    saved: note('saved'),
    refused: ({ code }) => heard.push(['refused', code]),
    notice: ({ code }) => heard.push(['notice', code]),
    said: note('said'),
    disconnected: note('disconnected'),
  }
  return { heard, listener }
}

const event = (type = 'ticket.opened') => [type, 1, 'ana', 1000, {}]
const ROOM = 'kitchen:r'

async function cut(): Promise<void> {
  server.now.end(1006)
  await vi.advanceTimersByTimeAsync(1)
}

function subd(more: object = {}): void {
  server.now.say('subd', { h: 1, room: ROOM, epoch: 'e1', top: 5, recovered: false, session: 's', ...more })
}

describe('a subscription', () => {
  it('begins with a snapshot and goes on with events', () => {
    const { heard, listener } = listen()
    const subscription = channel.subscribe(ROOM, listener)
    expect(server.now.last('sub')).toEqual({ h: 1, room: ROOM })
    subd({ snapshot: { at: 5, body: [1] } })
    server.now.say('ev', { h: 1, first: 6, events: [event(), event()] })
    expect(heard).toEqual([['subscribed', false], ['snapshot', 5, [1]], 6, 7])
    expect(subscription.cursor).toEqual({ epoch: 'e1', offset: 7 })
  })

  it('goes on behind its cursor after a cut', async () => {
    const { heard, listener } = listen()
    channel.subscribe(ROOM, listener)
    subd({ snapshot: { at: 5, body: null } })
    server.now.say('ev', { h: 1, first: 6, events: [event()] })
    await cut()
    expect(server.now.last('sub')).toEqual({ h: 1, room: ROOM, epoch: 'e1', offset: 6 })
    subd({ recovered: true, top: 8 })
    server.now.say('ev', { h: 1, first: 7, events: [event(), event()] })
    expect(heard.slice(-4)).toEqual([['disconnected'], ['subscribed', true], 7, 8])
  })

  it('goes on behind a cursor that the device kept', () => {
    const cursor: Cursor = { epoch: 'e0', offset: 3 }
    channel.subscribe(ROOM, listen().listener, cursor)
    expect(server.now.last('sub')).toEqual({ h: 1, room: ROOM, ...cursor })
  })

  it('drops events that it has already, and asks again when some are missing', () => {
    const { heard, listener } = listen()
    channel.subscribe(ROOM, listener, { epoch: 'e1', offset: 5 })
    subd({ recovered: true })
    server.now.say('ev', { h: 1, first: 4, events: [event(), event(), event()] })
    server.now.say('ev', { h: 1, first: 4, events: [event(), event()] })
    expect(heard).toEqual([['subscribed', true], 6])
    server.now.say('ev', { h: 1, first: 9, events: [event()] })
    expect(heard).toEqual([['subscribed', true], 6])
    expect(server.now.all('sub').length).toBe(2)
    expect(server.now.last('sub')).toMatchObject({ epoch: 'e1', offset: 6 })
  })

  it('takes a snapshot after a gap, and does not race when gaps go on', async () => {
    const { heard, listener } = listen()
    channel.subscribe(ROOM, listener, { epoch: 'old', offset: 5 })
    server.now.say('gap', { h: 1, why: 'epoch', epoch: 'e1', top: 9 })
    expect(server.now.last('sub')).toEqual({ h: 1, room: ROOM })
    server.now.say('gap', { h: 1, why: 'epoch', epoch: 'e1', top: 9 })
    expect(server.now.all('sub').length).toBe(2)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(server.now.all('sub').length).toBe(3)
    expect(heard).toEqual([
      ['gap', 'epoch'],
      ['gap', 'epoch'],
    ])
  })

  it('looks again for a room that is not there yet, and at once when something was done there', async () => {
    channel.subscribe('order:o', listen().listener)
    const missing = { h: 1, code: 'room_not_found', reason: 'There is none.' }
    server.now.say('notice', missing)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(server.now.all('sub').length).toBe(2)
    server.now.say('notice', missing)
    const opened = channel.command({ id: 'c', room: 'order:o', type: 'order.open', body: {} })
    server.now.say('res', { id: 'c', result: 'ok' })
    await opened
    expect(server.now.all('sub').length).toBe(3)
  })

  it('rests when the room is refused, until the next connection', async () => {
    const { heard, listener } = listen()
    const subscription = channel.subscribe(ROOM, listener)
    server.now.say('notice', { h: 1, code: 'forbidden_room', reason: 'Not yours.' })
    expect(heard).toEqual([['refused', 'forbidden_room']])
    await vi.advanceTimersByTimeAsync(60_000)
    expect(server.now.all('sub').length).toBe(1)
    subscription.say('here', {})
    expect(server.now.all('say')).toEqual([])
    await cut()
    expect(server.now.all('sub').length).toBe(1)
  })

  it('tells a notice from the end of the room', () => {
    const { heard, listener } = listen()
    const all: string[] = []
    channel.onNotice(({ code }) => all.push(code))
    const subscription = channel.subscribe('menu:m', listener)
    server.now.say('subd', { h: 1, room: 'menu:m', epoch: 3, schema: 1, access: 'write', session: 's' })
    server.now.say('notice', { h: 1, code: 'bad_value', reason: '', field: 'items/a/price', kept: 4 })
    expect(subscription.isSubscribed).toBe(true)
    server.now.say('notice', { h: 1, code: 'epoch_changed', reason: '' })
    expect(subscription.isSubscribed).toBe(false)
    expect(heard).toEqual([
      ['subscribed', false],
      ['notice', 'bad_value'],
      ['refused', 'epoch_changed'],
    ])
    expect(all).toEqual(['bad_value', 'epoch_changed'])
  })

  it('of a menu carries sync messages and marks', () => {
    const { heard, listener } = listen()
    const subscription = channel.subscribe('menu:m', listener)
    subscription.mark(1)
    expect(server.now.all('mark')).toEqual([])
    server.now.say('subd', { h: 1, room: 'menu:m', epoch: 3, schema: 1, access: 'write', session: 's' })
    subscription.sendSync(new Uint8Array([0, 2, 1]))
    subscription.mark(7)
    server.now.say('sync', { h: 1, data: new Uint8Array([9]) })
    server.now.say('saved', { h: 1, n: 7 })
    expect(server.now.last('sync')).toEqual({ h: 1, data: new Uint8Array([0, 2, 1]) })
    expect(heard.slice(1)).toEqual([
      ['sync', new Uint8Array([9])],
      ['saved', 7],
    ])
  })

  it('of an order carries what people say', () => {
    const { heard, listener } = listen()
    const subscription = channel.subscribe(ROOM, listener)
    subd()
    subscription.say('here', { name: 'Ben' })
    subscription.seen(5)
    server.now.say('said', { h: 1, from: 'ab', kind: 'sending', body: { ms: 5 } })
    expect(server.now.last('say')).toEqual({ h: 1, kind: 'here', body: { name: 'Ben' } })
    expect(server.now.last('seen')).toEqual({ h: 1, offset: 5 })
    expect(heard.at(-1)).toEqual(['said', 'ab', 'sending', { ms: 5 }])
  })

  it('is over when it is left', async () => {
    const { heard, listener } = listen()
    channel.subscribe(ROOM, listener).leave()
    expect(server.now.last('unsub')).toEqual({ h: 1 })
    subd()
    await cut()
    expect(server.now.all('sub')).toEqual([])
    expect(heard).toEqual([])
  })

  it('is not confused by frames that it does not understand', () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue()
    const { heard, listener } = listen()
    channel.subscribe(ROOM, listener)
    server.now.say('subd', { h: 1, room: 5 })
    server.now.say('unheard_of', { h: 1 })
    expect(heard).toEqual([])
    expect(warn).toHaveBeenCalledTimes(1)
  })
})

describe('a command', () => {
  const command = { id: 'c1', room: 'order:o', type: 'line.add', body: { line: 'l' }, deviceSeq: 4, clientAtMs: 9.4 }

  it('is answered by its id, in whatever order answers come', async () => {
    const first = channel.command(command)
    const second = channel.command({ ...command, id: 'c2' })
    expect(server.now.all('cmd')[0]).toEqual({
      id: 'c1',
      room: 'order:o',
      type: 'line.add',
      body: { line: 'l' },
      device_seq: 4,
      client_at_ms: 9,
    })
    server.now.say('res', { id: 'c2', result: 'rejected', code: 'sold_out', reason: 'No soup.', current: { left: 0 } })
    server.now.say('res', { id: 'c1', result: 'ok', seq: 3, offset: 8 })
    server.now.say('res', { id: 'c1', result: 'dup', seq: 3, offset: 8 })
    expect(await first).toMatchObject({ result: 'ok', seq: 3, offset: 8 })
    expect(await second).toMatchObject({ result: 'rejected', code: 'sold_out', current: { left: 0 } })
  })

  it('is rejected by a cut, and at once when there is no connection', async () => {
    const sent = channel.command(command)
    const refused = expect(sent).rejects.toBeInstanceOf(Disconnected)
    server.isUp = false
    server.now.end(1006)
    await refused
    await expect(channel.command(command)).rejects.toBeInstanceOf(Disconnected)
  })

  it('is given up when no answer comes for long', async () => {
    const sent = channel.command(command)
    const refused = expect(sent).rejects.toBeInstanceOf(Disconnected)
    await vi.advanceTimersByTimeAsync(30_000)
    await refused
  })
})
