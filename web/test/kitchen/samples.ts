// Tickets, events and states for the tests of the kitchen, as the server writes them.

import type { RoomEvent } from '../../src/core/channel'
import { foldEvent, type KitchenState, NOTHING } from '../../src/kitchen/state'
import { type Ticket, ticketGuard } from '../../src/kitchen/ticket'

export const NOON = Date.UTC(2026, 10, 21, 12, 0, 0)
export const MINUTE = 60_000

export interface WireLine {
  readonly [field: string]: unknown
}

export function wireLine(id: string, fields: WireLine = {}): WireLine {
  return {
    id,
    item_id: `dish-${id}`,
    name: { en: `Dish ${id}`, de: `Gericht ${id}` },
    variation_id: null,
    variation_name: null,
    quantity: 1,
    allergens: [],
    may_contain: [],
    seat: '',
    note: '',
    state: 'fired',
    reason: '',
    is_cleared: false,
    options: [],
    ...fields,
  }
}

export function wireTicket(order: string, lines: readonly WireLine[], fields: WireLine = {}): WireLine {
  const station = String(fields.station ?? 'grill')
  const batch = Number(fields.batch ?? 1)
  const course = Number(fields.course ?? 1)
  const isOpen = lines.some(
    (one) => one.state === 'fired' || one.state === 'preparing' || (one.state === 'voided' && !one.is_cleared),
  )
  return {
    id: `${order}.${batch}.${course}.${station}`,
    order_id: order,
    table_id: '4',
    station,
    course,
    batch,
    is_add_on: batch > 1,
    is_open: isOpen,
    is_on_expo: isOpen || lines.some((one) => one.state === 'ready'),
    opened_at: NOON,
    notes: [],
    lines,
    ...fields,
  }
}

export function ticketOf(order: string, lines: readonly WireLine[], fields: WireLine = {}): Ticket {
  return ticketGuard(wireTicket(order, lines, fields), 'ticket')
}

let offset = 0

/** An event about a ticket. */
export function told(type: string, cause: string, ticket: WireLine, atMs = NOON, seq = 1): RoomEvent {
  offset += 1
  return { offset, type, seq, actor: 'waiter', atMs, body: { ticket, cause } }
}

/** The state after some events. */
export function folded(...events: readonly RoomEvent[]): KitchenState {
  return events.reduce(foldEvent, NOTHING)
}
