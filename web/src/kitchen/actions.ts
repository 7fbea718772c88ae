// What cooks do to cards and lines: each a command or several, with the bar that takes it back.
// A line that the server refuses is told in a message, and the screen shows again what is true.

import { serverNow } from '../core/clock'
import { language } from '../core/i18n'
import { toast } from '../ui/Toast'
import { type Card, isAllReady } from './cards'
import type { Kitchen } from './kitchen'
import type { OnHold } from './state'
import { text } from './texts'
import { inLanguage, isCooking, isUncleared, type Line, type Ticket } from './ticket'

export const UNDO_MS = 5000
let lastUndo = 0

/** Refusals that a message settles; answers false for those that somebody has to decide about. */
export function explainRefusal(type: string, code: string): boolean {
  const words = wordsOf(type, code)
  if (words !== null) toast({ text: words, kind: 'warn', seconds: 6 })
  return words !== null
}

/** What a card is called in messages. */
export function cardName(kitchen: Kitchen, card: Pick<Card, 'table'>): string {
  if (card.table === null) return text('pickup')
  const name = kitchen.house.facts.value.tables[card.table] ?? (card.table.length > 12 ? '…' : card.table)
  return /^(?:\d+|…)$/.test(name) ? text('table', { name }) : name
}

/** The dish of a line, with its variation. */
export function dishName(line: Pick<Line, 'name' | 'variationName'>): string {
  const name = inLanguage(line.name, language.value)
  return line.variationName === null ? name : `${name}, ${inLanguage(line.variationName, language.value)}`
}

/** Bump: a station has done the ticket; the expediter sends out what is ready. */
export function bump(kitchen: Kitchen, card: Card): void {
  if (kitchen.settings.value.desk === 'expo') {
    sendOut(kitchen, card)
    return
  }
  const name = cardName(kitchen, card)
  for (const { ticket } of card.parts) {
    give(kitchen, ticket.order, 'ticket.bump', { ticket: ticket.id }, text('bumpOf', { table: name }))
  }
  moveOn(kitchen, card)
  offerUndo(kitchen, card, () => {
    for (const { ticket } of card.parts) {
      if (!ticket.lines.some(isCooking)) continue // only voids were taken note of: nothing to bring back
      give(kitchen, ticket.order, 'ticket.recall', { ticket: ticket.id }, text('recallOf', { table: name }))
    }
  })
}

/** Tap on a line: done, and tapped again not done after all. */
export function tapLine(kitchen: Kitchen, card: Card, line: Line): void {
  const isExpo = kitchen.settings.value.desk === 'expo'
  const label = dishName(line)
  if (isCooking(line)) {
    give(kitchen, card.order, 'line.ready', { line: line.id }, label)
    const isLast = card.parts.every(({ ticket }) => ticket.lines.every((one) => one.id === line.id || isDone(one)))
    if (!isLast || isExpo) return
    moveOn(kitchen, card)
    offerUndo(kitchen, card, () => give(kitchen, card.order, 'line.recall', { line: line.id }, label))
  } else if (line.state === 'ready') {
    give(kitchen, card.order, isExpo ? 'line.serve' : 'line.recall', { line: line.id }, label)
  } else if (line.state === 'served') {
    give(kitchen, card.order, 'line.recall', { line: line.id }, label)
  } else if (isUncleared(line)) {
    toast({ text: text('voidNeedsBump'), kind: 'warn', seconds: 4 })
  }
}

/** Begin everything on a card. */
export function startAll(kitchen: Kitchen, card: Card): void {
  for (const { ticket } of card.parts) {
    give(kitchen, ticket.order, 'ticket.start', { ticket: ticket.id }, cardName(kitchen, card))
  }
}

/** Begin one line. */
export function startLine(kitchen: Kitchen, card: Card, line: Line): void {
  give(kitchen, card.order, 'line.start', { line: line.id }, dishName(line))
}

/** The kitchen cannot make this one. */
export function rejectLine(kitchen: Kitchen, card: Card, line: Line): void {
  give(kitchen, card.order, 'line.reject', { line: line.id, reason: 'sold_out' }, dishName(line))
}

