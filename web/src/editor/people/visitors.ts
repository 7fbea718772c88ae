// Who else is in which field. One signal for each field, changed only when its people change: carets
// move ten times a second, and hundreds of fields must not look up from their work each time.

import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { FocusedField, Person } from '../../core/yjs/presence'

const NOBODY: readonly Person[] = []

export class Visitors {
  private readonly fields = new Map<string, Signal<readonly Person[]>>()
  private occupied: ReadonlyMap<string, readonly Person[]> = new Map()
  private readonly stop: () => void

  constructor(everybody: ReadonlySignal<readonly Person[]>) {
    this.stop = effect(() => this.update(byField(everybody.value)))
  }

  /** The others in a field: `items/soup/name/de`. */
  at(path: string): ReadonlySignal<readonly Person[]> {
    const known = this.fields.get(path)
    if (known !== undefined) return known
    const made = signal(this.occupied.get(path) ?? NOBODY)
    this.fields.set(path, made)
    return made
  }

  dispose(): void {
    this.stop()
  }

  private update(next: ReadonlyMap<string, readonly Person[]>): void {
    const before = this.occupied
    this.occupied = next
    for (const path of new Set([...before.keys(), ...next.keys()])) {
      const people = next.get(path) ?? NOBODY
      const field = this.fields.get(path)
      if (field !== undefined && !looksSame(field.peek(), people)) field.value = people
    }
  }
}

/** The same people, told anew only when something about them changes that is shown: not with every caret. */
export function steady(everybody: ReadonlySignal<readonly Person[]>): ReadonlySignal<readonly Person[]> {
  let last: readonly Person[] = NOBODY
  return computed(() => {
    const now = everybody.value
    if (now.length !== last.length || now.some((one, at) => !isUnchanged(one, last[at]))) last = now
    return last
  })
}

/** The address of a field among visitors, locks and caret positions. */
export function pathOf({ container, id, field, locale }: FocusedField): string {
  return locale === undefined ? `${container}/${id}/${field}` : `${container}/${id}/${field}/${locale}`
}

function byField(everybody: readonly Person[]): ReadonlyMap<string, readonly Person[]> {
  const found = new Map<string, Person[]>()
  for (const person of everybody) {
    if (person.isMe || person.field === null) continue
    const path = pathOf(person.field)
    const known = found.get(path)
    if (known === undefined) found.set(path, [person])
    else known.push(person)
  }
  return found
}

function isUnchanged(one: Person, before: Person | undefined): boolean {
  return before !== undefined && KEYS.every((key) => one[key] === before[key]) && fieldOf(one) === fieldOf(before)
}

const KEYS = ['clientId', 'user', 'name', 'role', 'device', 'color', 'isIdle', 'isMe', 'following'] as const

function fieldOf({ field }: Person): string {
  return field === null ? '' : pathOf(field)
}

function looksSame(a: readonly Person[], b: readonly Person[]): boolean {
  const isSame = (one: Person, other: Person | undefined): boolean =>
    one.clientId === other?.clientId && one.name === other.name && one.color === other.color
  return a.length === b.length && a.every((one, at) => isSame(one, b[at]))
}
