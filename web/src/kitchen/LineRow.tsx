// One dish on a ticket: a button over the whole width. Tapped it is done; held it opens what can be done about
// the dish. What is cancelled stays, struck through, until the ticket is bumped.

import { language } from '../core/i18n'
import { Icon } from '../ui/icons'
import type { StartBy as StartTime } from './aging'
import { memo } from './memo'
import { StartBy } from './StartBy'
import { shortTime } from './short-time'
import type { Mark } from './state'
import { allergenList, text } from './texts'
import { inLanguage, type Line } from './ticket'

export interface LineRowProps {
  line: Line
  mark: Mark | undefined
  startTime: StartTime | undefined
  isSoldOut: boolean
}

export const LineRow = memo(function LineRow({ line, mark, startTime, isSoldOut }: LineRowProps) {
  const words = language.value
  return (
    <li class="line" data-state={line.state} data-mark={mark?.kind} data-cleared={line.isCleared || undefined}>
      <button type="button" class="line-button" data-line={line.id}>
        <LineFlag line={line} mark={mark} />
        <span class="line-main">
          <span class="line-quantity" data-many={line.quantity > 1 || undefined}>
            {line.quantity}
            <span class="times">×</span>
          </span>
          <span class="line-words">
            <span class="line-name" dir="auto">
              {inLanguage(line.name, words)}
            </span>
            {line.variationName !== null && (
              <span class="line-variation" dir="auto">
                {inLanguage(line.variationName, words)}
              </span>
            )}
          </span>
          <LineState line={line} />
        </span>
        {line.options.map((option) => (
          <span class="line-option" key={option.group + option.option} dir="auto">
            {option.quantity > 1 && <b>{option.quantity}× </b>}
            {inLanguage(option.name, words)}
          </span>
        ))}
        {line.note !== '' && (
          <span class="line-note" dir="auto">
            <Icon name="note" size={18} /> {line.note}
          </span>
        )}
        {line.seat !== '' && <span class="line-seat">{text('seat', { seat: line.seat })}</span>}
        {isSoldOut && (
          <span class="line-off">
            <Icon name="soldOut" size={16} /> {text('soldOutNow')}
          </span>
        )}
        {line.state !== 'voided' && <Allergens line={line} />}
        {startTime !== undefined && <StartBy time={startTime} />}
      </button>
    </li>
  )
})

function LineFlag({ line, mark }: { line: Line; mark: Mark | undefined }) {
  if (line.state === 'voided') {
    return (
      <span class="line-flag line-flag-void">
        {mark ? text('voided', { time: shortTime(mark.atMs) }) : text('voidedPlain')}
      </span>
    )
  }
  if (mark?.kind === 'added') return <span class="line-flag">{text('addOn', { time: shortTime(mark.atMs) })}</span>
  if (mark?.kind === 'changed') return <span class="line-flag">{text('changed', { time: shortTime(mark.atMs) })}</span>
  return null
}

function LineState({ line }: { line: Line }) {
  if (line.state === 'ready') {
    return (
      <span class="line-state">
        <Icon name="check" size={26} />
        <span class="visually-hidden">{text('done')}</span>
      </span>
    )
  }
  if (line.state === 'served') {
    return (
      <span class="line-state">
        <Icon name="checks" size={26} />
        <span class="visually-hidden">{text('sent')}</span>
      </span>
    )
  }
  if (line.state !== 'preparing') return null
  return (
    <span class="line-state line-state-cooking">
      <Icon name="pan" size={24} />
      <span class="visually-hidden">{text('cooking')}</span>
    </span>
  )
}

function Allergens({ line }: { line: Line }) {
  if (line.allergens.length + line.mayContain.length === 0) return null
  return (
    <span class="line-allergens">
      <Icon name="alert" size={18} />
      <span>
        {line.allergens.length > 0 && (
          <>
            <b>{text('contains')}</b> {allergenList(line.allergens)}
          </>
        )}
        {line.allergens.length > 0 && line.mayContain.length > 0 && <br />}
        {line.mayContain.length > 0 && (
          <>
            <b>{text('mayContain')}</b> {allergenList(line.mayContain)}
          </>
        )}
      </span>
    </span>
  )
}
