import { type Signal, signal } from '@preact/signals'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Channel, type Command, type CommandResult, Disconnected, type RoomListener } from '../../src/core/channel'
import type { Link } from '../../src/core/link'
import { Locks, pathOf } from '../../src/core/yjs/locks'

let listener: RoomListener
let sent: Command[]
let answer: (command: Command) => CommandResult
let isConnected: Signal<boolean>
let standing: object[]
let locks: Locks
const FIELD = 'items/soup/price'

beforeEach(() => {
  vi.useFakeTimers()
  sent = []
  standing = []
  isConnected = signal(true)
  answer = () => ({ result: 'ok', current: { field: FIELD, user: 'ana', name: 'Ana', token: 7, seconds_left: 30 } })
  const channel: Channel = {
    subscribe: (_, heard) => {
      listener = heard
      return {
        cursor: null,
        isSubscribed: true,
        seen() {},
        sendSync() {},
        mark() {},
        say() {},
        restart() {},
        leave() {},
      }
    },
    command: async (command) => {
      if (!isConnected.value) throw new Disconnected()
      sent.push(command)
      return answer(command)
    },
    onNotice: () => () => {},
  }
  const session = { api: async () => ({ strict: true, locks: standing }) }
  // As the editor does it: developers, who all have one id, are named by where they stand.
  const nameOf = (lock: { user: string; name: string }): string => (lock.user === 'developer' ? 'Basil' : lock.name)
  locks = new Locks({ channel, session } as unknown as Link, 'm', nameOf)
  listener.subscribed?.({ room: 'menu:m:events', epoch: 1, top: 0, recovered: false })
})

afterEach(() => {
  locks.close()
  vi.useRealTimers()
})

const event = (type: string, body: object): void =>
  listener.events?.([{ offset: 1, type, seq: 1, actor: 'bo', atMs: Date.now(), body }])
const secondsLeft = (): number => Math.round(((locks.held.value.get(FIELD)?.untilMs ?? 0) - Date.now()) / 1000)
const bos = { field: FIELD, user: 'bo', name: 'Bo', session: 's', token: 5 }

test('a field that I take is mine, and is renewed while I am in it', async () => {
  expect(await locks.take('soup', 'price')).toEqual({ kind: 'held' })
  expect(locks.held.value.get(FIELD)).toMatchObject({ name: 'Ana', isMine: true })
  for (let round = 0; round < 6; round++) {
    locks.keep('soup', 'price')
    await vi.advanceTimersByTimeAsync(10_000)
  }
  expect(sent.map(({ type }) => type)).toEqual(['lock.take', ...Array(6).fill('lock.renew')])
  expect(sent.at(-1)?.body).toEqual({ field: FIELD, token: 7 })
  expect(locks.held.value.get(FIELD)?.isMine).toBe(true)
})

test('a field that nobody touches for a while is given back', async () => {
  await locks.take('soup', 'price')
  await vi.advanceTimersByTimeAsync(31_000)
  expect(sent.at(-1)?.type).toBe('lock.release')
  expect(locks.held.value.size).toBe(0)
})

test('a field that somebody holds says who, and its end is heard', async () => {
  answer = () => ({ result: 'rejected', code: 'lock_held', current: { ...bos, seconds_left: 12 } })
  expect(await locks.take('soup', 'price')).toMatchObject({ kind: 'taken', by: { name: 'Bo', isMine: false } })
  event('lock.released', bos)
  expect(locks.held.value.size).toBe(0)
})

test('a field that I only stand in is not renewed: others see its lease run out', async () => {
  await locks.take('soup', 'price')
  await vi.advanceTimersByTimeAsync(20_000)
  expect(sent.map(({ type }) => type)).toEqual(['lock.take'])
})

test('how long a lock of somebody else still runs is asked: renewals are not told', async () => {
  event('lock.taken', { ...bos, seconds: 30 })
  await vi.advanceTimersByTimeAsync(9_000)
  expect(secondsLeft()).toBe(21)
  standing = [{ ...bos, seconds_left: 28 }]
  await vi.advanceTimersByTimeAsync(1_000)
  expect(secondsLeft()).toBe(28)
  standing = [{ ...bos, seconds_left: 18 }]
  await vi.advanceTimersByTimeAsync(10_000)
  expect(secondsLeft()).toBe(18)
  event('lock.expired', bos)
  expect(locks.held.value.size).toBe(0)
})

test('a lock that nobody renewed is over when its time is, also when the end was not heard', async () => {
  event('lock.taken', { ...bos, seconds: 30 })
  await vi.advanceTimersByTimeAsync(31_000)
  expect(locks.held.value.size).toBe(0)
})

test('what is told late about an older lock changes nothing', () => {
  event('lock.taken', { ...bos, token: 9 })
  event('lock.expired', bos)
  event('lock.taken', { ...bos, name: 'Old', token: 4 })
  expect(locks.held.value.get(FIELD)).toMatchObject({ name: 'Bo' })
})

test('newcomers are told who holds what, and whether locks are strict', async () => {
  listener.snapshot?.(3, { conflicts: [], locks: [bos] })
  await vi.advanceTimersByTimeAsync(0)
  expect([...locks.held.value.keys()]).toEqual([FIELD])
  expect(locks.isStrict.value).toBe(true)
  event('lock.strict', { on: false })
  expect(locks.isStrict.value).toBe(false)
})

test('whoever holds a field hears who asks for it', async () => {
  const asked = vi.fn()
  locks.onAsked(asked)
  await locks.take('soup', 'price')
  event('lock.asked', { ...bos, token: 7, by: 'cy', by_name: 'Cy' })
  event('lock.asked', { ...bos, token: 5, by: 'cy', by_name: 'Cy' })
  event('lock.asked', { ...bos, token: 7, by: 'developer', by_name: 'developer' })
  expect(asked.mock.calls).toEqual([
    [{ field: FIELD, user: 'cy', name: 'Cy' }],
    [{ field: FIELD, user: 'developer', name: 'Basil' }],
  ])
})

test('a renewal that comes too late, and a broken lock, end it here', async () => {
  await locks.take('soup', 'price')
  locks.keep('soup', 'price')
  answer = () => ({ result: 'rejected', code: 'lock_over' })
  await vi.advanceTimersByTimeAsync(10_000)
  expect(locks.held.value.size).toBe(0)
})

test('without a connection nobody knows', async () => {
  event('lock.taken', bos)
  isConnected.value = false
  listener.disconnected?.()
  expect(locks.isKnown.value).toBe(false)
  expect(locks.held.value.size).toBe(0)
  expect(await locks.take('soup', 'price')).toEqual({ kind: 'unknown' })
  expect(await locks.ask('soup', 'price')).toBe(false)
})

test('fields are named as the server does', () => {
  expect(pathOf('soup', 'price')).toBe('items/soup/price')
  expect(pathOf('sections/s1', 'name:de')).toBe('sections/s1/name:de')
  expect(pathOf('items/a/b', 'allergen:50%')).toBe('items/a%2Fb/allergen:50%25')
})
