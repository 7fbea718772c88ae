// How long a ticket waits: a shape, big digits and the colour of its band; never the colour alone.
// It reads the clock itself, so that a passing second renders these few elements and no ticket.

import { useComputed } from '@preact/signals'
import { seconds } from '../core/clock'
import { type Age as AgeName, ageOf, minutesOf } from './aging'
import type { Card } from './cards'
import type { Kitchen } from './kitchen'
import { text } from './texts'

const SHAPES: Readonly<Record<AgeName, string>> = {
  new: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z',
  due: 'M12 2.5 22.5 21h-21z',
  late: 'M3 3h18v18H3z',
}
const WORDS = { new: 'ageNew', due: 'ageDue', late: 'ageLate' } as const

/** The age of a card, as a signal that changes only when the step changes. */
export function useAge(kitchen: Kitchen, card: Card) {
  return useComputed(() => ageOf(card.openedMs, seconds.value * 1000, kitchen.thresholds(card)))
}

/** Shape and minutes. */
export function Age({ kitchen, card }: { kitchen: Kitchen; card: Card }) {
  const age = useAge(kitchen, card).value
  const minutes = useComputed(() => minutesOf(card.openedMs, seconds.value * 1000)).value
  return (
    <span class="age" role="img" aria-label={`${text(WORDS[age])}, ${text.count('waitingMinutes', minutes)}`}>
      <AgeShape age={age} />
      <span class="age-minutes">{minutes}</span>
      <span class="age-unit">{text('minutes')}</span>
    </span>
  )
}

/** Circle, triangle or square. */
export function AgeShape({ age }: { age: AgeName }) {
  return (
    <svg class="age-shape" viewBox="0 0 24 24" aria-hidden="true">
      <path d={SHAPES[age]} />
    </svg>
  )
}
