// One dish: what is in it, how it can be had, how many. Also for changing a line of the list.

import { useState } from 'preact/hooks'
import { formatList } from '../core/i18n'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Field } from '../ui/Field'
import { Segmented } from '../ui/Segmented'
import { TextArea } from '../ui/TextInput'
import type { BasketLine } from './basket'
import { GroupChoice, VariationChoice } from './Choices'
import { type Choosing, choiceOf, firstChoice, missing, mostOf, QUANTITY_LIMIT, unitPrice } from './choice'
import { Marks } from './DishCard'
import { isServed } from './hours'
import { type Dish, groupsOf, type Menu, nameOf } from './menu'
import { Stepper } from './Stepper'
import { closeSheet, sheet, useTable } from './table-context'
import { codeName, text } from './texts'
import { textOf } from './texts-of'

const NOTE_LIMIT = 140

/** line: which one is changed; null: a new one. */
export function DishDialog({ menu, dish, line }: { menu: Menu; dish: Dish; line: BasketLine | null }) {
  const table = useTable()
  const [choosing, choose] = useState<Choosing>(() => (line === null ? firstChoice(dish) : choiceOf(line)))
  const reading = table.reading.value
  const groups = groupsOf(menu, dish)
  const lacking = missing(menu, dish, choosing)
  const unit = unitPrice(menu, dish, choosing)
  const most = mostOf(table.stock.state.value, dish, choosing, groups, table.stockNowMs.value)
  const isOut = most === 0
  const section = menu.sections.find(({ dishes }) => dishes.includes(dish))
  const isOpen = isServed(section?.hours ?? null, table.stockNowMs.value, table.visit.value.zone)
  const name = nameOf(menu, dish, reading)
  const description = textOf(dish.description, reading, menu.locale)
  const done = () => {
    if (line === null) void table.ordering.add(menu, dish, choosing, name)
    else void table.ordering.choose(line, menu, dish, choosing, name)
    closeSheet()
  }
  const back = () => (sheet.value = line === null ? { kind: 'none' } : { kind: 'order' })
  const price = unit === null ? '' : table.money.value.full(unit * choosing.quantity)
  const words = !isOpen
    ? text('notServed')
    : isOut
      ? text('soldOut')
      : lacking !== null
        ? text('chooseMissing', {
            name: lacking === 'variation' ? text('variation') : textOf(lacking.name, reading, menu.locale),
          })
        : text(line === null ? 'addFor' : 'changeFor', { price })
  return (
    <Dialog
      title={name}
      open
      onClose={back}
      onSubmit={done}
      actions={
        <div class="dish-actions">
          <Stepper
            value={choosing.quantity}
            least={1}
            most={Math.min(QUANTITY_LIMIT, most === null || most === 0 ? QUANTITY_LIMIT : most)}
            label={text('quantity')}
            onChange={(quantity) => choose({ ...choosing, quantity })}
          />
          <Button kind="primary" type="submit" disabled={lacking !== null || isOut || !isOpen || unit === null}>
            {words}
          </Button>
        </div>
      }
    >
      <div class="dish-sheet">
        {dish.photo !== null && <img class="dish-picture" src={`/api/v1/photos/${dish.photo}/detail`} alt="" />}
        {description !== '' && (
          <p class="dish-description" dir="auto">
            {description}
          </p>
        )}
        <p class="dish-foot">
          <Marks dish={dish} />
          {dish.kcal !== null && <span class="mark">{text('kcal', { n: dish.kcal })}</span>}
        </p>
        <Contents dish={dish} />
        <VariationChoice menu={menu} dish={dish} choosing={choosing} onChoose={choose} />
        {groups.map((group) => (
          <GroupChoice key={group.id} menu={menu} group={group} choosing={choosing} onChoose={choose} />
        ))}
        <CourseChoice choosing={choosing} onChoose={choose} />
        <Field label={text('note')}>
          <TextArea
            value={choosing.note}
            rows={2}
            maxLength={NOTE_LIMIT}
            placeholder={text('notePlaceholder')}
            onValue={(note) => choose({ ...choosing, note })}
          />
        </Field>
      </div>
    </Dialog>
  )
}

function Contents({ dish }: { dish: Dish }) {
  if (dish.allergens.length === 0 && dish.mayContain.length === 0 && dish.additives.length === 0) {
    return <p class="hint">{text('ask')}</p>
  }
  return (
    <div class="contents">
      {dish.allergens.length > 0 && (
        <p class="contents-sure">{text('contains', { list: formatList(dish.allergens.map(codeName)) })}</p>
      )}
      {dish.mayContain.length > 0 && <p>{text('mayContain', { list: formatList(dish.mayContain.map(codeName)) })}</p>}
      {dish.additives.length > 0 && <p>{text('additives', { list: formatList(dish.additives.map(codeName)) })}</p>}
    </div>
  )
}

function CourseChoice({ choosing, onChoose }: { choosing: Choosing; onChoose: (choosing: Choosing) => void }) {
  const options = [
    { value: '1', label: text('course1') },
    { value: '2', label: text('course2') },
    { value: '3', label: text('course3') },
  ]
  return (
    <div class="option">
      <span class="field-label">{text('course')}</span>
      <Segmented
        label={text('course')}
        value={String(choosing.course)}
        options={options}
        onChange={(course) => onChoose({ ...choosing, course: Number(course) })}
      />
    </div>
  )
}
