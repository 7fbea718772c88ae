// What was bumped in the last hour, to be brought back: with what was on it, when it came and when it went.

import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { seconds, serverNow } from '../core/clock'
import { clockTime } from '../core/dates'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { EmptyState } from '../ui/EmptyState'
import { cardName, dishName, recall } from './actions'
import { type Kitchen, type Recallable, recentlyBumped } from './kitchen'
import { text } from './texts'
import { orderNumber, type Ticket } from './ticket'

export function RecallPanel({ kitchen, open, onClose }: { kitchen: Kitchen; open: boolean; onClose: () => void }) {
  return (
    <Dialog title={text('recallTitle')} open={open} onClose={onClose} side>
      <List kitchen={kitchen} />
    </Dialog>
  )
}

function List({ kitchen }: { kitchen: Kitchen }) {
  // A screen that was just turned on has seen no bumps: what waits to be taken out is asked for.
  const finished = useSignal<readonly Ticket[]>([])
  useEffect(() => {
    void kitchen.house.finished().then((found) => {
      finished.value = found.filter((ticket) => isOfScreen(kitchen, ticket))
    })
  }, [])
  const shown = new Set(kitchen.cards.value.flatMap((card) => card.parts.map((part) => part.ticket.id)))
  const bumped = recentlyBumped(kitchen.bumped.value, finished.value, serverNow()).filter(
    (one) => !shown.has(one.ticket.id),
  )
  if (bumped.length === 0) return <EmptyState icon="history" title={text('recallEmpty')} />
  return (
    <ul class="recall-list">
      {bumped.map((one) => (
        <Row key={one.ticket.id} kitchen={kitchen} bumped={one} />
      ))}
    </ul>
  )
}

function Row({ kitchen, bumped }: { kitchen: Kitchen; bumped: Recallable }) {
  const { ticket, closedMs } = bumped
  const limitMs = kitchen.house.facts.value.recallSeconds * 1000
  const isLate = closedMs !== null && seconds.value * 1000 - closedMs > limitMs
  const reason = isLate ? text('tooLate') : bumped.canRecall ? null : text('served')
  return (
    <li class="recall-row">
      <div class="recall-words">
        <h3 dir="auto">
          {cardName(kitchen, ticket)} <small>#{orderNumber(ticket.order)}</small>
        </h3>
        <p class="recall-times">
          {text('orderedAt', { time: clockTime(ticket.openedMs) })}{' '}
          {closedMs !== null && `· ${text('bumpedAt', { time: clockTime(closedMs) })}`}
        </p>
        <p dir="auto">{ticket.lines.map((line) => `${line.quantity}× ${dishName(line)}`).join(', ')}</p>
      </div>
      {reason === null ? (
        <Button icon="undo" kind="primary" onClick={() => recall(kitchen, ticket)}>
          {text('recall')}
        </Button>
      ) : (
        <span class="recall-why">{reason}</span>
      )}
    </li>
  )
}

function isOfScreen(kitchen: Kitchen, ticket: Ticket): boolean {
  const { desk, stations } = kitchen.settings.peek()
  return desk === 'station' && (stations.length === 0 || stations.includes(ticket.station))
}
