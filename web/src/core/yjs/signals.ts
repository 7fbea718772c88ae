// Parts of a Yjs document as signals. They observe only while somebody watches, and are read anew
// when somebody begins to.

import { type ReadonlySignal, signal } from '@preact/signals'
import type * as Y from 'yjs'

/** The value at one key of a map; undefined when there is none. */
export function mapSignal(map: Y.Map<unknown>, key: string): ReadonlySignal<unknown> {
  return observed(
    () => map.get(key),
    (update) => {
      const listener = (event: Y.YMapEvent<unknown>): void => {
        if (event.keysChanged.has(key)) update()
      }
      map.observe(listener)
      return () => map.unobserve(listener)
    },
  )
}

/** What a text reads as. */
export function textSignal(text: Y.Text): ReadonlySignal<string> {
  return observed(
    () => text.toString(),
    (update) => {
      text.observe(update)
      return () => text.unobserve(update)
    },
  )
}

function observed<T>(read: () => T, observe: (update: () => void) => () => void): ReadonlySignal<T> {
  let stop: (() => void) | null = null
  const update = (): void => {
    found.value = read()
  }
  const found = signal<T>(read(), {
    watched() {
      stop = observe(update)
      update()
    },
    unwatched() {
      stop?.()
      stop = null
    },
  })
  return found
}
