// What can be done about a dish: take it off sale, until when, count it down, or say that this one cannot be made.

import { useSignal } from '@preact/signals'
import { serverNow } from '../core/clock'
import { clockTime } from '../core/dates'
import { language } from '../core/i18n'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Icon } from '../ui/icons'
import { dishName, rejectLine, startLine } from './actions'
import type { Card } from './cards'
import type { Kitchen } from './kitchen'
import { StockWords } from './StockWords'
import type { StockEntry } from './stock'
import { type StockCommand, setStock } from './stock-actions'
import { useStockAuthors } from './stock-authors'
import { text } from './texts'
import { inLanguage, type Line, type Texts } from './ticket'

/** The dish that the sheet is about; with the line that was held, if it was one. */
export interface DishChoice {
  readonly item: string
  readonly name: Texts
  readonly line?: Line
  readonly card?: Card
}

interface Target {
  readonly target: string
  readonly label: string
}

const MINUTES = [30, 60, 120, 240] as const
const COUNTS = [1, 2, 3, 5, 10] as const

export function DishSheet({
  kitchen,
  choice,
  onClose,
}: {
  kitchen: Kitchen
  choice: DishChoice | null
  onClose: () => void
}) {
  const title = choice === null ? '' : inLanguage(choice.name, language.value)
  return (
    <Dialog title={title} open={choice !== null} onClose={onClose}>
      {choice !== null && <Sheet key={choice.item} kitchen={kitchen} choice={choice} onClose={onClose} />}
    </Dialog>
  )
}

function Sheet({ kitchen, choice, onClose }: { kitchen: Kitchen; choice: DishChoice; onClose: () => void }) {
  const targets = targetsOf(choice)
  const chosen = useSignal(targets[0]?.target ?? '')
  const target = chosen.value
  const label = targets.find((one) => one.target === target)?.label ?? ''
  const entry = kitchen.stock.value.find((one) => one.target === target)
  const authors = useStockAuthors(kitchen, entry === undefined ? [] : [entry]).value
  const say = (command: StockCommand, words: string): void => {
    setStock(kitchen, command, words)
    onClose()
  }
  const soldOut = text('didSoldOut', { dish: label })
  const back = ({ isSoldOut }: StockEntry): void => {
    const words = text('didBack', { dish: label })
    if (isSoldOut) say({ type: 'item.un86', body: { target } }, words)
    else say({ type: 'stock.set', body: { target, remaining: null } }, words)
  }
  return (
    <div class="dish-sheet">
      {targets.length > 1 && (
        <fieldset class="choices">
          <legend>{text('which')}</legend>
          {targets.map((one) => (
            <button
              key={one.target}
              type="button"
              class="choice"
              aria-pressed={one.target === target}
              onClick={() => (chosen.value = one.target)}
            >
              {one.label}
            </button>
          ))}
        </fieldset>
      )}
      {entry !== undefined && (
        <p class="dish-now">
          <StockWords kitchen={kitchen} entry={entry} authors={authors} />
          <Button kind="primary" icon="check" onClick={() => back(entry)}>
            {entry.isSoldOut ? text('backOnSale') : text('stopCounting')}
          </Button>
        </p>
      )}
      <section>
        <Button
          kind="danger"
          icon="soldOut"
          class="wide-button"
          onClick={() => say({ type: 'item.86', body: { target } }, soldOut)}
        >
          {text('soldOutNow')}
        </Button>
        <p class="hint">
          {text('soldOutHint')} {text('backTomorrow')}.
        </p>
      </section>
      <Until onUntil={(until) => say({ type: 'item.86', body: { target, until } }, soldOut)} />
      <Left
        onLeft={(remaining) =>
          say({ type: 'stock.set', body: { target, remaining } }, text('didCount', { n: remaining, dish: label }))
        }
      />
      <ThisTicket kitchen={kitchen} choice={choice} onClose={onClose} />
    </div>
  )
}

function Until({ onUntil }: { onUntil: (untilMs: number) => void }) {
  const time = useSignal('')
  const custom = untilTime(time.value, serverNow())
  return (
    <fieldset class="choices">
      <legend>{text('soldOutUntil')}</legend>
      {MINUTES.map((minutes) => (
        <button key={minutes} type="button" class="choice" onClick={() => onUntil(serverNow() + minutes * 60_000)}>
          {minutes < 60 ? text('inMinutes', { n: minutes }) : text.count('inHours', minutes / 60)}
          <small>{clockTime(serverNow() + minutes * 60_000)}</small>
        </button>
      ))}
      <label class="until">
        <span>{text('atTime')}</span>
        <input
          class="input"
          type="time"
          value={time.value}
          onInput={(event) => (time.value = event.currentTarget.value)}
        />
      </label>
      <Button disabled={custom === null} onClick={() => custom !== null && onUntil(custom)}>
        {text('setTime')}
      </Button>
    </fieldset>
  )
}

function Left({ onLeft }: { onLeft: (remaining: number) => void }) {
  const count = useSignal(4)
  return (
    <fieldset class="choices">
      <legend>{text('howManyLeft')}</legend>
      {COUNTS.map((one) => (
        <button key={one} type="button" class="choice choice-number" onClick={() => onLeft(one)}>
          {one}
        </button>
      ))}
      <span class="stepper">
        <button type="button" aria-label={text('fewer')} disabled={count.value <= 0} onClick={() => (count.value -= 1)}>
          <Icon name="minus" />
        </button>
        <output>{count.value}</output>
        <button
          type="button"
          aria-label={text('moreOne')}
          disabled={count.value >= 999}
          onClick={() => (count.value += 1)}
        >
          <Icon name="add" />
        </button>
      </span>
      <Button onClick={() => onLeft(count.value)}>{text('setCount')}</Button>
    </fieldset>
  )
}

function ThisTicket({ kitchen, choice, onClose }: { kitchen: Kitchen; choice: DishChoice; onClose: () => void }) {
  const { card, line } = choice
  if (card === undefined || line === undefined || line.state !== 'fired') return null
  const run = (act: (kitchen: Kitchen, card: Card, line: Line) => void) => () => {
    act(kitchen, card, line)
    onClose()
  }
  return (
    <fieldset class="choices">
      <legend>{text('thisTicket')}</legend>
      <Button icon="pan" onClick={run(startLine)}>
        {text('start')}
      </Button>
      <Button icon="close" onClick={run(rejectLine)}>
        {text('rejectLine')}
      </Button>
      <p class="hint">{text('rejectHint')}</p>
    </fieldset>
  )
}

/** A time of the clock as milliseconds: today, or tomorrow when it has passed. Null: none. */
export function untilTime(typed: string, nowMs: number): number | null {
  const found = /^(\d{2}):(\d{2})$/.exec(typed)
  if (found === null) return null
  const at = new Date(nowMs)
  at.setHours(Number(found[1]), Number(found[2]), 0, 0)
  if (at.getTime() <= nowMs) at.setDate(at.getDate() + 1)
  return at.getTime()
}

function targetsOf({ item, name, line }: DishChoice): readonly Target[] {
  const dish = { target: `item:${item}`, label: inLanguage(name, language.value) }
  if (line === undefined) return [dish]
  const variation = line.variation === null ? [] : [{ target: `variation:${line.variation}`, label: dishName(line) }]
  const options = line.options.map((one) => ({
    target: `option:${one.option}`,
    label: inLanguage(one.name, language.value),
  }))
  return [dish, ...variation, ...options]
}
