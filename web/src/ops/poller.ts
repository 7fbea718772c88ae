// Asks the server once a second, while somebody can see it.
// Rule 1: one round at a time; a slow answer makes the next one later, never a queue.
// Rule 2: a hidden or paused page asks nothing; shown again it asks at once.
// Rule 3: after a failure the rounds get rarer, up to one in ten seconds.

export interface Poller {
  /** Ask now, also while paused: after an action. */
  now(): void
  pause(isPaused: boolean): void
  stop(): void
}

export interface PollerOptions {
  /** One round. It throws when the server did not answer. */
  round: () => Promise<void>
  intervalMs?: number
  isVisible?: () => boolean
}

const LONGEST_MS = 10_000

/** Starts with a first round. */
export function startPoller({ round, intervalMs = 1000, isVisible = isPageVisible }: PollerOptions): Poller {
  let timer: ReturnType<typeof setTimeout> | null = null
  let isRunning = false
  let isPaused = false
  let isStopped = false
  let isWanted = false // somebody asked while a round was under way
  let failures = 0

  const plan = (delayMs: number): void => {
    if (timer !== null) clearTimeout(timer)
    timer = isStopped || isPaused || !isVisible() ? null : setTimeout(run, delayMs)
  }
  const run = async (): Promise<void> => {
    if (isStopped) return
    if (isRunning) {
      isWanted = true
      return
    }
    isRunning = true
    const began = Date.now()
    try {
      await round()
      failures = 0
    } catch {
      failures += 1
    }
    isRunning = false
    const waitMs = Math.min(intervalMs * 2 ** failures, LONGEST_MS)
    const isAgain = isWanted
    isWanted = false
    if (isAgain) void run()
    else plan(failures === 0 ? Math.max(0, intervalMs - (Date.now() - began)) : waitMs)
  }
  const shown = (): void => {
    if (isVisible() && !isPaused && timer === null && !isRunning) void run()
  }
  document.addEventListener('visibilitychange', shown)
  void run()
  return {
    now: () => void run(),
    pause(wanted) {
      isPaused = wanted
      if (wanted) plan(0)
      else shown()
    },
    stop() {
      isStopped = true
      plan(0)
      document.removeEventListener('visibilitychange', shown)
    },
  }
}

function isPageVisible(): boolean {
  return document.visibilityState !== 'hidden'
}
