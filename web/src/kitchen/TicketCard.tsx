// A ticket. Its head selects it when tapped and bumps it when tapped twice; the button below bumps it too.

import { useComputed } from '@preact/signals'
import { formatList } from '../core/i18n'
import { Icon } from '../ui/icons'
import { Age, useAge } from './Age'
import { bump, cardName } from './actions'
import { startTimes } from './aging'
import { type Card, staffOf, waitingFor } from './cards'
import { stationName } from './house'
import type { Kitchen } from './kitchen'
import { LineRow } from './LineRow'
import { memo } from './memo'
import { calledOf, namesOf } from './names'
import { shortTime } from './short-time'
import type { Held } from './state'
import { text } from './texts'
import { isCooking, isUncleared, isWholeVoid, orderNumber } from './ticket'

export interface TicketCardProps {
  kitchen: Kitchen
  card: Card
  onMenu: (card: Card) => void
}

export const TicketCard = memo(function TicketCard({ kitchen, card, onMenu }: TicketCardProps) {
  const age = useAge(kitchen, card).value
  const isSelected = useComputed(() => kitchen.selected.value === card.key).value
  const wanted = useComputed(() => kitchen.attention.wanted.value.get(card.key)).value
  const isVoid = card.parts.every((part) => isWholeVoid(part.ticket))
  const name = cardName(kitchen, card)
  return (
    <article
      class="ticket"
      data-age={age}
      data-key={card.key}
      data-void={isVoid || undefined}
      data-wanted={wanted}
      aria-label={`${name}, ${orderNumber(card.order)}`}
      aria-current={isSelected || undefined}
    >
      <Head kitchen={kitchen} card={card} name={name} onMenu={onMenu} />
      <Labels kitchen={kitchen} card={card} isVoid={isVoid} />
      {card.notes.map((note) => (
        <p class="ticket-note" key={note} dir="auto">
          <Icon name="note" size={20} /> <span>{note}</span>
        </p>
      ))}
      {card.parts.map((part) => (
        <Part key={part.ticket.id} kitchen={kitchen} part={part} />
      ))}
      <Foot kitchen={kitchen} card={card} />
    </article>
  )
})

interface HeadProps {
  kitchen: Kitchen
  card: Card
  name: string
  onMenu: (card: Card) => void
}

function Head({ kitchen, card, name, onMenu }: HeadProps) {
  const number = useComputed(() => (kitchen.hasKeys.value ? kitchen.numbers.value.get(card.key) : undefined)).value
  const details = [`#${orderNumber(card.order)}`, shortTime(card.openedMs)]
  if (card.course > 1) details.unshift(text('course', { course: card.course }))
  if (kitchen.settings.value.desk === 'station' && kitchen.manyStations.value) {
    details.unshift(stationName(kitchen.house.facts.value, card.parts[0]?.ticket.station ?? ''))
  }
  const staff = namesOf(kitchen.names.value, staffOf(card))
  return (
    <header class="ticket-head">
      <div class="ticket-grip">
        <Age kitchen={kitchen} card={card} />
        <div class="ticket-title">
          <h2>
            <bdi>{name}</bdi>
          </h2>
          <p>
            {details.map((one) => (
              <span key={one}>{one}</span>
            ))}
            {staff.length > 0 && (
              <bdi class="ticket-staff" title={text('servedBy', { name: formatList(staff) })}>
                {staff.map(calledOf).join(', ')}
              </bdi>
            )}
          </p>
        </div>
        {number !== undefined && <kbd class="ticket-number">{number}</kbd>}
      </div>
      <button
        type="button"
        class="ticket-menu"
        aria-label={text('ticketMenu', { table: name })}
        onClick={() => onMenu(card)}
      >
        <Icon name="more" size={30} />
      </button>
    </header>
  )
}

function Labels({ kitchen, card, isVoid }: { kitchen: Kitchen; card: Card; isVoid: boolean }) {
  const isPinned = useComputed(() => kitchen.pinned.value.has(card.key)).value
  const hasArrived = useComputed(() => kitchen.arrived.value.has(card.key)).value
  const isExpo = kitchen.settings.value.desk === 'expo'
  const waiting = waitingFor(card).map((station) => stationName(kitchen.house.facts.value, station))
  return (
    <>
      {isVoid && <p class="ticket-label ticket-label-void">{text('wholeVoid')}</p>}
      {card.recalledMs !== null && (
        <p class="ticket-label ticket-label-recalled">
          <Icon name="undo" size={18} /> {text('recalledFrom', { time: shortTime(card.openedMs) })}
        </p>
      )}
      {card.isAddOn && <p class="ticket-label ticket-label-add">{text('addOn', { time: shortTime(card.openedMs) })}</p>}
      {isPinned && (
        <p class="ticket-label ticket-label-first">
          <Icon name="flag" size={18} /> {text('priority')}
        </p>
      )}
      {hasArrived && (
        <p class="ticket-label ticket-label-arrived">
          <Icon name="offline" size={18} /> {text('arrivedOffline')}
        </p>
      )}
      {isExpo && !isVoid && (
        <p class={`ticket-label ${waiting.length > 0 ? 'ticket-label-waiting' : 'ticket-label-ready'}`}>
          <Icon name={waiting.length > 0 ? 'timer' : 'check'} size={18} />
          {waiting.length > 0 ? text('waitingFor', { stations: waiting.join(', ') }) : text('readyToSend')}
        </p>
      )}
    </>
  )
}

interface PartProps {
  kitchen: Kitchen
  part: Held
}

function Part({ kitchen, part }: PartProps) {
  const soldOut = kitchen.soldOut.value
  const dishes = kitchen.house.facts.value.dishes
  const times = startTimes(part.ticket, (item) => dishes[item]?.preparationSeconds ?? undefined)
  const isExpo = kitchen.settings.value.desk === 'expo'
  return (
    <>
      {isExpo && <h3 class="ticket-station">{stationName(kitchen.house.facts.value, part.ticket.station)}</h3>}
      <ul class="lines">
        {part.ticket.lines.map((line) => (
          <LineRow
            key={line.id}
            line={line}
            mark={part.marks[line.id]}
            startTime={times.get(line.id)}
            isSoldOut={soldOut.has(`item:${line.item}`)}
          />
        ))}
      </ul>
    </>
  )
}

function Foot({ kitchen, card }: { kitchen: Kitchen; card: Card }) {
  const lines = card.parts.flatMap((part) => part.ticket.lines)
  const isExpo = kitchen.settings.value.desk === 'expo'
  const ready = lines.filter((line) => line.state === 'ready').length
  const isCookingStill = lines.some(isCooking)
  const hasVoids = lines.some(isUncleared)
  if (isExpo && ready === 0 && !(hasVoids && !isCookingStill)) return null
  const words = (): string => {
    if (!isCookingStill && ready === 0 && hasVoids) return text('confirmVoid')
    if (!isExpo) return text('bump')
    return isCookingStill ? text.count('sendReady', ready) : text('sendOut')
  }
  return (
    <footer class="ticket-foot">
      <button type="button" class="bump" onClick={() => bump(kitchen, card)}>
        <Icon name="check" size={24} />
        <span>{words()}</span>
      </button>
    </footer>
  )
}
