// What the page knows of its surroundings: whether the browser believes in a network, and when
// it is worth trying again at once (network back, page shown again) or saving now (page left).

import { type ReadonlySignal, signal } from '@preact/signals'

const online = signal(typeof navigator === 'undefined' || navigator.onLine !== false)

/** What the browser says. True proves nothing; false usually means that nothing can be reached. */
export const isOnline: ReadonlySignal<boolean> = online

if (typeof window !== 'undefined') {
  window.addEventListener('online', () => {
    online.value = true
  })
  window.addEventListener('offline', () => {
    online.value = false
  })
}

/** Calls the listener whenever a connection may work again or may have died unnoticed. */
export function onWake(listener: () => void): () => void {
  const shown = (): void => {
    if (document.visibilityState === 'visible') listener()
  }
  return listenToAll([
    [window, 'online', listener],
    [window, 'pageshow', listener],
    [document, 'visibilitychange', shown],
  ])
}

/** Calls the listener when the page may be about to end: the last moment to keep something. */
export function onLeave(listener: () => void): () => void {
  const hidden = (): void => {
    if (document.visibilityState === 'hidden') listener()
  }
  return listenToAll([
    [window, 'pagehide', listener],
    [document, 'visibilitychange', hidden],
  ])
}

function listenToAll(wanted: readonly (readonly [EventTarget, string, () => void])[]): () => void {
  for (const [target, type, listener] of wanted) target.addEventListener(type, listener)
  return () => {
    for (const [target, type, listener] of wanted) target.removeEventListener(type, listener)
  }
}
