// One kitchen screen: its rooms, what stands on it, and what is done from it. Components read signals here
// and call methods; they hold no state of the kitchen themselves.

import { batch, computed, effect, type ReadonlySignal, type Signal, signal, untracked } from '@preact/signals'
import type { RoomEvent } from '../core/channel'
import { seconds, serverNow } from '../core/clock'
import { object, tryCheck, unknown } from '../core/guard'
import type { Link } from '../core/link'
import { openStream, type Stream } from '../core/stream'
import { ageOf } from './aging'
import { allDay, type Count } from './all-day'
import { Attention, toneOf } from './attention'
import { arrivedMeanwhile, type Card, CardMaker, inPlace, isAllReady } from './cards'
import { Commands } from './commands'
import { House, thresholdsOf } from './house'
import { type Names, namesFold } from './names'
import { isAbout, withPending } from './overlay'
import { Rooms, roomNames } from './rooms'
import { openSettings, type Settings } from './settings'
import { Sound } from './sound'
import { type Bumped, type KitchenState, type OnHold, REMEMBERED_MS } from './state'
import { type StockEntry, type StockState, standing, stockFold, withPendingStock } from './stock'
import { type Ticket, ticketGuard } from './ticket'

const TOUCH_LIMIT_MS = 3000 // a finger that rests longer must not hold up the orders
const PATIENCE_MS = 2000 // a socket that comes back within it is no reason for alarm
const CAUSE = object({ cause: unknown(), ticket: ticketGuard })

/** What can be taken back for some seconds. */
export interface Undoable {
  readonly id: number
  readonly card: Card
  readonly untilMs: number
  run(): void
}

export class Kitchen {
  readonly settings: Signal<Settings> = openSettings()
  readonly sound = new Sound()
  readonly attention = new Attention(this.sound)
  readonly house: House
  readonly rooms: Rooms
  readonly commands: Commands
  readonly stockStream: Stream<StockState>
  /** Who works here, by user id. */
  readonly names: ReadonlySignal<Names>
  /** Cards as they are drawn: in place while a finger is down. */
  readonly drawn: Signal<readonly Card[]> = signal([])
  readonly bumped: ReadonlySignal<readonly Bumped[]>
  readonly onHold: ReadonlySignal<readonly OnHold[]>
  readonly counts: ReadonlySignal<readonly Count[]>
  readonly stock: ReadonlySignal<readonly StockEntry[]>
  readonly unreadable: ReadonlySignal<number>
  readonly pinned: Signal<ReadonlySet<string>> = signal(new Set())
  readonly filter: Signal<string | null> = signal(null) // one station of those that are shown
  /** Whether somebody uses a keyboard here: only then tickets show the numbers that select them. */
  readonly hasKeys: Signal<boolean> = signal(false)
  readonly selected: Signal<string | null> = signal(null)
  readonly undo: Signal<Undoable | null> = signal(null)
  /** Cards that came while the line was cut, until somebody touches the screen. */
  readonly arrived: Signal<ReadonlySet<string>> = signal(new Set())
  readonly cards: ReadonlySignal<readonly Card[]>
  /** Key of a card -> the number that selects it, for the first nine. */
  readonly numbers: ReadonlySignal<ReadonlyMap<string, number>>
  /** Targets that are off sale. */
  readonly soldOut: ReadonlySignal<ReadonlySet<string>>
  /** Stations that have something on this screen, or are chosen for it. */
  readonly stations: ReadonlySignal<readonly string[]>
  readonly manyStations: ReadonlySignal<boolean>
  /** Whether orders may be missing here: the rooms have not been live for some seconds. */
  readonly isCutOff: ReadonlySignal<boolean>

  readonly #maker = new CardMaker()
  readonly #states: ReadonlySignal<readonly KitchenState[]>
  readonly #late = new Set<string>()
  readonly #isTouched = signal(false)
  #soldOut: ReadonlySet<string> = new Set()
  #stockOffset = 0
  #back: { readonly known: ReadonlySet<string>; readonly atMs: number } | null = null
  #touchTimer: ReturnType<typeof setTimeout> | null = null
  #ends: (() => void)[] = []

