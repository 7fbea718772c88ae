// What the table sees of its order: the lines that the server knows, and over them what still waits on
// this device to be sent. The overlay is made anew whenever either changes, so what the server refuses
// simply drops out again, and nothing is shown twice while an answer is on its way.

import type { CommandResult } from '../core/channel'
import { array, boolean, number, object, optional, string, tryCheck } from '../core/guard'
import type { OutboxEntry } from '../core/outbox'
import type { Dish, Menu } from './menu'
import { type OrderLine, type OrderState, type Stage, stageOf } from './order'
import { ownerOf } from './people'
import { priceOf } from './sums'
import type { MenuTexts } from './texts-of'

export interface ChosenOption {
  readonly group: string
  readonly option: string
  readonly quantity: number
  readonly name: MenuTexts
  readonly price: number
}

/** How far this device has told the server: `refused` and `expired` need somebody. */
export type Pending = 'none' | 'waiting' | 'expired' | 'refused'

export interface BasketLine {
  readonly id: string
  readonly owner: string | null // the guest who chose it; null: the staff
  readonly menu: string
  readonly version: number
  readonly item: string
  readonly variation: string | null
  readonly options: readonly ChosenOption[]
  readonly name: MenuTexts
  readonly variationName: MenuTexts | null
  readonly quantity: number
  readonly unitPrice: number // of one, with its options
  readonly price: number
  readonly seat: string
  readonly note: string
  readonly course: number
  readonly stage: Stage
  readonly batch: number
  readonly reason: string
  readonly isComped: boolean
  readonly isVoidAsked: boolean
  readonly allergens: readonly string[]
  readonly mayContain: readonly string[]
  readonly pending: Pending
  /** The server does not know it yet. */
  readonly isNew: boolean
  /** The command that waits, or that was refused, and its answer. */
  readonly entry: string | null
  readonly answer: CommandResult | null
}

/** A command about the whole order that needs somebody. */
export interface OrderProblem {
  readonly entry: string
  readonly type: string
  readonly state: 'expired' | 'refused'
  readonly answer: CommandResult | null
}

export interface Basket {
  readonly choosing: readonly BasketLine[]
  readonly sent: readonly BasketLine[] // the newest round last
  readonly problems: readonly OrderProblem[]
  readonly isPlacing: boolean
}

const OPTION = object({ group: string(), option: string(), quantity: optional(number()) })
const ADD = object({
  line: string(),
  menu: string(),
  item: string(),
  menu_version: optional(number()),
  quantity: optional(number()),
  variation: optional(string()),
  options: optional(array(OPTION)),
  course: optional(number()),
  seat: optional(string()),
  note: optional(string()),
  expected: optional(number()),
  accept_price: optional(boolean()),
})
const CHANGE = object({
  line: string(),
  menu: optional(string()),
  menu_version: optional(number()),
  quantity: optional(number()),
  variation: optional(string()),
  options: optional(array(OPTION)),
  course: optional(number()),
  seat: optional(string()),
  note: optional(string()),
  expected: optional(number()),
})
const REMOVE = object({ line: string() })
const PLACE = object({ lines: optional(array(string())) })

/** Finds a menu by its id, as the device has it. */
export type Menus = (id: string) => Menu | undefined

/** The order with everything that waits on this device. entries: of this order's room. */
export function basketOf(order: OrderState, entries: readonly OutboxEntry[], menus: Menus): Basket {
  const lines = new Map((order?.lines ?? []).map((line) => [line.id, known(line)]))
  const problems: OrderProblem[] = []
  let isPlacing = false
  for (const entry of [...entries].sort((a, b) => a.n - b.n)) {
    switch (entry.type) {
      case 'line.add':
        overlayAdded(lines, entry, menus)
        break
      case 'line.change':
        overlayChanged(lines, entry, menus)
        break
      case 'line.remove':
        overlayRemoved(lines, entry)
        break
      case 'order.place':
        isPlacing ||= isOnItsWay(entry)
        overlayPlaced(lines, entry)
        break
    }
    const problem = problemOf(entry, lines)
    if (problem !== null) problems.push(problem)
  }
  const all = [...lines.values()]
  return {
    choosing: all.filter((line) => line.stage === 'choosing'),
    sent: all.filter((line) => line.stage !== 'choosing').sort((a, b) => (a.batch || 1e9) - (b.batch || 1e9)),
    problems,
    isPlacing,
  }
}

/** The lines of a round that could be sent now. */
export function sendable(basket: Basket, short: ReadonlyMap<string, unknown>): readonly BasketLine[] {
  return basket.choosing.filter((line) => isSendable(line) && !short.has(line.id))
}

/** Whether a line of the list stands, leaving the stock aside. */
export function isSendable(line: BasketLine): boolean {
  return line.stage === 'choosing' && line.pending !== 'refused' && line.pending !== 'expired'
}

function known(line: OrderLine): BasketLine {
  const unitPrice = line.unit_price + line.options_price
  return {
    id: line.id,
    owner: ownerOf(line.id),
    menu: line.menu_id,
    version: line.menu_version,
    item: line.item_id,
    variation: line.variation_id,
    options: line.options.map((one) => ({
      group: one.group_id,
      option: one.option_id,
      quantity: one.quantity,
      name: one.name,
      price: one.price,
    })),
    name: line.name,
    variationName: line.variation_name,
    quantity: line.quantity,
    unitPrice,
    price: line.price,
    seat: line.seat,
    note: line.note,
    course: line.course,
    stage: stageOf(line.state),
    batch: line.batch,
    reason: line.reason,
    isComped: line.is_comped,
    isVoidAsked: line.is_void_asked,
    allergens: line.allergens,
    mayContain: line.may_contain,
    isNew: false,
    pending: 'none',
    entry: null,
    answer: null,
  }
}

