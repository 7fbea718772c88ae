// Tap, double tap and long press, heard once for a whole area instead of on each of its hundreds of elements.
// The keyboard gets the tap by itself, because it is the element's click.

const LONG_MS = 550
const TWICE_MS = 380
const SLACK_PX = 12

export interface Presses {
  /** The element that a press is about; null: none of ours. */
  find(target: Element): HTMLElement | null
  tap(element: HTMLElement): void
  twice(element: HTMLElement): void
  long(element: HTMLElement): void
}

/** Hears presses in an area until the answer is called. A press that became long is no tap. */
export function listenToPresses(area: HTMLElement, presses: Presses): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null
  let from: { readonly x: number; readonly y: number } | null = null
  let wasLong = false
  let last: { readonly element: HTMLElement; readonly atMs: number } | null = null

  const found = (event: Event): HTMLElement | null =>
    event.target instanceof Element ? presses.find(event.target) : null
  const stop = (): void => {
    if (timer !== null) clearTimeout(timer)
    timer = null
  }
  const long = (element: HTMLElement): void => {
    stop()
    if (wasLong) return
    wasLong = true
    presses.long(element)
  }
  const down = (event: PointerEvent): void => {
    const element = found(event)
    stop()
    wasLong = false
    from = { x: event.clientX, y: event.clientY }
    if (element !== null && event.button === 0) timer = setTimeout(() => long(element), LONG_MS)
  }
  const move = (event: PointerEvent): void => {
    if (from !== null && Math.hypot(event.clientX - from.x, event.clientY - from.y) > SLACK_PX) stop()
  }
  const menu = (event: Event): void => {
    const element = found(event)
    if (element === null) return
    event.preventDefault()
    long(element)
  }
  const click = (event: MouseEvent): void => {
    stop()
    const element = found(event)
    if (element === null) return
    if (wasLong) {
      wasLong = false
      return
    }
    const isTwice = last !== null && last.element === element && event.timeStamp - last.atMs < TWICE_MS
    last = isTwice ? null : { element, atMs: event.timeStamp }
    // The second tap of a pair is never a tap of its own: a dish tapped twice would be done and not done.
    if (isTwice) presses.twice(element)
    else presses.tap(element)
  }
  area.addEventListener('pointerdown', down)
  area.addEventListener('pointermove', move, { passive: true })
  area.addEventListener('pointerup', stop)
  area.addEventListener('pointercancel', stop)
  area.addEventListener('contextmenu', menu)
  area.addEventListener('click', click)
  return () => {
    stop()
    area.removeEventListener('pointerdown', down)
    area.removeEventListener('pointermove', move)
    area.removeEventListener('pointerup', stop)
    area.removeEventListener('pointercancel', stop)
    area.removeEventListener('contextmenu', menu)
    area.removeEventListener('click', click)
  }
}
