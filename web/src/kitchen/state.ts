// What one kitchen room adds up to: its events folded, nothing else. Pure; kept on the device.
//
// Rule 1: folding an event twice, or a snapshot and then events it had, ends in the same tickets.
// Rule 2: a ticket keeps the time at which its first line was fired, also when it is recalled.
// Rule 3: what cannot be read is counted, so that the screen can say that something is missing.

import type { RoomEvent } from '../core/channel'
import { array, object, tryCheck, unknown } from '../core/guard'
import type { Fold } from '../core/stream'
import { isRecallable, type Line, type Ticket, ticketGuard } from './ticket'

export const REMEMBERED_MS = 60 * 60_000 // of what was bumped
const REMEMBERED = 200
const HELD_MS = 4 * 60 * 60_000 // then nobody will fire it any more

export type MarkKind = 'added' | 'voided' | 'changed'
/** Something that changed on a ticket after it was shown. */
export interface Mark {
  readonly kind: MarkKind
  readonly atMs: number
}

/** A ticket on a screen, and what the screen knows about it. */
export interface Held {
  readonly ticket: Ticket
  readonly seq: number // of the order, at its newest event here
  readonly arrivedMs: number // when this room told it: 0 from a snapshot
  readonly recalledMs: number | null
  readonly marks: Readonly<Record<string, Mark>> // by line
}

/** A ticket that left the screen. */
export interface Bumped {
  readonly held: Held
  readonly closedMs: number
  readonly canRecall: boolean
}

/** A ticket that was taken back because its course waits. */
export interface OnHold {
  readonly ticket: Ticket
  readonly atMs: number
}

export interface KitchenState {
  readonly tickets: Readonly<Record<string, Held>>
  readonly bumped: readonly Bumped[] // the newest first
  readonly onHold: readonly OnHold[]
  readonly seqs: Readonly<Record<string, number>> // by order: what this room has told of it
  readonly unreadable: number
}

export const NOTHING: KitchenState = { tickets: {}, bumped: [], onHold: [], seqs: {}, unreadable: 0 }

const SNAPSHOT = object({ tickets: array(unknown()) })
const TICKET_EVENT = object({ ticket: ticketGuard, cause: unknown() })

/** How a kitchen room becomes state; for openStream. */
export const kitchenFold: Fold<KitchenState> = {
  initial: NOTHING,
  snapshot: fromSnapshot,
  event: foldEvent,
  version: 2,
}

/** The state that a snapshot says. */
export function fromSnapshot(body: unknown): KitchenState {
  const found = tryCheck(SNAPSHOT, body)
  if (found === null) return { ...NOTHING, unreadable: 1 }
  const tickets: Record<string, Held> = {}
  let unreadable = 0
  for (const one of found.tickets) {
    const ticket = tryCheck(ticketGuard, one)
    if (ticket === null) unreadable += 1
    else tickets[ticket.id] = { ticket, seq: 0, arrivedMs: 0, recalledMs: null, marks: {} }
  }
  return { ...NOTHING, tickets, unreadable }
}

/** The state after one event; events that are not about tickets change nothing. */
export function foldEvent(state: KitchenState, event: RoomEvent): KitchenState {
  if (!event.type.startsWith('ticket.')) return state
  const body = tryCheck(TICKET_EVENT, event.body)
  if (body === null) return { ...state, unreadable: state.unreadable + 1 }
  const seqs = { ...state.seqs, [body.ticket.order]: event.seq }
  const next = { ...state, seqs }
  if (event.type === 'ticket.closed') return close(next, body.ticket, String(body.cause), event)
  return show(next, body.ticket, event)
}

function show(state: KitchenState, ticket: Ticket, event: RoomEvent): KitchenState {
  const before = state.tickets[ticket.id]
  const gone = state.bumped.find((one) => one.held.ticket.id === ticket.id)
  const known = before ?? gone?.held
  const held: Held = {
    ticket,
    seq: event.seq,
    arrivedMs: before?.arrivedMs ?? event.atMs,
    recalledMs: before === undefined && gone !== undefined ? event.atMs : (known?.recalledMs ?? null),
    marks: known === undefined ? {} : marksOf(known, ticket, event.atMs),
  }
  return {
    ...state,
    tickets: { ...state.tickets, [ticket.id]: held },
    bumped: gone === undefined ? state.bumped : state.bumped.filter((one) => one !== gone),
    onHold: state.onHold.filter((one) => one.ticket.id !== ticket.id),
  }
}

function close(state: KitchenState, told: Ticket, cause: string, event: RoomEvent): KitchenState {
  const { [told.id]: before, ...tickets } = state.tickets
  const next = { ...state, tickets }
  // The event of a ticket of which nothing is left has no lines: what they were is known here.
  const ticket = told.lines.length > 0 ? told : { ...told, lines: before?.ticket.lines ?? [] }
  if (cause === 'course.held' && told.lines.length === 0) {
    const others = state.onHold.filter((one) => one.ticket.id !== told.id && event.atMs - one.atMs < HELD_MS)
    return ticket.lines.length > 0 ? { ...next, onHold: [...others, { ticket, atMs: event.atMs }] } : next
  }
  if (told.lines.length === 0) return next // all of it was rejected
  const held: Held = {
    ticket,
    seq: event.seq,
    arrivedMs: before?.arrivedMs ?? 0,
    recalledMs: before?.recalledMs ?? null,
    marks: before?.marks ?? {},
  }
  const canRecall = cause !== 'order.closed' && isRecallable(ticket)
  return { ...next, bumped: remember(state.bumped, { held, closedMs: event.atMs, canRecall }) }
}

/** The list of what was bumped with one more; what is too old falls out. */
export function remember(bumped: readonly Bumped[], one: Bumped): readonly Bumped[] {
  const others = bumped.filter(
    (other) => other.held.ticket.id !== one.held.ticket.id && one.closedMs - other.closedMs < REMEMBERED_MS,
  )
  return [one, ...others].slice(0, REMEMBERED)
}

function marksOf(known: Held, ticket: Ticket, atMs: number): Readonly<Record<string, Mark>> {
  const marks: Record<string, Mark> = { ...known.marks }
  const before = new Map(known.ticket.lines.map((line) => [line.id, line]))
  for (const line of ticket.lines) {
    const was = before.get(line.id)
    if (was === undefined) marks[line.id] = { kind: 'added', atMs }
    else if (line.state === 'voided' && was.state !== 'voided') marks[line.id] = { kind: 'voided', atMs }
    else if (isOther(line, was)) marks[line.id] = { kind: 'changed', atMs }
  }
  return marks
}

function isOther(now: Line, was: Line): boolean {
  return (
    now.quantity !== was.quantity ||
    now.note !== was.note ||
    now.variation !== was.variation ||
    optionsOf(now) !== optionsOf(was)
  )
}

function optionsOf(line: Line): string {
  return line.options.map((one) => `${one.option}*${one.quantity}`).join()
}
