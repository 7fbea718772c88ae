// Proof of delivery. The server is told `seen` only for what was really on a screen that somebody can see: the
// cards are drawn, two frames have been painted since, the page is visible and nothing covers it.

import { effect, type ReadonlySignal } from '@preact/signals'
import type { Kitchen } from './kitchen'

/** Tells what is painted from now on. isCovered: something hides the tickets, such as the start screen. */
export function proveDelivery(kitchen: Kitchen, isCovered: ReadonlySignal<boolean>): () => void {
  const isVisible = (): boolean => document.visibilityState === 'visible'
  const tell = (): void => {
    if (isCovered.peek() || !isVisible()) return
    // What is folded by now is what the next frame draws; what comes after it has its own turn.
    const told = kitchen.rooms.open.map((room) => ({ room, offset: room.offset }))
    afterPaint(() => {
      if (isCovered.peek() || !isVisible()) return
      for (const { room, offset } of told) room.stream.seen(offset ?? undefined)
    })
  }
  const stop = effect(() => {
    // Drawn anew, back on line, or uncovered: each is a reason to say so.
    kitchen.drawn.value
    kitchen.rooms.states.value
    if (kitchen.rooms.isLive.value && !isCovered.value) tell()
  })
  document.addEventListener('visibilitychange', tell)
  return () => {
    stop()
    document.removeEventListener('visibilitychange', tell)
  }
}

/** Calls back once two frames were painted. */
export function afterPaint(call: () => void): void {
  requestAnimationFrame(() => requestAnimationFrame(call))
}
