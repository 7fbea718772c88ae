// When to start a dish so that everything on the ticket is ready together: a bar that drains and the time left.
// It renders when its words change, not with every second.

import { useComputed } from '@preact/signals'
import { seconds } from '../core/clock'
import { leftOf, type StartBy as StartTime } from './aging'
import { text } from './texts'

const STEPS = 40

export function StartBy({ time }: { time: StartTime }) {
  const step = useComputed(() => Math.ceil(leftOf(time, seconds.value * 1000) * STEPS)).value
  const left = useComputed(() => timeLeft(time.untilMs - seconds.value * 1000)).value
  const isNow = left === null
  return (
    <span class="start-by" data-now={isNow || undefined}>
      <span class="start-by-bar" style={{ transform: `scaleX(${step / STEPS})` }} />
      <span class="start-by-words">{isNow ? text('startNow') : text('startIn', { time: left })}</span>
    </span>
  )
}

/** "3:20"; in steps of ten seconds, so that a screen full of bars stays calm. Null: it is time. */
export function timeLeft(leftMs: number): string | null {
  if (leftMs <= 0) return null
  const rounded = Math.ceil(leftMs / 10_000) * 10
  return `${Math.floor(rounded / 60)}:${String(rounded % 60).padStart(2, '0')}`
}
