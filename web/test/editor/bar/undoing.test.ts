import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { touchedBy } from '../../../src/editor/bar/undoing'

function doc(): Y.Doc {
  const made = new Y.Doc()
  const soup = new Y.Map<unknown>()
  made.getMap('items').set('soup', soup)
  soup.set('name', new Y.Text('Soup'))
  return made
}

test('what an undo wrote to is known, so that it can be shown', () => {
  const menu = doc()
  const soup = menu.getMap('items').get('soup') as Y.Map<unknown>
  expect(touchedBy(menu, () => soup.set('price', 1))).toEqual({ root: 'items', id: 'soup' })
  expect(touchedBy(menu, () => (soup.get('name') as Y.Text).insert(0, 'Hot '))).toEqual({ root: 'items', id: 'soup' })
})

test('work on nothing of the board touches nothing, and what comes later is not watched', () => {
  const menu = doc()
  expect(touchedBy(menu, () => menu.getMap('meta').set('currency', 'EUR'))).toBe(null)
  const thing = touchedBy(menu, () => undefined)
  ;(menu.getMap('items').get('soup') as Y.Map<unknown>).set('price', 2)
  expect(thing).toBe(null)
})
