// A line of the list that nobody sent yet: who chose it, how many, and whatever has to be asked.

import { Avatar } from '../ui/Avatar'
import { Button } from '../ui/Button'
import { Icon } from '../ui/icons'
import { Ask } from './Ask'
import type { BasketLine } from './basket'
import { QUANTITY_LIMIT } from './choice'
import { colorOf, dishName, whoChose } from './names'
import type { PriceQuestion } from './prices'
import { Stepper } from './Stepper'
import { sheet, useTable } from './table-context'
import { text } from './texts'
import { textOf } from './texts-of'

export function LineRow({ line }: { line: BasketLine }) {
  const table = useTable()
  const name = dishName(table, line)
  const who = whoChose(table, line)
  const mayEdit = table.mayEdit(line)
  const short = table.short.value.get(line.id)
  const isWaiting = line.pending === 'waiting' && table.isOffline.value
  return (
    <li class={['line', short !== undefined && 'is-short'].filter(Boolean).join(' ')}>
      <div class="line-main">
        <Avatar name={who} color={line.owner === null ? undefined : colorOf(table, line.owner)} size="small" />
        <LineWords line={line} name={name} who={who} mayEdit={mayEdit} />
        <div class="line-end">
          <span class="price">{table.money.value.full(line.price)}</span>
          {mayEdit && (
            <Stepper
              value={line.quantity}
              least={1}
              most={QUANTITY_LIMIT}
              label={`${name}: ${text('quantity')}`}
              removes
              onChange={(quantity) => void table.ordering.count(line, quantity, name)}
            />
          )}
        </div>
      </div>
      <Question line={line} name={name} />
      {short !== undefined && (
        <p class="line-problem">
          <Icon name="soldOut" size={16} />
          <span>
            {short.remaining === 0 ? text('lineSoldOut', { dish: name }) : text('lineLeft', { n: short.remaining })}
          </span>
        </p>
      )}
      {isWaiting && (
        <p class="line-waits">
          <Icon name="clock" size={14} /> {text('pending')}
        </p>
      )}
    </li>
  )
}

function LineWords({ line, name, who, mayEdit }: { line: BasketLine; name: string; who: string; mayEdit: boolean }) {
  const table = useTable()
  const menu = table.shelf.menus.value.get(line.menu)
  const dish = menu?.dishes.get(line.item)
  const words = (
    <>
      <span class="dish-name" dir="auto">
        {!mayEdit && line.quantity > 1 && `${line.quantity} × `}
        {name}
      </span>
      <LineDetails line={line} />
      <span class="line-who">{text('by', { name: who })}</span>
    </>
  )
  if (!mayEdit || menu === undefined || dish === undefined) return <span class="line-words">{words}</span>
  return (
    <button
      type="button"
      class="line-words"
      aria-label={text('edit', { name })}
      onClick={() => (sheet.value = { kind: 'dish', menu, dish, line })}
    >
      {words}
    </button>
  )
}

/** Options and wishes of a line. */
export function LineDetails({ line }: { line: BasketLine }) {
  const table = useTable()
  const own = table.shelf.menus.value.get(line.menu)?.locale ?? ''
  const options = line.options.map(({ name, quantity }) => {
    const words = textOf(name, table.reading.value, own)
    return quantity > 1 ? `${quantity} × ${words}` : words
  })
  const courses = { 2: text('course2'), 3: text('course3') }
  const course = line.course === 2 || line.course === 3 ? courses[line.course] : ''
  return (
    <>
      {options.length > 0 && (
        <span class="line-details" dir="auto">
          {options.join(', ')}
        </span>
      )}
      {line.note !== '' && (
        <span class="line-details line-note" dir="auto">
          “{line.note}”
        </span>
      )}
      {course !== '' && <span class="line-details">{course}</span>}
    </>
  )
}

/** What has to be asked about a line before it can be sent. */
function Question({ line, name }: { line: BasketLine; name: string }) {
  const table = useTable()
  const price = table.questions.value.get(line.id)
  if (price !== undefined) return <PriceCard line={line} name={name} question={price} />
  if (line.pending === 'expired') {
    return (
      <Ask words={text('expiredAsk')}>
        <Button onClick={() => void table.ordering.notWanted(line)}>
          {text(line.isNew ? 'remove' : 'dismissChange')}
        </Button>
        <Button kind="primary" onClick={() => void table.ordering.stillWanted(line)}>
          {text('stillYes')}
        </Button>
      </Ask>
    )
  }
  if (line.pending !== 'refused') return null
  const isOut = line.answer?.code === 'sold_out'
  return (
    <Ask
      words={isOut ? text('lineSoldOut', { dish: name }) : text('refusedLine', { reason: line.answer?.reason ?? '' })}
    >
      <Button onClick={() => line.entry !== null && void table.ordering.forget(line.entry)}>{text('dismiss')}</Button>
      <Button onClick={() => line.entry !== null && void table.ordering.again(line.entry)}>{text('retry')}</Button>
    </Ask>
  )
}

function PriceCard({ line, name, question }: { line: BasketLine; name: string; question: PriceQuestion }) {
  const table = useTable()
  const money = table.money.value
  const now = money.full(question.now)
  const was = question.was === null ? null : money.full(question.was)
  const update = () => {
    const menu = table.shelf.menus.value.get(line.menu)
    void table.ordering.acceptPrice(line, menu, question.version, question.now, name)
  }
  // Of a line that the table has, only the change is refused.
  const refuse = () => {
    if (line.isNew || question.entry === null) void table.ordering.remove(line, name)
    else void table.ordering.forget(question.entry)
  }
  return (
    <Ask
      words={
        was === null ? text('priceChangedNew', { dish: name, now }) : text('priceChanged', { dish: name, now, was })
      }
    >
      {question.mayKeep && was !== null ? (
        <Button onClick={() => table.keepPrice(question)}>{text('keep', { was })}</Button>
      ) : (
        <Button onClick={refuse}>{text(line.isNew ? 'remove' : 'dismissChange')}</Button>
      )}
      <Button kind="primary" onClick={update}>
        {text('update')}
      </Button>
    </Ask>
  )
}
