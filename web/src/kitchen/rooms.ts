// The rooms that a screen listens to, opened and closed as its settings change, and how far they have told.

import { computed, type ReadonlySignal, signal } from '@preact/signals'
import type { RoomEvent } from '../core/channel'
import { offsetMs } from '../core/clock'
import type { Link } from '../core/link'
import { openStream, type Stream } from '../core/stream'
import type { Settings } from './settings'
import { type KitchenState, kitchenFold, NOTHING } from './state'

const EXPO = 'expo'

export interface OpenRoom {
  readonly name: string
  readonly stream: Stream<KitchenState>
  /** Of the newest event that is folded; null before the first one. */
  offset: number | null
}

export type Listener = (event: RoomEvent, before: KitchenState, after: KitchenState) => void

/** The names of the rooms of a screen. mine: stations of the person; empty when all are open to them. */
export function roomNames(
  restaurant: string,
  settings: Pick<Settings, 'desk' | 'stations'>,
  mine: readonly string[],
): readonly string[] {
  const kitchen = `kitchen:${restaurant}`
  if (settings.desk === 'expo') return [`${kitchen}:${EXPO}`]
  if (settings.stations.length > 0) return settings.stations.map((station) => `${kitchen}:${station}`)
  const isForAll = mine.length === 0 || mine.includes(EXPO)
  return isForAll ? [kitchen] : mine.map((station) => `${kitchen}:${station}`)
}

/** The open rooms. */
export class Rooms {
  readonly #open = signal<readonly OpenRoom[]>([])
  readonly states: ReadonlySignal<readonly KitchenState[]> = computed(() =>
    this.#open.value.map((one) => one.stream.state.value),
  )
  readonly isLoaded: ReadonlySignal<boolean> = computed(() =>
    this.#open.value.every((one) => one.stream.isLoaded.value),
  )
  readonly isLive: ReadonlySignal<boolean> = computed(() => this.#open.value.every((one) => one.stream.isLive.value))
  /** Not live since, by the server's clock; null while all rooms are, or if they never were. */
  readonly sinceMs: ReadonlySignal<number | null> = computed(() => {
    const since = this.#open.value.map((one) => one.stream.sinceMs.value).filter((one) => one !== null)
    return since.length === 0 ? null : Math.min(...since) + offsetMs.value
  })
  readonly refused: ReadonlySignal<string | null> = computed(
    () => this.#open.value.map((one) => one.stream.refused.value?.code).find((one) => one !== undefined) ?? null,
  )

  constructor(
    readonly link: Link,
    readonly listener: Listener,
  ) {}

  get open(): readonly OpenRoom[] {
    return this.#open.peek()
  }

  /** Listen to these rooms and no others. */
  show(names: readonly string[]): void {
    const before = this.#open.peek()
    for (const one of before) if (!names.includes(one.name)) one.stream.close()
    this.#open.value = names.map((name) => before.find((one) => one.name === name) ?? this.#enter(name))
  }

  /** The seq up to which an order is told here. */
  toldOf(order: string): number {
    return Math.max(0, ...this.states.value.map((state) => state.seqs[order] ?? 0))
  }

  close(): void {
    this.show([])
  }

  #enter(name: string): OpenRoom {
    const stream = openStream(this.link, name, kitchenFold)
    const room: OpenRoom = { name, stream, offset: null }
    let before = NOTHING
    stream.onEvent((event, after) => {
      room.offset = event.offset
      this.listener(event, before === NOTHING ? after : before, after)
      before = after
    })
    return room
  }
}
