// The order of a table: the room order:{id}, folded. Every event says what changed and the totals as
// they are then, so folding a snapshot and then its events gives what a later snapshot would.

import type { RoomEvent } from '../core/channel'
import { array, boolean, type Guarded, nullable, number, object, optional, string, tryCheck } from '../core/guard'
import { LINE_FIELDS, OPTION_FIELDS } from '../core/order-line'

const LINE = object({
  ...LINE_FIELDS,
  state: string(),
  menu_id: string(),
  menu_version: number(),
  unit_price: number(),
  options_price: number(),
  price: number(),
  course: number(),
  batch: number(),
  is_comped: boolean(),
  is_void_asked: boolean(),
  options: array(object({ ...OPTION_FIELDS, price: number() })),
})
const NOTE = object({ id: string(), text: string(), by: string(), at: number() })
const PAYMENT = object({ id: string(), amount: number(), tip: number(), method: string(), at: number() })
const TOTALS = object({
  status: string(),
  total: number(),
  paid: number(),
  payment_state: string(),
  is_bill_requested: boolean(),
})
const ORDER = object({
  id: string(),
  table_id: nullable(string()),
  currency: string(),
  opened_at: number(),
  closed_at: nullable(number()),
  lines: array(LINE),
  notes: array(NOTE),
  payments: array(PAYMENT),
  status: string(),
  total: number(),
  paid: number(),
  payment_state: string(),
  is_bill_requested: boolean(),
})
const SNAPSHOT = object({ order: nullable(ORDER) })
const OPENED = object({ opened: ORDER })
const WHOLE_LINE = object({ line: LINE })
const LINE_ID = object({ line: string() })
const MOVED = object({
  lines: array(object({ id: string(), state: string(), price: number() })),
  batch: optional(number()),
  course: optional(number()),
  reason: optional(string()),
})
const NOTED = object({ note: nullable(NOTE) })
const PAID = object({ payment: PAYMENT })
const WITH_TOTALS = object({ order: TOTALS })

export type OrderLine = Guarded<typeof LINE>
export type Order = Guarded<typeof ORDER>
/** null: not opened, or not known yet. */
export type OrderState = Order | null

const NOTHING: OrderState = null

export const ORDER_FOLD = {
  initial: NOTHING,
  snapshot: (body: unknown): OrderState => tryCheck(SNAPSHOT, body)?.order ?? null,
  event: (order: OrderState, event: RoomEvent): OrderState => {
    if (event.type === 'order.opened') return tryCheck(OPENED, event.body)?.opened ?? order
    if (order === null) return order
    const totals = tryCheck(WITH_TOTALS, event.body)?.order
    const changed = applied(order, event)
    return totals === undefined ? changed : { ...changed, ...totals }
  },
}

/** What a line is for a guest: on the list, on its way, or not coming. */
export type Stage = 'choosing' | 'later' | 'sent' | 'preparing' | 'ready' | 'served' | 'gone'

const STAGES: Readonly<Record<string, Stage>> = {
  draft: 'choosing',
  placed: 'later', // waits for its course
  fired: 'sent',
  preparing: 'preparing',
  ready: 'ready',
  served: 'served',
  rejected: 'gone',
  voided: 'gone',
}

/** The stage of a line's state; one that is not known here counts as sent. */
export function stageOf(state: string): Stage {
  return STAGES[state] ?? 'sent'
}

/** Whether it is over: closed orders only change by a manager reopening them. */
export function isClosed(order: OrderState): boolean {
  return order !== null && (order.closed_at !== null || order.status === 'closed')
}

/** What is still to be paid. */
export function dueOf(order: Order): number {
  return Math.max(0, order.total - order.paid)
}

function applied(order: Order, event: RoomEvent): Order {
  switch (event.type) {
    case 'line.added':
    case 'line.changed': {
      const line = tryCheck(WHOLE_LINE, event.body)?.line
      return line === undefined ? order : { ...order, lines: withLine(order.lines, line) }
    }
    case 'line.removed': {
      const gone = tryCheck(LINE_ID, event.body)?.line
      return { ...order, lines: order.lines.filter(({ id }) => id !== gone) }
    }
    case 'note.added': {
      const note = tryCheck(NOTED, event.body)?.note
      return note ? { ...order, notes: [...order.notes, note] } : order
    }
    case 'payment.recorded':
    case 'payment.refunded': {
      const payment = tryCheck(PAID, event.body)?.payment
      return payment === undefined ? order : { ...order, payments: [...order.payments, payment] }
    }
    case 'order.closed':
      return { ...order, closed_at: event.atMs }
    case 'order.reopened':
      return { ...order, closed_at: null }
    default:
      return moved(order, event)
  }
}

function withLine(lines: readonly OrderLine[], line: OrderLine): OrderLine[] {
  return lines.some(({ id }) => id === line.id)
    ? lines.map((one) => (one.id === line.id ? line : one))
    : [...lines, line]
}

// Placed, fired, started, ready, served, recalled, rejected, voided, comped, void asked: all name lines.
function moved(order: Order, event: RoomEvent): Order {
  const body = tryCheck(MOVED, event.body)
  if (body === null) return order
  const now = new Map(body.lines.map((one) => [one.id, one]))
  const lines = order.lines.map((line) => {
    const change = now.get(line.id)
    if (change === undefined) return line
    return {
      ...line,
      state: change.state,
      price: change.price,
      batch: event.type === 'order.placed' ? (body.batch ?? line.batch) : line.batch,
      reason: body.reason ?? line.reason,
      is_comped: line.is_comped || event.type === 'line.comped',
      is_void_asked: event.type === 'line.void_asked' || (line.is_void_asked && stageOf(change.state) !== 'gone'),
    }
  })
  return { ...order, lines }
}