function overlayAdded(lines: Map<string, BasketLine>, entry: OutboxEntry, menus: Menus): void {
  const body = tryCheck(ADD, entry.body)
  if (body === null || lines.has(body.line)) return
  const dish = menus(body.menu)?.dishes.get(body.item)
  const quantity = body.quantity ?? 1
  const chosen = described(menus(body.menu), dish, body.variation ?? null, body.options ?? [])
  const unitPrice = body.expected ?? chosen.unitPrice ?? 0
  lines.set(body.line, {
    id: body.line,
    owner: ownerOf(body.line),
    menu: body.menu,
    version: body.menu_version ?? 0,
    item: body.item,
    variation: body.variation ?? null,
    options: chosen.options,
    name: dish?.name ?? { '': entry.label ?? '' },
    variationName: chosen.variationName,
    quantity,
    unitPrice,
    price: unitPrice * quantity,
    seat: body.seat ?? '',
    note: body.note ?? '',
    course: body.course ?? 1,
    stage: 'choosing',
    batch: 0,
    reason: '',
    isComped: false,
    isVoidAsked: false,
    allergens: dish?.allergens ?? [],
    mayContain: dish?.mayContain ?? [],
    isNew: true,
    ...standing(entry),
  })
}

function overlayChanged(lines: Map<string, BasketLine>, entry: OutboxEntry, menus: Menus): void {
  const body = tryCheck(CHANGE, entry.body)
  const line = body === null ? undefined : lines.get(body.line)
  if (body === null || line === undefined || line.stage !== 'choosing') return
  // Both waited too long: they are asked about together.
  const isOfOldLine = entry.state === 'expired' && line.pending === 'expired' && line.isNew
  if (!isOnItsWay(entry) && !isOfOldLine) {
    // A change that was refused changes nothing; the line says so.
    if (line.pending === 'none') lines.set(line.id, { ...line, ...standing(entry) })
    return
  }
  const quantity = body.quantity ?? line.quantity
  const menu = body.menu === undefined ? undefined : menus(body.menu)
  const chosen =
    body.menu === undefined
      ? { options: line.options, variationName: line.variationName, unitPrice: line.unitPrice }
      : described(menu, menu?.dishes.get(line.item), body.variation ?? null, body.options ?? [])
  const unitPrice = body.expected ?? chosen.unitPrice ?? line.unitPrice
  lines.set(line.id, {
    ...line,
    version: body.menu_version ?? line.version,
    variation: body.menu === undefined ? line.variation : (body.variation ?? null),
    options: chosen.options,
    variationName: chosen.variationName,
    quantity,
    unitPrice,
    price: unitPrice * quantity,
    seat: body.seat ?? line.seat,
    note: body.note ?? line.note,
    course: body.course ?? line.course,
    // What was refused before stays refused until it is sent again.
    ...(line.pending === 'none' ? standing(entry) : {}),
  })
}

function overlayRemoved(lines: Map<string, BasketLine>, entry: OutboxEntry): void {
  const body = tryCheck(REMOVE, entry.body)
  const line = body === null ? undefined : lines.get(body.line)
  if (line?.stage === 'choosing' && isOnItsWay(entry)) lines.delete(line.id)
}

function overlayPlaced(lines: Map<string, BasketLine>, entry: OutboxEntry): void {
  if (!isOnItsWay(entry)) return
  for (const id of tryCheck(PLACE, entry.body)?.lines ?? []) {
    const line = lines.get(id)
    if (line !== undefined && isSendable(line)) {
      lines.set(id, { ...line, stage: 'sent', pending: 'waiting', entry: entry.id })
    }
  }
}

/** Commands that are not about a line on the list, and need somebody. */
function problemOf(entry: OutboxEntry, lines: ReadonlyMap<string, BasketLine>): OrderProblem | null {
  if (isOnItsWay(entry)) return null
  if ([...lines.values()].some((line) => line.entry === entry.id)) return null
  const about = entry.type.startsWith('line.') ? tryCheck(REMOVE, entry.body)?.line : undefined
  if (about !== undefined && lines.get(about)?.pending === 'expired') return null
  const state = entry.state === 'expired' ? 'expired' : 'refused'
  return { entry: entry.id, type: entry.type, state, answer: entry.result ?? null }
}

function described(
  menu: Menu | undefined,
  dish: Dish | undefined,
  variation: string | null,
  options: readonly { group: string; option: string; quantity?: number | undefined }[],
): { options: readonly ChosenOption[]; variationName: MenuTexts | null; unitPrice: number | null } {
  return {
    options: options.map(({ group, option, quantity }) => {
      const found = menu?.groups.get(group)?.options.find(({ id }) => id === option)
      return { group, option, quantity: quantity ?? 1, name: found?.name ?? {}, price: found?.price ?? 0 }
    }),
    variationName: dish?.variations.find(({ id }) => id === variation)?.name ?? null,
    unitPrice: menu === undefined || dish === undefined ? null : priceOf(menu, dish, variation, options),
  }
}

function isOnItsWay(entry: OutboxEntry): boolean {
  return entry.state === 'waiting' || entry.state === 'sending'
}

function standing(entry: OutboxEntry): Pick<BasketLine, 'pending' | 'entry' | 'answer'> {
  const pending = isOnItsWay(entry) ? 'waiting' : entry.state === 'expired' ? 'expired' : 'refused'
  return { pending, entry: entry.id, answer: entry.result ?? null }
}
