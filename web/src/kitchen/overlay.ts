// What the screen shows while commands are on their way: the server's state with the outbox replayed on it.
// A command that is refused simply drops out again; nothing is undone by hand. Pure.
//
// Rule: what no command touches keeps its identity, so that its ticket is not rendered again.

import { type Held, type KitchenState, type OnHold, remember } from './state'
import { isCooking, isRecallable, isUncleared, type Line, type LineState, type Ticket } from './ticket'

/** A command that the server's events do not show yet. */
export interface Pending {
  readonly id: string
  readonly room: string // `order:{id}`
  readonly type: string
  readonly body: object
  readonly atMs: number // server clock
}

/** Whose screen it is: the expediter's keeps what waits to be sent out. */
export type Desk = 'station' | 'expo'

/** The state with the commands done, in their order. */
export function withPending(state: KitchenState, pending: readonly Pending[], desk: Desk): KitchenState {
  return pending.reduce((now, command) => replay(now, command, desk), state)
}

/** A field of a command's body, if it is a text. */
export function textIn(body: object, name: string): string | null {
  const value: unknown = Object.entries(body).find(([key]) => key === name)?.[1]
  return typeof value === 'string' ? value : null
}

/** Whether a command is about a ticket; another one of its order is none of its business. */
export function isAbout(command: Pending, ticket: Ticket): boolean {
  if (command.room !== `order:${ticket.order}`) return false
  const line = textIn(command.body, 'line')
  if (line !== null) return ticket.lines.some((one) => one.id === line)
  return textIn(command.body, 'ticket') === ticket.id || isOfCourse(ticket, command)
}

function replay(state: KitchenState, command: Pending, desk: Desk): KitchenState {
  const line = textIn(command.body, 'line')
  const ticket = textIn(command.body, 'ticket')
  const atMs = command.atMs
  switch (command.type) {
    case 'ticket.bump':
      return edit(state, ticket, desk, atMs, (one) => {
        if (isCooking(one)) return { ...one, state: 'ready' }
        return isUncleared(one) ? { ...one, isCleared: true } : one
      })
    case 'ticket.start':
      return edit(state, ticket, desk, atMs, (one) => moved(one, ['fired'], 'preparing'))
    case 'ticket.recall':
      return edit(state, ticket, desk, atMs, (one) => moved(one, ['ready'], 'preparing'))
    case 'line.start':
      return editLine(state, line, desk, atMs, (one) => moved(one, ['fired'], 'preparing'))
    case 'line.ready':
      return editLine(state, line, desk, atMs, (one) => moved(one, ['fired', 'preparing'], 'ready'))
    case 'line.serve':
      return editLine(state, line, desk, atMs, (one) => moved(one, ['ready'], 'served'))
    case 'line.recall':
      return editLine(state, line, desk, atMs, (one) =>
        one.state === 'served' ? { ...one, state: 'ready' } : moved(one, ['ready'], 'preparing'),
      )
    case 'line.reject':
      return editLine(state, line, desk, atMs, (one) => (one.state === 'fired' ? null : one))
    case 'course.hold':
      return hold(state, command)
    case 'course.fire':
      return fire(state, command)
    default:
      return state
  }
}

type Change = (line: Line) => Line | null

function moved(line: Line, from: readonly LineState[], to: LineState): Line {
  return from.includes(line.state) ? { ...line, state: to } : line
}

function editLine(state: KitchenState, id: string | null, desk: Desk, atMs: number, change: Change): KitchenState {
  const has = (held: Held): boolean => held.ticket.lines.some((line) => line.id === id)
  const found = Object.values(state.tickets).find(has) ?? state.bumped.find((one) => has(one.held))?.held
  if (found === undefined) return state
  return edit(state, found.ticket.id, desk, atMs, (line) => (line.id === id ? change(line) : line))
}

function edit(state: KitchenState, id: string | null, desk: Desk, atMs: number, change: Change): KitchenState {
  if (id === null) return state
  const shown = state.tickets[id]
  const gone = state.bumped.find((one) => one.held.ticket.id === id)
  const before = shown ?? gone?.held
  if (before === undefined) return state
  const after = changed(before.ticket, change)
  if (after === before.ticket) return state
  const { [id]: _, ...others } = state.tickets
  if (after.lines.length === 0) return { ...state, tickets: others }
  const held: Held = { ...before, ticket: after }
  if (isShown(after, desk)) {
    const recalledMs = shown === undefined ? atMs : before.recalledMs
    const bumped = gone === undefined ? state.bumped : state.bumped.filter((one) => one !== gone)
    return { ...state, bumped, tickets: { ...state.tickets, [id]: { ...held, recalledMs } } }
  }
  const canRecall = isRecallable(after)
  return { ...state, tickets: others, bumped: remember(state.bumped, { held, closedMs: atMs, canRecall }) }
}

function changed(ticket: Ticket, change: Change): Ticket {
  const lines: Line[] = []
  let isSame = true
  for (const line of ticket.lines) {
    const after = change(line)
    if (after !== line) isSame = false
    if (after !== null) lines.push(after)
  }
  if (isSame) return ticket
  const isOpen = lines.some((line) => isCooking(line) || isUncleared(line))
  return { ...ticket, lines, isOpen, isOnExpo: isOpen || lines.some((line) => line.state === 'ready') }
}

function isShown(ticket: Ticket, desk: Desk): boolean {
  return desk === 'expo' ? ticket.isOnExpo : ticket.isOpen
}

function hold(state: KitchenState, command: Pending): KitchenState {
  const tickets: Record<string, Held> = {}
  const onHold: OnHold[] = [...state.onHold]
  for (const [id, held] of Object.entries(state.tickets)) {
    const lines = held.ticket.lines.filter((line) => line.state !== 'fired')
    if (!isOfCourse(held.ticket, command) || lines.length === held.ticket.lines.length) tickets[id] = held
    else if (lines.length > 0) tickets[id] = { ...held, ticket: { ...held.ticket, lines } }
    else onHold.push({ ticket: held.ticket, atMs: command.atMs })
  }
  return { ...state, tickets, onHold }
}

function fire(state: KitchenState, command: Pending): KitchenState {
  const fired = state.onHold.filter((one) => isOfCourse(one.ticket, command))
  if (fired.length === 0) return state
  const tickets = { ...state.tickets }
  for (const { ticket } of fired) {
    const again: Ticket = { ...ticket, openedMs: command.atMs }
    tickets[ticket.id] = { ticket: again, seq: 0, arrivedMs: command.atMs, recalledMs: null, marks: {} }
  }
  return { ...state, tickets, onHold: state.onHold.filter((one) => !fired.includes(one)) }
}

function isOfCourse(ticket: Ticket, command: Pending): boolean {
  const course: unknown = Object.entries(command.body).find(([key]) => key === 'course')?.[1]
  return `order:${ticket.order}` === command.room && ticket.course === course
}
