import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import * as Y from 'yjs'
import { FLASH_MS, type RemoteChange, RemoteChanges } from '../../../src/editor/people/remote-changes'
import { writeRegister } from '../../../src/menu/registers'

const open: RemoteChanges[] = []
let isWatching = true

function pair() {
  const mine = new Y.Doc()
  const theirs = new Y.Doc()
  theirs.transact(() => {
    const item = new Y.Map<unknown>()
    theirs.getMap('items').set('soup', item)
    item.set('name', new Y.Map([['de', new Y.Text('Suppe')]]))
    writeRegister(item, 'price', 100, 'ben', 1)
  })
  const sync = (from: Y.Doc, to: Y.Doc): void => Y.applyUpdate(to, Y.encodeStateAsUpdate(from, Y.encodeStateVector(to)))
  sync(theirs, mine)
  const changes = new RemoteChanges(mine, {
    isWatching: () => isWatching,
    authorOf: (client, user) => ({ user: user ?? `client ${client}`, name: user ?? 'somebody', color: '#123456' }),
  })
  open.push(changes)
  const told: RemoteChange[] = []
  changes.onChange((change) => told.push(change))
  const item = (doc: Y.Doc): Y.Map<unknown> => doc.getMap<Y.Map<unknown>>('items').get('soup') as Y.Map<unknown>
  return { mine, theirs, sync, changes, told, item }
}

beforeEach(() => {
  vi.useFakeTimers()
  isWatching = true
})
afterEach(() => {
  for (const one of open.splice(0)) one.dispose()
  vi.useRealTimers()
})

describe('what others change', () => {
  test('is told once with the field and the writer, though a register loses other keys with it', () => {
    const { mine, theirs, sync, told, item } = pair()
    writeRegister(item(theirs), 'price', 200, 'ana', 2)
    sync(theirs, mine)
    expect(told.map(({ root, id, field, author }) => [root, id, field, author.user])).toEqual([
      ['items', 'soup', 'price', 'ana'],
    ])
  })

  test('in a text is told by the client that wrote it', () => {
    const { mine, theirs, sync, told, item } = pair()
    const names = item(theirs).get('name') as Y.Map<Y.Text>
    names.get('de')?.insert(0, 'Heiße ')
    sync(theirs, mine)
    expect(told.map(({ field, author }) => [field, author.user])).toEqual([['name/de', `client ${theirs.clientID}`]])
  })

  test('shows for a moment', () => {
    const { mine, theirs, sync, changes, item } = pair()
    const latest = changes.latest('items', 'soup')
    writeRegister(item(theirs), 'price', 200, 'ana', 2)
    sync(theirs, mine)
    expect(latest.value?.field).toBe('price')
    vi.advanceTimersByTime(FLASH_MS)
    expect(latest.value).toBeNull()
  })

  test('a second change keeps it for its own moment', () => {
    const { mine, theirs, sync, changes, item } = pair()
    const latest = changes.latest('items', 'soup')
    writeRegister(item(theirs), 'price', 200, 'ana', 2)
    sync(theirs, mine)
    vi.advanceTimersByTime(FLASH_MS - 1)
    writeRegister(item(theirs), 'hidden', true, 'ana', 3)
    sync(theirs, mine)
    vi.advanceTimersByTime(1)
    expect(latest.value?.field).toBe('hidden')
  })

  test('is no news while the document catches up, and my own edits never are', () => {
    const { mine, theirs, sync, told, item } = pair()
    writeRegister(item(mine), 'price', 300, 'me', 2)
    isWatching = false
    writeRegister(item(theirs), 'price', 200, 'ana', 2)
    sync(theirs, mine)
    expect(told).toEqual([])
  })

  test('a new thing is told as a whole', () => {
    const { mine, theirs, sync, told } = pair()
    theirs.getMap('items').set('tea', new Y.Map())
    sync(theirs, mine)
    expect(told.map(({ id, field }) => [id, field])).toEqual([['tea', '']])
  })
})
