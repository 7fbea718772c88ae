// One polite live region for the whole page. At most one message a second is said; when more come, the
// newest wins: a screen reader must not lag behind what is on the screen.

const PAUSE_MS = 1000

let region: HTMLElement | null = null
let waiting: string | null = null
let timer: ReturnType<typeof setTimeout> | null = null

/** Say something to screen readers when they next have a moment. */
export function announce(text: string): void {
  waiting = text
  if (timer === null) speak()
}

function speak(): void {
  if (waiting === null) {
    timer = null
    return
  }
  const words = waiting
  waiting = null
  // The same words twice would not be noticed as a change.
  const line = liveRegion()
  line.textContent = line.textContent === words ? `${words}\u00a0` : words
  timer = setTimeout(speak, PAUSE_MS)
}

function liveRegion(): HTMLElement {
  if (region?.isConnected) return region
  region = document.createElement('div')
  region.className = 'visually-hidden'
  region.setAttribute('role', 'status')
  region.setAttribute('aria-live', 'polite')
  document.body.append(region)
  return region
}
