// What can be done with a whole ticket besides bumping it. A dialog with large buttons, because a list that drops
// down from a ticket would end where its column ends.

import { Dialog } from '../ui/Dialog'
import { Icon, type IconName } from '../ui/icons'
import { cardName, dishName, fireCourse, holdCourse, startAll, togglePin } from './actions'
import type { Card } from './cards'
import type { Kitchen } from './kitchen'
import { text } from './texts'
import { isCooking, type Line } from './ticket'

export interface TicketSheetProps {
  kitchen: Kitchen
  card: Card
  onClose: () => void
  onPrint: (card: Card) => void
  onDish: (line: Line, card: Card) => void
}

export function TicketSheet({ kitchen, card, onClose, onPrint, onDish }: TicketSheetProps) {
  const lines = card.parts.flatMap((part) => part.ticket.lines)
  const hasUnbegun = lines.some((line) => line.state === 'fired')
  const isPinned = kitchen.pinned.value.has(card.key)
  const next = card.course + 1
  const action = (icon: IconName, label: string, run: () => void) => (
    <button
      type="button"
      class="sheet-action"
      onClick={() => {
        onClose()
        run()
      }}
    >
      <Icon name={icon} size={24} /> <span dir="auto">{label}</span>
    </button>
  )
  return (
    <Dialog title={cardName(kitchen, card)} open onClose={onClose}>
      <div class="sheet">
        {action('flag', isPinned ? text('unpin') : text('pin'), () => togglePin(kitchen, card))}
        {hasUnbegun && action('pan', text('startAll'), () => startAll(kitchen, card))}
        {hasUnbegun && action('pause', text('holdCourse', { course: card.course }), () => holdCourse(kitchen, card))}
        {action('fire', text('fireCourse', { course: next }), () => fireCourse(kitchen, card, next))}
        {action('print', text('print'), () => onPrint(card))}
        {lines
          .filter(isCooking)
          .map((line) => action('soldOut', text('soldOutDish', { dish: dishName(line) }), () => onDish(line, card)))}
      </div>
    </Dialog>
  )
}