/** Bring back what was bumped. */
export function recall(kitchen: Kitchen, ticket: Ticket): void {
  const isServed = ticket.lines.every((line) => line.state !== 'ready')
  if (!isServed) {
    give(
      kitchen,
      ticket.order,
      'ticket.recall',
      { ticket: ticket.id },
      text('recallOf', { table: cardName(kitchen, ticket) }),
    )
    return
  }
  for (const line of ticket.lines.filter((one) => one.state === 'served')) {
    give(kitchen, ticket.order, 'line.recall', { line: line.id }, dishName(line))
  }
}

/** Bring back what was bumped last. */
export function recallLast(kitchen: Kitchen): void {
  const last = kitchen.bumped.value.find((one) => one.canRecall)
  if (last === undefined) toast({ text: text('nothingToRecall'), seconds: 3 })
  else recall(kitchen, last.held.ticket)
}

/** Keep a course back; what nobody began to cook leaves the screen. */
export function holdCourse(kitchen: Kitchen, card: Card): void {
  give(kitchen, card.order, 'course.hold', { course: card.course }, text('holdCourse', { course: card.course }))
}

/** Let a course that waits come. */
export function fireHeld(kitchen: Kitchen, held: OnHold): void {
  fireCourse(kitchen, held.ticket, held.ticket.course)
}

/** Fire any course of an order. */
export function fireCourse(kitchen: Kitchen, of: Pick<Ticket, 'order'>, course: number): void {
  give(kitchen, of.order, 'course.fire', { course }, text('fireCourse', { course }))
}

/** Pin to the front, with three seconds to think again. */
export function togglePin(kitchen: Kitchen, card: Card): void {
  const isPinned = kitchen.pinned.peek().has(card.key)
  kitchen.pin(card.key)
  if (isPinned) return
  const words = text('pinned', { table: cardName(kitchen, card) })
  toast({ text: words, seconds: 3, action: { label: text('undo'), run: () => kitchen.pin(card.key) } })
}

function wordsOf(type: string, code: string): string | null {
  if (code === 'too_late') return text('tooLate')
  if (type === 'course.fire' && code === 'unknown_line') return text('nothingToFire')
  return type === 'ticket.recall' && code === 'wrong_state' ? text('alreadyOut') : null
}

function sendOut(kitchen: Kitchen, card: Card): void {
  const ready = card.parts.flatMap(({ ticket }) => ticket.lines.filter((line) => line.state === 'ready'))
  const voided = card.parts.filter(({ ticket }) => ticket.lines.some(isUncleared) && !ticket.lines.some(isCooking))
  if (ready.length === 0 && voided.length === 0) {
    toast({ text: text('nothingReady'), kind: 'info', seconds: 3 })
    return
  }
  for (const line of ready) give(kitchen, card.order, 'line.serve', { line: line.id }, dishName(line))
  for (const { ticket } of voided) {
    give(kitchen, card.order, 'ticket.bump', { ticket: ticket.id }, text('bumpOf', { table: cardName(kitchen, card) }))
  }
  if (isAllReady(card)) moveOn(kitchen, card)
  offerUndo(kitchen, card, () => {
    for (const line of ready) give(kitchen, card.order, 'line.recall', { line: line.id }, dishName(line))
  })
}

function isDone(line: Line): boolean {
  return !isCooking(line) && !isUncleared(line)
}

/** The selection goes to the next card, so that a bump bar can go on. */
function moveOn(kitchen: Kitchen, card: Card): void {
  if (kitchen.selected.peek() !== card.key) return
  const cards = kitchen.drawn.peek()
  const at = cards.findIndex((one) => one.key === card.key)
  kitchen.selected.value = (cards[at + 1] ?? cards[at - 1])?.key ?? null
}

function offerUndo(kitchen: Kitchen, card: Card, run: () => void): void {
  lastUndo += 1
  const id = lastUndo
  const close = (): void => {
    if (kitchen.undo.peek()?.id === id) kitchen.undo.value = null
  }
  const timer = setTimeout(close, UNDO_MS)
  const take = (): void => {
    clearTimeout(timer)
    close()
    run()
  }
  kitchen.undo.value = { id, card, untilMs: serverNow() + UNDO_MS, run: take }
}

function give(kitchen: Kitchen, order: string, type: string, body: object, label: string): void {
  settle(kitchen.commands.toOrder(order, type, body, label), label)
}

/** Says so when something could not be kept on the device. */
export function settle(answer: Promise<unknown>, label: string): void {
  answer.catch(() => toast({ text: text('notKept', { what: label }), kind: 'bad', seconds: 0 }))
}
