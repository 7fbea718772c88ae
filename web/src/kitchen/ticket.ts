// A ticket as the kitchen's rooms tell it: what one station cooks of one course of one batch.
// Read once at the door; whatever has another form is refused (WireError), never half shown.

import { array, boolean, check, type Guard, literal, nullable, number, object, optional, string } from '../core/guard'
import { LINE_FIELDS, OPTION_FIELDS } from '../core/order-line'

/** How far a line has come, as the server has it. */
export type LineState = 'placed' | 'fired' | 'preparing' | 'ready' | 'served' | 'rejected' | 'voided'
/** Locale -> text. */
export type Texts = Readonly<Record<string, string>>

export interface ChosenOption {
  readonly group: string
  readonly option: string
  readonly name: Texts
  readonly quantity: number
}

export interface Line {
  readonly id: string
  readonly item: string
  readonly name: Texts
  readonly variation: string | null
  readonly variationName: Texts | null
  readonly quantity: number
  readonly options: readonly ChosenOption[]
  readonly allergens: readonly string[]
  readonly mayContain: readonly string[]
  readonly seat: string
  readonly note: string
  readonly state: LineState
  readonly reason: string
  readonly isCleared: boolean // a void that the kitchen took note of
}

export interface Ticket {
  readonly id: string
  readonly order: string
  readonly table: string | null // null: pickup
  readonly station: string
  readonly course: number
  readonly batch: number
  readonly isAddOn: boolean
  readonly isOpen: boolean // its station still has to do something
  readonly isOnExpo: boolean // the expediter has
  readonly openedMs: number
  readonly notes: readonly string[]
  readonly staff: readonly string[] // user ids of those who look after the order
  readonly lines: readonly Line[]
}

const LINE = object({
  ...LINE_FIELDS,
  state: literal('placed', 'fired', 'preparing', 'ready', 'served', 'rejected', 'voided'),
  is_cleared: boolean(),
  options: array(object(OPTION_FIELDS)),
})

const TICKET = object({
  id: string(),
  order_id: string(),
  table_id: nullable(string()),
  station: string(),
  course: number(),
  batch: number(),
  is_add_on: boolean(),
  is_open: boolean(),
  is_on_expo: boolean(),
  opened_at: number(),
  notes: array(string()),
  staff: optional(array(string())), // events of before have none
  lines: array(LINE),
})

/** Reads a ticket from the wire; a guard like those of core/guard. Throws WireError. */
export const ticketGuard: Guard<Ticket> = (value, path) => {
  const wire = check(TICKET, value, path)
  return {
    id: wire.id,
    order: wire.order_id,
    table: wire.table_id,
    station: wire.station,
    course: wire.course,
    batch: wire.batch,
    isAddOn: wire.is_add_on,
    isOpen: wire.is_open,
    isOnExpo: wire.is_on_expo,
    openedMs: wire.opened_at,
    notes: wire.notes,
    staff: wire.staff ?? [],
    lines: wire.lines.map((line) => ({
      id: line.id,
      item: line.item_id,
      name: line.name,
      variation: line.variation_id,
      variationName: line.variation_name,
      quantity: line.quantity,
      options: line.options.map((one) => ({
        group: one.group_id,
        option: one.option_id,
        name: one.name,
        quantity: one.quantity,
      })),
      allergens: line.allergens,
      mayContain: line.may_contain,
      seat: line.seat,
      note: line.note,
      state: line.state,
      reason: line.reason,
      isCleared: line.is_cleared,
    })),
  }
}

/** Whether somebody still has to cook it. */
export function isCooking(line: Line): boolean {
  return line.state === 'fired' || line.state === 'preparing'
}

/** Whether it was voided after firing and its station has not taken note of that. */
export function isUncleared(line: Line): boolean {
  return line.state === 'voided' && !line.isCleared
}

/** Whether something on it is done, and can be not done after all. */
export function isRecallable(ticket: Ticket): boolean {
  return ticket.lines.some((line) => line.state === 'ready' || line.state === 'served')
}

/** Whether nothing is left on it but what was voided. */
export function isWholeVoid(ticket: Ticket): boolean {
  return ticket.lines.length > 0 && ticket.lines.every((line) => line.state === 'voided')
}

/** The number that cooks and waiters call an order by: the end of its id, four characters. */
export function orderNumber(order: string): string {
  return order
    .replaceAll(/[^0-9a-z]/gi, '')
    .slice(-4)
    .toUpperCase()
}

/** The text in the wished language, else in English, else in any. */
export function inLanguage(texts: Texts, language: string): string {
  return texts[language] ?? texts.en ?? Object.values(texts)[0] ?? ''
}
