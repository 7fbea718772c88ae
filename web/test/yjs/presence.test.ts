import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from 'y-protocols/awareness'
import * as Y from 'yjs'
import {
  COLORS,
  colorOf,
  focusField,
  follow,
  followersOf,
  hidePlace,
  initialsOf,
  introduce,
  isPlaceHidden,
  people,
  showCursor,
  touch,
  visitorsOf,
} from '../../src/core/yjs/presence'

let mine: Awareness
let his: Awareness

beforeEach(() => {
  vi.useFakeTimers()
  mine = awareness(1)
  his = awareness(2)
})

afterEach(() => {
  mine.destroy()
  his.destroy()
  vi.useRealTimers()
})

function awareness(clientId: number): Awareness {
  const doc = new Y.Doc()
  doc.clientID = clientId
  return new Awareness(doc)
}

/** What the server passes on, with its stamp. */
function arrive(): void {
  vi.advanceTimersByTime(200)
  applyAwarenessUpdate(mine, encodeAwarenessUpdate(his, [his.clientID]), 'remote')
}

test('every ink has enough contrast on its colour', () => {
  for (const [color, ink] of COLORS) {
    const [one = 0, other = 0] = [luminance(color), luminance(ink)].sort((a, b) => b - a)
    expect((one + 0.05) / (other + 0.05), `${ink} on ${color}`).toBeGreaterThanOrEqual(4.5)
  }
  expect(new Set(COLORS.map(([color]) => color)).size).toBe(10)
})

test('everybody is listed, me first, with where they are', () => {
  introduce(mine, { user: 'ana', name: 'Ana Meyer', role: 'manager' })
  introduce(his, { user: 'bo', name: 'Bo' })
  focusField(his, { container: 'items', id: 'soup', field: 'name', locale: 'de' })
  arrive()
  const found = people(mine).value
  expect(found).toMatchObject([
    { name: 'Ana Meyer', initials: 'AM', role: 'manager', isMe: true, field: null },
    { name: 'Bo', initials: 'B', isMe: false, field: { container: 'items', id: 'soup', field: 'name', locale: 'de' } },
  ])
  expect(visitorsOf(found, { container: 'items', id: 'soup', field: 'name', locale: 'de' })).toHaveLength(1)
  expect(visitorsOf(found, { container: 'items', id: 'soup', field: 'name', locale: 'en' })).toHaveLength(0)
})

test('two windows of one person are one person; two of developers are two', () => {
  introduce(mine, { user: 'ana', name: 'Ana' })
  introduce(his, { user: 'ana', name: 'Ana' })
  arrive()
  expect(people(mine).value).toHaveLength(1)
  introduce(mine, { user: 'developer', name: 'Basil' })
  introduce(his, { user: 'developer', name: 'Sage' })
  vi.advanceTimersByTime(200)
  arrive()
  expect(people(mine).value.map(({ name }) => name)).toEqual(['Basil', 'Sage'])
})

test('whoever does nothing for a minute is idle, until the next touch', () => {
  introduce(mine, { user: 'ana', name: 'Ana' })
  introduce(his, { user: 'bo', name: 'Bo' })
  vi.advanceTimersByTime(61_000)
  touch(mine)
  arrive()
  expect(people(mine).value.map(({ isIdle }) => isIdle)).toEqual([false, true])
  touch(his)
  arrive()
  expect(people(mine).value.map(({ isIdle }) => isIdle)).toEqual([false, false])
})

test('as long as there are colours nobody shares one, and all screens agree', () => {
  introduce(mine, { user: 'user-0', name: 'User' })
  vi.advanceTimersByTime(200)
  for (let at = 1; at < 10; at++)
    mine.states.set(100 - at, { user: { id: `user-${at}`, name: 'x' }, since: Date.now() + at })
  for (const [clientId, state] of mine.states) his.states.set(clientId, state)
  his.states.delete(2)
  for (const one of [mine, his]) one.emit('change', [{ added: [], updated: [], removed: [] }, 'remote'])
  const colors = (of: Awareness): ReadonlyMap<string, string> =>
    new Map(people(of).value.map((one) => [one.user, one.color]))
  expect(new Set(colors(mine).values()).size).toBe(10)
  expect([...colors(his)].sort()).toEqual([...colors(mine)].sort())
})

test('following shows on the other side and ends', () => {
  introduce(mine, { user: 'ana', name: 'Ana' })
  introduce(his, { user: 'bo', name: 'Bo' })
  follow(his, 1)
  arrive()
  expect(followersOf(people(mine).value, 1)).toMatchObject([{ name: 'Bo' }])
  follow(his, null)
  arrive()
  expect(followersOf(people(mine).value, 1)).toEqual([])
})

test('a hundred changes in a second are at most eleven messages, and the last one is among them', () => {
  introduce(mine, { user: 'ana', name: 'Ana' })
  vi.advanceTimersByTime(1000)
  let sent = 0
  mine.on('update', () => sent++)
  for (let at = 0; at < 100; at++) {
    focusField(mine, { container: 'items', id: `item-${at}`, field: 'name' })
    vi.advanceTimersByTime(10)
  }
  expect(sent).toBeLessThanOrEqual(11)
  vi.advanceTimersByTime(200)
  expect(mine.getLocalState()).toMatchObject({ focus: { id: 'item-99' } })
})

test('who hides where they are is still here, and shows again where they are by then', () => {
  introduce(mine, { user: 'ana', name: 'Ana' })
  focusField(mine, { container: 'items', id: 'soup', field: 'name' })
  showCursor(mine, 'items/soup/name', { path: 'items/soup/name', anchor: 1, head: 1, typing: false })
  vi.advanceTimersByTime(200)
  hidePlace(mine, true)
  vi.advanceTimersByTime(200)
  expect(isPlaceHidden(mine).value).toBe(true)
  expect(mine.getLocalState()).toMatchObject({ user: { name: 'Ana' }, focus: null, cursor: null })
  focusField(mine, { container: 'items', id: 'salad', field: 'name' })
  showCursor(mine, 'items/soup/name', null)
  vi.advanceTimersByTime(200)
  expect(mine.getLocalState()).toMatchObject({ focus: null, cursor: null })
  hidePlace(mine, false)
  vi.advanceTimersByTime(200)
  expect(mine.getLocalState()).toMatchObject({ focus: { id: 'salad' }, cursor: null })
})

test('states of any form are survived', () => {
  for (const [at, state] of [
    {},
    { user: 1 },
    { user: {} },
    { user: { id: 'x' }, focus: 'y', following: 'z' },
  ].entries()) {
    mine.states.set(10 + at, state)
  }
  mine.emit('change', [{ added: [10], updated: [], removed: [] }, 'remote'])
  expect(people(mine).value.map(({ name }) => name)).toEqual(['?', 'x'])
})

test('initials are of the first and the last word', () => {
  expect(['Ana', 'Ana Maria Meyer', '  ', '😀 x'].map(initialsOf)).toEqual(['A', 'AM', '?', '😀X'])
  expect(colorOf('ana')).toEqual(colorOf('ana'))
})

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
