// What a screen that hangs on a wall all day needs: it stays awake, does not burn in, and loads itself anew
// at a quiet hour, so that it never runs on last month's script.

const SHIFT_EVERY_MS = 3 * 60_000
const SHIFT_PX = [0, 2, 4, 2, 0, -2, -4, -2] as const
const LOOK_EVERY_MS = 60_000
const AWAKE_AT_LEAST_MS = 2 * 60 * 60_000

/** Keep the screen on while the page is visible; browsers end the lock whenever it is not. */
export function keepAwake(): () => void {
  let lock: WakeLockSentinel | null = null
  const take = async (): Promise<void> => {
    if (document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return
    try {
      if (lock === null || lock.released) lock = await navigator.wakeLock.request('screen')
    } catch {
      // Low battery, or not a secure address: the device's own settings have to do.
    }
  }
  const again = (): void => void take()
  document.addEventListener('visibilitychange', again)
  again()
  return () => {
    document.removeEventListener('visibilitychange', again)
    void lock?.release()
  }
}

/** Move the whole picture by a few pixels every few minutes. */
export function shiftPixels(element: HTMLElement): () => void {
  let step = 0
  const move = (): void => {
    step += 1
    element.style.setProperty('--shift-x', `${SHIFT_PX[step % SHIFT_PX.length] ?? 0}px`)
    element.style.setProperty('--shift-y', `${SHIFT_PX[(step + 2) % SHIFT_PX.length] ?? 0}px`)
  }
  const timer = setInterval(move, SHIFT_EVERY_MS)
  return () => clearInterval(timer)
}

export interface Quiet {
  readonly hour: number | null
  readonly isIdle: boolean // nothing waits to be sent, no ticket is open, the server is there
  readonly runningMs: number
}

/** Whether this is the moment to load the page anew. nowHour: 0..23 of the device's clock. */
export function isTimeToReload(quiet: Quiet, nowHour: number): boolean {
  return quiet.hour === nowHour && quiet.isIdle && quiet.runningMs >= AWAKE_AT_LEAST_MS
}

/** Looks every minute; `reload` is called when it is time. */
export function reloadAtQuietHour(look: () => Quiet, reload: () => void): () => void {
  const timer = setInterval(() => {
    if (isTimeToReload(look(), new Date().getHours())) reload()
  }, LOOK_EVERY_MS)
  return () => clearInterval(timer)
}