  constructor(readonly link: Link) {
    const restaurant = link.session.restaurant.value
    this.house = new House(restaurant, link.session)
    this.rooms = new Rooms(link, (event, before) => this.#heard(event, before))
    this.commands = new Commands(link.outbox, restaurant, (room) => this.#told(room))
    this.stockStream = openStream(link, `stock:${restaurant}`, stockFold)
    this.stockStream.onEvent((event) => {
      this.#stockOffset = event.offset
    })
    const people = openStream(link, `presence:${restaurant}`, namesFold)
    this.names = people.state
    this.#ends.push(() => people.close())
    this.#states = computed(() =>
      this.rooms.states.value.map((state) => withPending(state, this.commands.pending.value, this.settings.value.desk)),
    )
    this.cards = computed(() => {
      const one = this.filter.value
      const stations = one === null ? [] : [one]
      return this.#maker.cards(this.#states.value, {
        desk: this.settings.value.desk,
        stations,
        pinned: this.pinned.value,
      })
    })
    this.bumped = computed(() => byTime(this.#states.value.flatMap((state) => state.bumped)))
    this.onHold = computed(() => this.#states.value.flatMap((state) => state.onHold))
    this.unreadable = computed(() => this.rooms.states.value.reduce((sum, state) => sum + state.unreadable, 0))
    this.counts = computed(() => allDay(this.cards.value.flatMap((card) => card.parts.map((part) => part.ticket))))
    this.stock = computed(() =>
      standing(withPendingStock(this.stockStream.state.value, this.commands.pending.value), seconds.value * 1000),
    )
    this.numbers = computed(() => new Map(this.drawn.value.slice(0, 9).map((card, at) => [card.key, at + 1])))
    this.soldOut = computed(() => this.#soldOutNow())
    this.stations = computed(() => this.#stationsShown())
    this.manyStations = computed(() => this.stations.value.length > 1)
    this.isCutOff = computed(() => this.#isSilent())
    this.#start(restaurant)
  }

  /** A finger or mouse button is down: nothing moves. Somebody is here: nothing has to ring. */
  touched(): void {
    this.attention.noticed()
    if (this.arrived.peek().size > 0) this.arrived.value = new Set()
    this.#isTouched.value = true
    if (this.#touchTimer !== null) clearTimeout(this.#touchTimer)
    this.#touchTimer = setTimeout(() => this.released(), TOUCH_LIMIT_MS)
  }

  /** No finger is down any more. */
  released(): void {
    if (this.#touchTimer !== null) clearTimeout(this.#touchTimer)
    this.#touchTimer = null
    this.#isTouched.value = false
  }

  /** Pin a card to the front of this screen, or let it go. */
  pin(key: string): void {
    const pinned = new Set(this.pinned.value)
    if (!pinned.delete(key)) pinned.add(key)
    this.pinned.value = pinned
  }

  /** The thresholds that count for a card. */
  thresholds(card: Card) {
    const station = this.settings.value.desk === 'expo' ? 'expo' : (card.parts[0]?.ticket.station ?? '')
    return thresholdsOf(this.house.facts.value, station)
  }

  close(): void {
    for (const end of this.#ends) end()
    this.rooms.close()
    this.stockStream.close()
  }

  #start(restaurant: string): void {
    const { session } = this.link
    this.#ends.push(
      effect(() => {
        const names = roomNames(restaurant, this.settings.value, session.me.value?.stations ?? [])
        untracked(() => this.rooms.show(names))
      }),
      effect(() => {
        const { hasSound, volume, repeats, theme } = this.settings.value
        Object.assign(this.sound, { isOn: hasSound, volume: volume / 100 })
        this.attention.repeats = repeats
        document.documentElement.dataset.theme = theme
      }),
      effect(() => {
        const now = this.cards.value
        const drawn = this.drawn.peek()
        this.drawn.value = this.#isTouched.value ? inPlace(drawn, now) : now
      }),
      effect(() => {
        if (!this.rooms.isLive.value) return
        const { tables } = this.house.facts.value
        const isMissing = this.cards.value.some((card) => card.table !== null && tables[card.table] === undefined)
        untracked(() => void this.house.refresh(Date.now(), isMissing))
      }),
      this.#watchAges(),
      this.#watchReturn(),
    )
  }

  /** The same set as before when nothing is other: every ticket reads it, the stock ticks. */
  #soldOutNow(): ReadonlySet<string> {
    const targets = this.stock.value.filter((one) => one.isSoldOut).map((one) => one.target)
    const before = this.#soldOut
    if (targets.length !== before.size || targets.some((one) => !before.has(one))) this.#soldOut = new Set(targets)
    return this.#soldOut
  }

  #isSilent(): boolean {
    if (this.rooms.isLive.value || this.rooms.refused.value !== null) return false
    const sinceMs = this.rooms.sinceMs.value
    if (sinceMs === null) return this.link.socket.state.value === 'waiting'
    return seconds.value * 1000 - sinceMs >= PATIENCE_MS
  }

  #stationsShown(): readonly string[] {
    const chosen = this.settings.value.stations
    if (this.settings.value.desk === 'station' && chosen.length > 0) return chosen
    const open = this.#states.value.flatMap((state) => Object.values(state.tickets).map((one) => one.ticket.station))
    const named = this.house.facts.value.stations.map((one) => one.id).filter((id) => id !== 'expo')
    const others = [...new Set(open)].filter((id) => !named.includes(id)).sort()
    return [...named, ...others]
  }

  #watchAges(): () => void {
    return effect(() => {
      const nowMs = seconds.value * 1000
      const cards = this.cards.value
      untracked(() => {
        const open = new Set(cards.map((card) => card.key))
        for (const key of this.#late) if (!open.has(key)) this.#late.delete(key)
        for (const key of this.attention.wanted.peek().keys()) if (!open.has(key)) this.attention.drop(key)
        for (const card of cards) {
          if (this.#late.has(card.key) || ageOf(card.openedMs, nowMs, this.thresholds(card)) !== 'late') continue
          this.#late.add(card.key)
          if (this.#hasWatched(card, nowMs)) this.attention.call(card.key, 'late')
        }
      })
    })
  }

  /** Only what turned late on this screen rings; what was late when it started does not. */
  #hasWatched(card: Card, nowMs: number): boolean {
    return nowMs - card.openedMs < this.thresholds(card).lateSeconds * 1000 + 5000
  }

  /** Remembers what was there when the line was cut; what is new when it is back came meanwhile. */
  #watchReturn(): () => void {
    let known: ReadonlySet<string> | null = null
    return effect(() => {
      const isLive = this.rooms.isLive.value
      const isLoaded = this.rooms.isLoaded.value
      untracked(() => {
        const cards = this.cards.peek()
        if (!isLive && isLoaded) known ??= new Set(cards.map((card) => card.key))
        if (!isLive || known === null) return
        this.#back = { known, atMs: serverNow() }
        known = null
        this.#haveArrived(arrivedMeanwhile(this.#back.known, cards))
      })
    })
  }

  #haveArrived(keys: readonly string[]): void {
    if (keys.length > 0) this.arrived.value = new Set([...this.arrived.peek(), ...keys])
  }

  #heard(event: RoomEvent, before: KitchenState): void {
    const body = tryCheck(CAUSE, event.body)
    if (body === null) return
    const isExpo = this.settings.peek().desk === 'expo'
    const card = this.cards.peek().find((one) => one.parts.some((part) => part.ticket.id === body.ticket.id))
    const tone = toneOf(event.type, String(body.cause), card !== undefined && isAllReady(card), isExpo)
    const isOwn = this.commands.pending.peek().some((one) => isAbout(one, body.ticket))
    if (tone === null || isOwn) return
    const isLate = this.#back !== null && event.atMs < this.#back.atMs
    if (card !== undefined && isLate && event.type === 'ticket.opened' && !this.#back?.known.has(card.key)) {
      this.#haveArrived([card.key])
    }
    if (card === undefined) {
      if (before.tickets[body.ticket.id] !== undefined) this.sound.play(tone)
      return
    }
    batch(() => this.attention.call(card.key, tone))
  }

  #told(room: string): number {
    if (!room.startsWith('stock:')) return this.rooms.toldOf(room.slice('order:'.length))
    this.stockStream.state.value // its offset moves with its state
    return this.#stockOffset
  }
}

/** A ticket that may be brought back. closedMs: null when another screen bumped it before this one looked. */
export interface Recallable {
  readonly ticket: Ticket
  readonly closedMs: number | null
  readonly canRecall: boolean
}

/** What was bumped in the last hour, the newest first, then what waits to be taken out; each ticket once. */
export function recentlyBumped(
  bumped: readonly Bumped[],
  finished: readonly Ticket[],
  nowMs: number,
): readonly Recallable[] {
  const recent = bumped
    .filter((one) => nowMs - one.closedMs < REMEMBERED_MS)
    .map(({ held, closedMs, canRecall }) => ({ ticket: held.ticket, closedMs, canRecall }))
  const known = new Set(recent.map((one) => one.ticket.id))
  const others = finished.filter((ticket) => !known.has(ticket.id))
  return [...recent, ...others.map((ticket) => ({ ticket, closedMs: null, canRecall: true }))]
}

function byTime(bumped: readonly Bumped[]): readonly Bumped[] {
  return [...bumped].sort((a, b) => b.closedMs - a.closedMs)
}
