import { signal } from '@preact/signals'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { language } from '../../src/core/i18n'
import { type NamedUser, Names } from '../../src/core/names'
import type { Me } from '../../src/core/session'

const ANA = { user: 'ana', name: 'Ana', isDeveloper: false } as Me
let awareness: Awareness
let names: Names
let list: ReturnType<typeof vi.fn<() => Promise<readonly NamedUser[]>>>

function open(me: Partial<Me> = ANA): void {
  awareness = new Awareness(new Y.Doc())
  list = vi.fn(() => Promise.resolve([{ user: 'p-1', name: 'Ben' }]))
  names = new Names(awareness, signal(me as Me), list)
}

/** Somebody else is here, with this client id. */
function comes(client: number, id: string, name: string): void {
  awareness.states.set(client, { user: { id, name } })
  awareness.emit('change', [{ added: [client], updated: [], removed: [] }, 'test'])
}

const answered = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

beforeEach(() => open())

afterEach(() => {
  names.stop()
  awareness.destroy()
  language.value = 'en'
  vi.useRealTimers()
})

test('those who are here are named by what they are called here, also after they left', () => {
  comes(7, 'p-2', 'Cleo')
  awareness.states.delete(7)
  expect(names.of('p-2', '')).toBe('Cleo')
  expect(names.of('', '7')).toBe('Cleo')
  expect(names.of('ana', '')).toBe('Ana')
  expect(list).not.toHaveBeenCalled()
})

test('others are asked for once, and named when the list is there', async () => {
  expect(names.of('p-1', '')).toBe('somebody')
  expect(names.of('p-9', '')).toBe('somebody')
  await answered()
  expect(names.of('p-1', '')).toBe('Ben')
  expect(names.of('p-9', '')).toBe('somebody who left')
  expect(list).toHaveBeenCalledTimes(1)
})

test('who is on no list has left, in every language', async () => {
  names.of('p-9', '')
  await answered()
  const said = (['de', 'es', 'fr'] as const).map((one) => {
    language.value = one
    return names.of('p-9', '')
  })
  expect(said).toEqual(['jemand von früher', 'alguien que ya no está', 'quelqu’un qui n’est plus là'])
})

test('without an answer nobody has left, and it is asked again later', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  list.mockRejectedValueOnce(new Error('offline'))
  names.of('p-1', '')
  await answered()
  expect(names.of('p-1', '')).toBe('somebody')
  expect(list).toHaveBeenCalledTimes(1)
  vi.setSystemTime(Date.now() + 31_000)
  names.of('p-1', '')
  await answered()
  expect(names.of('p-1', '')).toBe('Ben')
})

test('the server is called so, and nobody at all is nobody', () => {
  expect([names.of('server', ''), names.of('import', ''), names.of('', '3')]).toEqual(['the server', 'the server', ''])
})

test('names that only say the id are no names', async () => {
  comes(7, 'developer', 'developer')
  comes(8, 'erased-4', 'erased-4')
  expect(names.of('developer', '7')).toBe('somebody')
  await answered()
  expect(names.of('erased-4', '8')).toBe('somebody who left')
})

test('developers sign with the name they chose', async () => {
  open({ user: 'developer', name: 'Basil', isDeveloper: true })
  expect([names.of('Olive', ''), names.of('developer', '')]).toEqual(['Olive', 'Basil'])
  await answered()
  expect(names.of('Olive', '')).toBe('Olive')
})
