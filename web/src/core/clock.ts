// The server's clock as seen from this device. Ages of orders and ends of locks are the server's;
// a tablet whose clock is wrong shows them right all the same.
// The offset is the median of those measurements that travelled fastest, and is kept for offline starts.

import { type ReadonlySignal, type Signal, signal } from '@preact/signals'

const STORED = 'mirepoix.clock'
const KEPT_SAMPLES = 16
const BEST_SAMPLES = 5
const TICK_MS = 1000

interface Sample {
  readonly rttMs: number
  readonly offsetMs: number
}

let samples: Sample[] = []
let ticking: ReturnType<typeof setInterval> | undefined

/** What has to be added to the device's clock to get the server's. */
export const offsetMs: Signal<number> = signal(storedOffset())

const ticks = signal(Math.floor(Date.now() / TICK_MS), {
  watched() {
    this.value = Math.floor(serverNow() / TICK_MS)
    ticking = setInterval(() => {
      this.value = Math.floor(serverNow() / TICK_MS)
    }, TICK_MS)
  },
  unwatched() {
    clearInterval(ticking)
  },
})

/** The server's time in whole seconds since 1970; ticks while somebody reads it in an effect or a component. */
export const seconds: ReadonlySignal<number> = ticks

/** The server's time in milliseconds since 1970, as well as it is known. */
export function serverNow(): number {
  return Date.now() + offsetMs.value
}

/** Takes in one measurement: how long the answer took, and what the server's clock said in it. */
export function measured(rttMs: number, serverMs: number, deviceMs: number = Date.now()): void {
  samples = [...samples, { rttMs, offsetMs: serverMs + rttMs / 2 - deviceMs }].slice(-KEPT_SAMPLES)
  const best = [...samples].sort((a, b) => a.rttMs - b.rttMs).slice(0, BEST_SAMPLES)
  const offsets = best.map((one) => one.offsetMs).sort((a, b) => a - b)
  const median = Math.round(offsets[Math.floor(offsets.length / 2)] ?? 0) + 0 // never -0
  if (median === offsetMs.peek()) return
  offsetMs.value = median
  try {
    localStorage.setItem(STORED, String(median))
  } catch {
    // Then an offline start takes the device's clock as it is.
  }
}

/** Forgets all measurements: after the device's clock was set, and for tests. */
export function forgetMeasurements(): void {
  samples = []
}

function storedOffset(): number {
  try {
    const stored = Number(localStorage.getItem(STORED))
    return Number.isFinite(stored) ? stored : 0
  } catch {
    return 0
  }
}
