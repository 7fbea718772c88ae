import { effect } from '@preact/signals'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { mapSignal, textSignal } from '../../src/core/yjs/signals'

test('a key and a text are followed while somebody watches, and read anew later', () => {
  const doc = new Y.Doc()
  const [map, text] = [doc.getMap('m'), doc.getText('t')]
  const [value, letters] = [mapSignal(map, 'a'), textSignal(text)]
  const seen: unknown[] = []
  const stop = effect(() => void seen.push([value.value, letters.value]))
  map.set('a', 1)
  map.set('b', 2)
  text.insert(0, 'x')
  stop()
  map.set('a', 3)
  expect(seen).toEqual([
    [undefined, ''],
    [1, ''],
    [1, 'x'],
  ])
  const stopAgain = effect(() => void seen.push(value.value))
  expect(seen.at(-1)).toBe(3)
  stopAgain()
})
