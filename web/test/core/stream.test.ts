import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Channel, Cursor, RoomEvent, RoomListener, RoomSubscription } from '../../src/core/channel'
import { type Database, openDatabase } from '../../src/core/db'
import { type Fold, openStream, type Stream } from '../../src/core/stream'

const ROOM = 'order:o'
const fold: Fold<readonly string[]> = {
  initial: [],
  snapshot: (body) => (Array.isArray(body) ? body.map(String) : []),
  event: (state, { type }) => {
    if (type === 'bad') throw new Error('unheard of')
    return [...state, type]
  },
}
const INFO = { room: ROOM, epoch: 'e', top: 0, recovered: false }

/** One room, as the channel would drive it. */
class FakeRoom implements RoomSubscription {
  listener: RoomListener = {}
  asked: (Cursor | null)[] = []
  cursor: Cursor | null = null
  isSubscribed = true
  seen = vi.fn()
  sendSync = vi.fn()
  mark = vi.fn()
  say = vi.fn()
  leave = vi.fn()

  readonly channel: Channel = {
    subscribe: (_, listener, cursor) => {
      this.listener = listener
      this.restart(cursor)
      return this
    },
    command: () => Promise.reject(new Error('not here')),
    onNotice: () => () => {},
  }

  restart(cursor?: Cursor): void {
    this.cursor = cursor ?? null
    this.asked.push(this.cursor)
  }

  snapshot(at: number, body: unknown): void {
    this.cursor = { epoch: 'e', offset: at }
    this.listener.subscribed?.(INFO)
    this.listener.snapshot?.(at, body)
  }

  events(first: number, ...types: string[]): void {
    this.cursor = { epoch: 'e', offset: first + types.length - 1 }
    const events = types.map(
      (type, at): RoomEvent => ({ offset: first + at, type, seq: 1, actor: '', atMs: 0, body: null }),
    )
    this.listener.events?.(events)
  }
}

let db: Database
let run = 0
let streams: Stream<readonly string[]>[] = []

beforeEach(async () => {
  run += 1
  db = await openDatabase('streams', `user${run}`)
})

afterEach(() => {
  for (const stream of streams) stream.close()
  streams = []
  db.close()
  vi.restoreAllMocks()
})

async function open(room: FakeRoom, version = 1): Promise<Stream<readonly string[]>> {
  const stream = openStream({ channel: room.channel, db }, ROOM, { ...fold, version })
  streams.push(stream)
  await vi.waitFor(() => expect(room.asked.length).toBe(1))
  return stream
}

describe('a stream', () => {
  it('begins empty, takes the snapshot, and folds each event once', async () => {
    const room = new FakeRoom()
    const stream = await open(room)
    expect([stream.state.value, stream.isLoaded.value, stream.isLive.value]).toEqual([[], false, false])
    room.snapshot(3, ['a'])
    expect([stream.isLoaded.value, stream.isLive.value]).toEqual([true, true])
    const told: unknown[] = []
    stream.onEvent(({ type, offset }, state) => told.push([type, offset, state]))
    room.events(4, 'b', 'c')
    expect(stream.state.value).toEqual(['a', 'b', 'c'])
    expect(told).toEqual([
      ['b', 4, ['a', 'b']],
      ['c', 5, ['a', 'b', 'c']],
    ])
  })

  it('starts without a network from what the device kept, and goes on from there', async () => {
    const first = new FakeRoom()
    const before = await open(first)
    first.snapshot(3, ['a'])
    first.events(4, 'b')
    before.close()
    await vi.waitFor(async () => expect(await db.get('streams', ROOM)).toMatchObject({ offset: 4, epoch: 'e' }))
    const room = new FakeRoom()
    const stream = await open(room)
    expect(stream.state.value).toEqual(['a', 'b'])
    expect([stream.isLoaded.value, stream.isLive.value]).toEqual([true, false])
    expect(stream.sinceMs.value).toBeGreaterThan(Date.now() - 10_000)
    expect(room.asked).toEqual([{ epoch: 'e', offset: 4 }])
    room.listener.subscribed?.({ ...INFO, recovered: true })
    expect([stream.isLive.value, stream.sinceMs.value]).toEqual([true, null])
  })

  it('does not read what a page with another fold has kept', async () => {
    const first = new FakeRoom()
    const before = await open(first)
    first.snapshot(3, ['a'])
    before.close()
    await vi.waitFor(async () => expect(await db.get('streams', ROOM)).toBeDefined())
    const room = new FakeRoom()
    const stream = await open(room, 2)
    expect([stream.state.value, room.asked]).toEqual([[], [null]])
  })

  it('keeps itself when the page is left, and half a second after a change', async () => {
    const put = vi.spyOn(db, 'put')
    const room = new FakeRoom()
    await open(room)
    room.snapshot(1, ['a'])
    room.events(2, 'b')
    room.events(3, 'c')
    expect(put).not.toHaveBeenCalled()
    await vi.waitFor(() => expect(put).toHaveBeenCalledTimes(1), { timeout: 2_000 })
    room.events(4, 'd')
    window.dispatchEvent(new Event('pagehide'))
    expect(put.mock.lastCall?.[1]).toMatchObject({ offset: 4, state: ['a', 'b', 'c', 'd'] })
  })

  it('keeps showing the old state after a gap, until the snapshot replaces it', async () => {
    const room = new FakeRoom()
    const stream = await open(room)
    room.snapshot(3, ['a'])
    room.listener.gap?.({ why: 'epoch', epoch: 'f', top: 9 })
    expect([stream.state.value, stream.isLive.value]).toEqual([['a'], false])
    expect(stream.sinceMs.value).not.toBeNull()
    room.snapshot(9, ['z'])
    expect([stream.state.value, stream.isLive.value, stream.sinceMs.value]).toEqual([['z'], true, null])
  })

  it('takes a snapshot when an event cannot be folded', async () => {
    const error = vi.spyOn(console, 'error').mockReturnValue()
    const room = new FakeRoom()
    const stream = await open(room)
    room.snapshot(3, ['a'])
    room.events(4, 'b', 'bad')
    expect(stream.state.value).toEqual(['a'])
    expect(room.asked).toEqual([null, null])
    expect(error).toHaveBeenCalledTimes(1)
  })

  it('says why the server does not give it, and since when it is not live', async () => {
    const room = new FakeRoom()
    const stream = await open(room)
    room.snapshot(3, ['a'])
    room.listener.disconnected?.()
    expect(stream.sinceMs.value).not.toBeNull()
    room.listener.refused?.({ code: 'forbidden_room', reason: 'No.', details: {} })
    expect(stream.refused.value?.code).toBe('forbidden_room')
    room.snapshot(4, [])
    expect(stream.refused.value).toBeNull()
  })

  it('passes on what is seen and said', async () => {
    const room = new FakeRoom()
    const stream = await open(room)
    stream.seen()
    room.snapshot(3, [])
    const heard: unknown[] = []
    stream.onSaid((...said) => heard.push(said))
    room.listener.said?.('ab', 'here', { name: 'Ben' })
    stream.seen()
    stream.seen(2)
    stream.say('wait', {})
    expect(heard).toEqual([['ab', 'here', { name: 'Ben' }]])
    expect(room.seen.mock.calls).toEqual([[3], [2]])
    expect(room.say.mock.calls).toEqual([['wait', {}]])
  })
})
