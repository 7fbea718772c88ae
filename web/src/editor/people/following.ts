// Going where somebody else is: once by their avatar, or along with them until I touch anything.
// Who is followed sees it.

import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { Awareness } from 'y-protocols/awareness'
import { type FocusedField, follow, type Person } from '../../core/yjs/presence'

const OWN_INPUT = ['keydown', 'pointerdown', 'wheel', 'touchmove'] as const

export class Following {
  /** Whom I follow. */
  readonly whom: ReadonlySignal<Person | null>
  /** Who follows me. */
  readonly followers: ReadonlySignal<readonly Person[]>
  private readonly client: Signal<number | null> = signal(null)
  private readonly stops: Array<() => void> = []

  constructor(
    private readonly awareness: Awareness,
    everybody: ReadonlySignal<readonly Person[]>,
  ) {
    this.whom = computed(() => everybody.value.find((one) => one.clientId === this.client.value && !one.isMe) ?? null)
    this.followers = computed(() => {
      const mine = awareness.clientID
      return everybody.value.filter((one) => !one.isMe && one.following === mine)
    })
    this.stops.push(effect(() => this.along()))
    const end = (event: Event): void => this.endAt(event)
    for (const type of OWN_INPUT) addEventListener(type, end, { capture: true, passive: true })
    this.stops.push(() => {
      for (const type of OWN_INPUT) removeEventListener(type, end, { capture: true })
    })
  }

  /** Follow somebody, or stop it when it is them already. */
  toggle(person: Person): void {
    const next = this.client.peek() === person.clientId ? null : person.clientId
    this.client.value = next
    follow(this.awareness, next)
  }

  stop(): void {
    if (this.client.peek() === null) return
    this.client.value = null
    follow(this.awareness, null)
  }

  dispose(): void {
    this.stop()
    for (const stop of this.stops) stop()
  }

  private along(): void {
    const field = this.whom.value?.field ?? null
    if (field !== null) requestAnimationFrame(() => scrollToField(field))
  }

  private endAt(event: Event): void {
    const inControls = event.target instanceof Element && event.target.closest('[data-follow]') !== null
    if (!inControls) this.stop()
  }
}

/** Bring a field into view; false when it is not on the page. */
export function scrollToField({ container, id }: Pick<FocusedField, 'container' | 'id'>): boolean {
  return scrollToThing(container, id)
}

/** Bring an item or a section into view and mark it for a moment. */
export function scrollToThing(container: string, id: string): boolean {
  return show(container, id, container === 'items' ? 'center' : 'start')
}

/** Mark an item or a section for a moment; the page moves only when it is out of sight. */
export function pointAt(container: string, id: string): boolean {
  return show(container, id, 'nearest')
}

function show(container: string, id: string, block: ScrollLogicalPosition): boolean {
  const found = document.getElementById(anchorOf(container, id))
  if (found === null) return false
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches
  found.scrollIntoView({ block, behavior: isCalm ? 'auto' : 'smooth' })
  found.classList.remove('is-pointed-at')
  requestAnimationFrame(() => found.classList.add('is-pointed-at'))
  setTimeout(() => found.classList.remove('is-pointed-at'), 1600)
  return true
}

/** The element id of an item or a section. */
export function anchorOf(container: string, id: string): string {
  return `${container === 'items' ? 'item' : 'section'}-${id}`
}
