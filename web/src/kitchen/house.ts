// What a screen has to know about its restaurant: stations with their ages, names of tables, dishes with
// preparation times. Read from the server at the start and now and then, and kept for starts without it.

import { type ReadonlySignal, signal } from '@preact/signals'
import { array, type Guard, nullable, number, object, optional, record, string, tryCheck, union } from '../core/guard'
import type { Session } from '../core/session'
import { DEFAULT_THRESHOLDS, type Thresholds } from './aging'
import { deviceStorage } from './settings'
import { type Texts, type Ticket, ticketGuard } from './ticket'

export interface Station extends Thresholds {
  readonly id: string
  readonly name: string
}

export interface Dish {
  readonly id: string
  readonly name: Texts
  readonly preparationSeconds: number | null
}

export interface HouseFacts {
  readonly stations: readonly Station[]
  readonly tables: Readonly<Record<string, string>> // id -> name
  readonly dishes: Readonly<Record<string, Dish>>
  readonly recallSeconds: number
}

export const UNKNOWN_HOUSE: HouseFacts = { stations: [], tables: {}, dishes: {}, recallSeconds: 900 }
const EXPO = 'expo'
const AGAIN_MS = 10 * 60_000
const UNKNOWN_MS = 15_000 // between looks for a table that nobody has heard of

const STATIONS = object({
  stations: array(object({ id: string(), name: string(), warn_seconds: number(), late_seconds: number() })),
})
const TABLES = object({ tables: array(object({ id: string(), name: string() })) })
const RESTAURANT = object({ recall_seconds: number() })
const DOCUMENTS = object({ documents: array(object({ id: string() })) })
const TEXT = union(string(), record(string()))
const MENU = object({
  locale: optional(nullable(string())),
  sections: array(
    object({
      items: array(object({ id: optional(string()), name: TEXT, preparation_seconds: optional(nullable(number())) })),
    }),
  ),
})
const TICKETS = object({ tickets: array(object({ ticket: ticketGuard })) })
const KEPT = object({
  stations: array(object({ id: string(), name: string(), warnSeconds: number(), lateSeconds: number() })),
  tables: record(string()),
  dishes: record(object({ id: string(), name: record(string()), preparationSeconds: nullable(number()) })),
  recallSeconds: number(),
})

/** The facts of one restaurant, and how to read them anew. */
export class House {
  readonly #facts = signal<HouseFacts>(UNKNOWN_HOUSE)
  readonly facts: ReadonlySignal<HouseFacts> = this.#facts
  #readAtMs = Number.NEGATIVE_INFINITY

  constructor(
    readonly restaurant: string,
    readonly session: Session,
  ) {
    const kept = deviceStorage()?.getItem(keyOf(restaurant))
    const found = kept ? tryCheck(KEPT, JSON.parse(kept)) : null
    if (found !== null) this.#facts.value = found
  }

  /** Reads again what may have changed; what cannot be read stays as it was. */
  async refresh(nowMs: number, isMissing = false): Promise<void> {
    if (nowMs - this.#readAtMs < (isMissing ? UNKNOWN_MS : AGAIN_MS)) return
    this.#readAtMs = nowMs
    const [stations, tables, recallSeconds] = await Promise.all([
      this.#read('/stations', STATIONS),
      this.#read('/tables', TABLES),
      this.#read(`/restaurants/${encodeURIComponent(this.restaurant)}`, RESTAURANT, false),
    ])
    const before = this.#facts.value
    this.#facts.value = {
      ...before,
      stations: stations?.stations.map(stationOf) ?? before.stations,
      tables: tables === null ? before.tables : Object.fromEntries(tables.tables.map((one) => [one.id, one.name])),
      recallSeconds: recallSeconds?.recall_seconds ?? before.recallSeconds,
    }
    this.#keep()
    if (!isMissing || Object.keys(before.dishes).length === 0) await this.#readDishes()
  }

  /** What stations have finished and nobody has taken out: it can still be recalled. */
  async finished(): Promise<readonly Ticket[]> {
    const found = await this.#read(`/tickets?station=${EXPO}`, TICKETS)
    return found?.tickets.map((one) => one.ticket).filter((one) => !one.isOpen) ?? []
  }

  async #readDishes(): Promise<void> {
    const menus = await this.#read('/documents?kind=menu', DOCUMENTS)
    const dishes: Record<string, Dish> = {}
    for (const { id } of menus?.documents ?? []) {
      const menu = await this.#read(`/menus/${encodeURIComponent(id)}`, MENU, false)
      for (const item of menu?.sections.flatMap((section) => section.items) ?? []) {
        if (item.id === undefined) continue
        const name = typeof item.name === 'string' ? { [menu?.locale ?? 'en']: item.name } : item.name
        dishes[item.id] = { id: item.id, name, preparationSeconds: item.preparation_seconds ?? null }
      }
    }
    if (Object.keys(dishes).length === 0) return
    this.#facts.value = { ...this.#facts.value, dishes }
    this.#keep()
  }

  async #read<T>(path: string, guard: Guard<T>, isOfRestaurant = true): Promise<T | null> {
    const joint = path.includes('?') ? '&' : '?'
    const query = isOfRestaurant ? `${joint}restaurant=${encodeURIComponent(this.restaurant)}` : ''
    try {
      return await this.session.api('GET', path + query, { guard })
    } catch {
      return null // Offline, or not for this person: the screen works without.
    }
  }

  #keep(): void {
    try {
      deviceStorage()?.setItem(keyOf(this.restaurant), JSON.stringify(this.#facts.value))
    } catch {
      // No room: it is read again at the next start.
    }
  }
}

/** The ages at which tickets of a station turn. */
export function thresholdsOf(facts: HouseFacts, station: string): Thresholds {
  return facts.stations.find((one) => one.id === station) ?? DEFAULT_THRESHOLDS
}

/** What a station is called; its id with a capital when nobody named it. */
export function stationName(facts: HouseFacts, station: string): string {
  const named = facts.stations.find((one) => one.id === station)?.name
  return named ?? station.charAt(0).toUpperCase() + station.slice(1)
}

function stationOf(wire: { id: string; name: string; warn_seconds: number; late_seconds: number }): Station {
  return { id: wire.id, name: wire.name, warnSeconds: wire.warn_seconds, lateSeconds: wire.late_seconds }
}

function keyOf(restaurant: string): string {
  return `mirepoix.kitchen.house.${restaurant}`
}
