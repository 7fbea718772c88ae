// Tickets on paper: black on white, one under the other, cut lines between them. Only the printer sees it.

import { useEffect } from 'preact/hooks'
import { serverNow } from '../core/clock'
import { clockTime, dayAndTime } from '../core/dates'
import { formatList, language } from '../core/i18n'
import { cardName } from './actions'
import { type Card, staffOf } from './cards'
import { stationName } from './house'
import type { Kitchen } from './kitchen'
import { namesOf } from './names'
import { allergenList, text } from './texts'
import { inLanguage, type Line, orderNumber } from './ticket'

export function PrintSheet({
  kitchen,
  cards,
  onDone,
}: {
  kitchen: Kitchen
  cards: readonly Card[]
  onDone: () => void
}) {
  useEffect(() => {
    window.addEventListener('afterprint', onDone)
    const frame = requestAnimationFrame(() => window.print())
    return () => {
      cancelAnimationFrame(frame)
      window.removeEventListener('afterprint', onDone)
    }
  }, [])
  return (
    <div class="print-sheet">
      {cards.map((card) => (
        <section key={card.key} class="print-ticket">
          <h2 dir="auto">{cardName(kitchen, card)}</h2>
          <p>
            #{orderNumber(card.order)} · {dayAndTime(card.openedMs)} · {text('course', { course: card.course })}
          </p>
          <Served kitchen={kitchen} card={card} />
          {card.isAddOn && <p>{text('addOn', { time: clockTime(card.openedMs) })}</p>}
          {card.recalledMs !== null && <p>{text('recalled')}</p>}
          {card.notes.map((note) => (
            <p key={note} class="print-note" dir="auto">
              {text('orderNote')}: {note}
            </p>
          ))}
          {card.parts.map((part) => (
            <div key={part.ticket.id}>
              <h3>{stationName(kitchen.house.facts.value, part.ticket.station)}</h3>
              <ul>
                {part.ticket.lines.map((line) => (
                  <PrintLine key={line.id} line={line} />
                ))}
              </ul>
            </div>
          ))}
        </section>
      ))}
      <p class="print-time">{text('printedAt', { time: dayAndTime(serverNow()) })}</p>
    </div>
  )
}

function Served({ kitchen, card }: { kitchen: Kitchen; card: Card }) {
  const names = namesOf(kitchen.names.value, staffOf(card))
  return names.length === 0 ? null : <p dir="auto">{text('servedBy', { name: formatList(names) })}</p>
}

function PrintLine({ line }: { line: Line }) {
  const words = language.value
  const variation = line.variationName === null ? '' : `, ${inLanguage(line.variationName, words)}`
  const name = `${line.quantity} × ${inLanguage(line.name, words)}${variation}`
  return (
    <li dir="auto">
      {line.state === 'voided' ? (
        <>
          <s>{name}</s> {text('voidedPlain')}
        </>
      ) : (
        <b>{name}</b>
      )}
      {line.state === 'ready' && ` ✓ ${text('done')}`}
      {line.options.map((one) => (
        <div key={one.group + one.option} class="print-option">
          {one.quantity > 1 ? `${one.quantity} × ` : '+ '}
          {inLanguage(one.name, words)}
        </div>
      ))}
      {line.note !== '' && <div class="print-note">{line.note}</div>}
      {line.allergens.length > 0 && (
        <div>
          {text('contains')}: {allergenList(line.allergens)}
        </div>
      )}
      {line.mayContain.length > 0 && (
        <div>
          {text('mayContain')}: {allergenList(line.mayContain)}
        </div>
      )}
    </li>
  )
}
