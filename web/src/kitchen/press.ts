// Tap, double tap and long press on one element, for fingers and mice. The keyboard gets the tap by itself,
// because it is the element's click.

import { useEffect, useRef } from 'preact/hooks'

const LONG_MS = 550
const TWICE_MS = 380
const SLACK_PX = 12

export interface Press {
  onTap(): void
  onTwice?: (() => void) | undefined
  onLong?: (() => void) | undefined
}

/** Handlers to spread onto an element. A press that became long is no tap. */
export function usePress(press: Press) {
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  const from = useRef<{ x: number; y: number } | null>(null)
  const wasLong = useRef(false)
  const lastTapMs = useRef(Number.NEGATIVE_INFINITY)
  const stop = (): void => {
    if (timer.current !== null) clearTimeout(timer.current)
    timer.current = null
  }
  useEffect(() => stop, [])
  const long = (): void => {
    stop()
    if (wasLong.current) return
    wasLong.current = true
    press.onLong?.()
  }
  return {
    onPointerDown(event: PointerEvent): void {
      wasLong.current = false
      from.current = { x: event.clientX, y: event.clientY }
      stop()
      if (press.onLong !== undefined && event.button === 0) timer.current = setTimeout(long, LONG_MS)
    },
    onPointerMove(event: PointerEvent): void {
      const start = from.current
      if (start !== null && Math.hypot(event.clientX - start.x, event.clientY - start.y) > SLACK_PX) stop()
    },
    onPointerUp: stop,
    onPointerCancel: stop,
    onContextMenu(event: Event): void {
      if (press.onLong === undefined) return
      event.preventDefault()
      long()
    },
    onClick(event: MouseEvent): void {
      stop()
      if (wasLong.current) {
        wasLong.current = false
        return
      }
      const isTwice = event.timeStamp - lastTapMs.current < TWICE_MS
      lastTapMs.current = isTwice ? Number.NEGATIVE_INFINITY : event.timeStamp
      // The second tap of a pair is never a tap of its own: a dish tapped twice would be done and not done.
      if (isTwice) press.onTwice?.()
      else press.onTap()
    },
  }
}
