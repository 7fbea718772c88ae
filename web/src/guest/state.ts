// Everything the page of a table shows, as signals: the order with what waits on this device, the menus,
// the people, the round. Made once the visit and its order are known; no words in here.

import { batch, computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { CommandResult } from '../core/channel'
import { serverNow } from '../core/clock'
import { language, locale } from '../core/i18n'
import type { Link } from '../core/link'
import { Money } from '../core/money'
import { openStream, type Stream } from '../core/stream'
import { type Basket, type BasketLine, basketOf, type Menus, sendable } from './basket'
import { Company } from './company'
import { MenuShelf } from './menu-shelf'
import { isClosed, ORDER_FOLD, type OrderLine, type OrderState } from './order'
import { Ordering } from './ordering'
import { mayEdit, ownerOf } from './people'
import { menuLocale } from './preferences'
import { keptKey, type PriceQuestion, priceQuestion } from './prices'
import type { Stopped } from './round'
import { Sending } from './sending'
import { type Shortage, STOCK_FOLD, type Stock, shortages } from './stock'
import { dishesIn, totalOf } from './sums'
import { bestLocale, type MenuTexts } from './texts-of'
import { keepVisit, type Visit } from './visit'

/** Something that somebody else did, to be mentioned for a moment. */
export type News =
  | { readonly kind: 'added'; readonly guest: string | null; readonly seat: string; readonly dish: MenuTexts }
  | { readonly kind: 'sent'; readonly dishes: number }
  | { readonly kind: 'ready'; readonly dish: MenuTexts }
  | { readonly kind: 'rejected'; readonly dish: MenuTexts; readonly reason: string }
  | { readonly kind: 'stopped'; readonly by: string }
  | { readonly kind: 'refused'; readonly answer: CommandResult }

/** What a table needs of the connection. */
export type TableLink = Pick<Link, 'channel' | 'db' | 'outbox'>

const STOCK_TICK_MS = 10_000
/** A short cut is nobody's business. */
const OFFLINE_AFTER_MS = 3000
const SETTLE_TRIES = 40
const SETTLE_PAUSE_MS = 250

export class GuestTable {
  readonly visit: Signal<Visit>
  readonly order: Stream<OrderState>
  readonly stock: Stream<Stock>
  readonly shelf: MenuShelf
  readonly company: Company
  readonly ordering: Ordering
  readonly sending: Sending

  readonly stockNowMs: Signal<number> = signal(serverNow())
  readonly isOffline: Signal<boolean> = signal(false)
  readonly news: Signal<News | null> = signal(null)
  /** Questions about prices that were answered with "keep". */
  readonly kept: Signal<ReadonlySet<string>> = signal(new Set())

  readonly basket: ReadonlySignal<Basket> = computed(() =>
    basketOf(this.order.state.value, this.waiting.value, this.menus.value),
  )
  readonly short: ReadonlySignal<ReadonlyMap<string, Shortage>> = computed(() =>
    shortages(this.basket.value.choosing, this.stock.state.value, this.stockNowMs.value),
  )
  readonly ready: ReadonlySignal<readonly BasketLine[]> = computed(() => sendable(this.basket.value, this.short.value))
  readonly questions: ReadonlySignal<ReadonlyMap<string, PriceQuestion>> = computed(() => {
    const asked = this.basket.value.choosing.map((line) => priceQuestion(line, this.menus.value, this.kept.value))
    return new Map(asked.filter((one): one is PriceQuestion => one !== null).map((one) => [one.line, one]))
  })
  /** Dish -> how many of it this guest has on the list. */
  readonly onMyList: ReadonlySignal<ReadonlyMap<string, number>> = computed(() => {
    const found = new Map<string, number>()
    for (const { owner, item, quantity } of this.basket.value.choosing) {
      if (owner === this.guest) found.set(item, (found.get(item) ?? 0) + quantity)
    }
    return found
  })
  readonly isOver: ReadonlySignal<boolean> = computed(() => isClosed(this.order.state.value))
  /** In which language the menu is read. */
  readonly reading: ReadonlySignal<string> = computed(() => {
    const locales = this.shelf.current.value?.locales ?? []
    return locales.includes(menuLocale.value)
      ? menuLocale.value
      : bestLocale(locales, [locale.value, language.value, ...navigator.languages])
  })
  readonly money: ReadonlySignal<Money> = computed(() => {
    const currency = this.order.state.value?.currency ?? this.shelf.current.value?.currency ?? 'EUR'
    return new Money(locale.value, currency)
  })

  private readonly menus: ReadonlySignal<Menus> = computed(() => {
    const menus = this.shelf.menus.value
    return (id) => menus.get(id)
  })
  private readonly waiting = computed(() =>
    this.link.outbox.entries.value.filter(({ room }) => room === this.ordering.room),
  )
  private readonly leave: (() => void)[] = []

  constructor(
    readonly link: TableLink,
    visit: Visit,
    readonly orderId: string,
  ) {
    this.visit = signal(visit)
    this.order = openStream(link, `order:${orderId}`, ORDER_FOLD)
    this.stock = openStream(link, `stock:${visit.restaurant}`, STOCK_FOLD)
    this.shelf = new MenuShelf(visit.restaurant, link.db)
    this.ordering = new Ordering(link.outbox, orderId, visit.guest, () => this.visit.peek().name)
    const me = { guest: visit.guest, name: visit.name, sinceMs: visit.sinceMs, heardMs: serverNow() }
    this.company = new Company(this.order, me)
    const sender = {
      guest: visit.guest,
      name: () => this.visit.peek().name,
      dishes: () => dishesIn(this.ready.peek()),
      place: () => void this.place(),
      onStopped: ({ name }: Stopped) => this.tell({ kind: 'stopped', by: name }),
    }
    this.sending = new Sending(this.order, sender, `mirepoix.guest.later.${orderId}`)
    this.leave.push(this.order.onEvent((event, order) => this.mention(event.type, event.body, order)))
    const tick = setInterval(() => {
      this.stockNowMs.value = serverNow()
    }, STOCK_TICK_MS)
    this.leave.push(() => clearInterval(tick), this.watchConnection(), this.watchVersions())
    void this.shelf.start()
  }

  get guest(): string {
    return this.visit.peek().guest
  }

  /** Whether this guest may change a line of the list. */
  mayEdit(line: BasketLine): boolean {
    return mayEdit(this.company.table.value, this.guest, line.owner)
  }

  rename(name: string): void {
    this.visit.value = { ...this.visit.peek(), name }
    keepVisit(this.visit.peek())
    this.company.rename(name)
  }

  /** Dishes on the list and what they cost. */
  get choosingTotal(): { dishes: number; price: number } {
    const lines = this.basket.value.choosing
    return { dishes: dishesIn(lines), price: totalOf(lines) }
  }

  /** The price on the line stays: the server took it, and keeps it. */
  keepPrice(question: PriceQuestion): void {
    this.kept.value = new Set(this.kept.peek()).add(keptKey(question.line, question.version))
  }

  /** Order everything on the list that can be had. */
  async place(tries = 3): Promise<void> {
    await this.settledLines()
    const lines = this.ready.peek().map(({ id }) => id)
    if (lines.length === 0) return
    const result = await this.ordering.place(lines)
    // Somebody took a line off at the same moment: the others still want theirs.
    if (result.code === 'unknown_line' && tries > 1) return this.place(tries - 1)
    if (result.result === 'rejected') this.tell({ kind: 'refused', answer: result })
  }

  close(): void {
    for (const end of this.leave) end()
    this.company.close()
    this.sending.close()
    this.shelf.close()
    this.order.close()
    this.stock.close()
  }

  tell(news: News): void {
    this.news.value = news
  }

  /** Lines still on their way to the list arrive first; one that is refused is then left out. */
  private async settledLines(): Promise<void> {
    for (let tries = 0; tries < SETTLE_TRIES; tries += 1) {
      const isWaiting = this.basket.peek().choosing.some(({ pending }) => pending === 'waiting')
      if (!isWaiting) return
      await new Promise((resolve) => setTimeout(resolve, SETTLE_PAUSE_MS))
    }
  }

  private mention(type: string, body: unknown, order: OrderState): void {
    if (type === 'order.placed') {
      batch(() => {
        this.sending.placed()
        this.tell({ kind: 'sent', dishes: linesIn(body, order).reduce((sum, line) => sum + line.quantity, 0) })
      })
      return
    }
    if (type === 'line.added') {
      const line = order?.lines.at(-1)
      if (line === undefined || ownerOf(line.id) === this.guest) return
      this.tell({ kind: 'added', guest: ownerOf(line.id), seat: line.seat, dish: line.name })
    }
    const [first] = linesIn(body, order)
    if (first === undefined) return
    if (type === 'line.ready') this.tell({ kind: 'ready', dish: first.name })
    if (type === 'line.rejected') this.tell({ kind: 'rejected', dish: first.name, reason: first.reason })
  }

  private watchConnection(): () => void {
    let timer: ReturnType<typeof setTimeout> | null = null
    const stop = effect(() => {
      const isLive = this.order.isLive.value
      if (timer !== null) clearTimeout(timer)
      if (isLive) this.isOffline.value = false
      else timer = setTimeout(() => (this.isOffline.value = true), OFFLINE_AFTER_MS)
    })
    return () => {
      stop()
      if (timer !== null) clearTimeout(timer)
    }
  }

  /** Others may read a newer menu already, and so does the server when it refuses a price. */
  private watchVersions(): () => void {
    return effect(() => {
      for (const line of this.order.state.value?.lines ?? []) this.shelf.heardOf(line.menu_id, line.menu_version)
      for (const { version, line } of this.questions.value.values()) {
        const menu = this.basket.value.choosing.find(({ id }) => id === line)?.menu
        if (menu !== undefined) this.shelf.heardOf(menu, version)
      }
    })
  }
}

function linesIn(body: unknown, order: OrderState): readonly OrderLine[] {
  if (typeof body !== 'object' || body === null || !('lines' in body) || !Array.isArray(body.lines)) return []
  const ids = new Set(
    body.lines.map((one: unknown) => (typeof one === 'object' && one !== null ? Reflect.get(one, 'id') : one)),
  )
  return (order?.lines ?? []).filter(({ id }) => ids.has(id))
}
