// Variations and groups of options in the dialog of a dish: the browser's own radio buttons and boxes,
// so that keyboards and screen readers know them; what is sold out cannot be chosen.

import { useId } from 'preact/hooks'
import { type Choosing, chosenIn, countOf, isSingle, withOption } from './choice'
import type { Choice, Dish, Group, Menu } from './menu'
import { Stepper } from './Stepper'
import { leftOf } from './stock'
import { useTable } from './table-context'
import { text } from './texts'
import { textOf } from './texts-of'

interface Props {
  menu: Menu
  choosing: Choosing
  onChoose: (choosing: Choosing) => void
}

export function VariationChoice({ menu, dish, choosing, onChoose }: Props & { dish: Dish }) {
  const table = useTable()
  const name = useId()
  if (dish.variations.length === 0) return null
  const isLeft = (id: string) => leftOf(table.stock.state.value, `variation:${id}`, table.stockNowMs.value) !== 0
  return (
    <fieldset class="choices">
      <legend>{text('variation')}</legend>
      {dish.variations.map((one) => (
        <label key={one.id} class="choice">
          <input
            type="radio"
            name={name}
            checked={choosing.variation === one.id}
            disabled={!isLeft(one.id)}
            onChange={() => onChoose({ ...choosing, variation: one.id })}
          />
          <ChoiceWords menu={menu} choice={one} isLeft={isLeft(one.id)} />
          <span class="price">{table.money.value.full(one.price ?? dish.price ?? 0)}</span>
        </label>
      ))}
    </fieldset>
  )
}

export function GroupChoice({ menu, group, choosing, onChoose }: Props & { group: Group }) {
  const table = useTable()
  const isFull = group.most !== null && chosenIn(choosing, group) >= group.most
  return (
    <fieldset class="choices">
      <legend>
        {textOf(group.name, table.reading.value, menu.locale)} <small>{rule(group)}</small>
      </legend>
      {group.options.map((option) => (
        <OptionRow key={option.id} {...{ menu, group, option, choosing, onChoose, isFull }} />
      ))}
    </fieldset>
  )
}

function OptionRow({
  menu,
  group,
  option,
  choosing,
  onChoose,
  isFull,
}: Props & { group: Group; option: Choice; isFull: boolean }) {
  const table = useTable()
  const count = countOf(choosing, group, option.id)
  const isLeft = leftOf(table.stock.state.value, `option:${option.id}`, table.stockNowMs.value) !== 0
  const price = option.price ?? 0
  const set = (wanted: number) => onChoose(withOption(choosing, group, option.id, wanted))
  const canRepeat = group.most === null || group.most > 1
  return (
    <div class="choice-row">
      <label class="choice">
        <input
          type={isSingle(group) && group.least === 1 ? 'radio' : 'checkbox'}
          checked={count > 0}
          disabled={!isLeft || (isFull && count === 0 && !isSingle(group))}
          onChange={(event) => set(event.currentTarget.checked ? 1 : 0)}
        />
        <ChoiceWords menu={menu} choice={option} isLeft={isLeft} />
        <span class="price">{price === 0 ? '' : text('plus', { price: table.money.value.full(price) })}</span>
      </label>
      {canRepeat && count > 0 && (
        <Stepper
          value={count}
          least={1}
          most={isFull ? count : 9}
          label={textOf(option.name, table.reading.value, menu.locale)}
          onChange={set}
          removes
        />
      )}
    </div>
  )
}

function ChoiceWords({ menu, choice, isLeft }: { menu: Menu; choice: Choice; isLeft: boolean }) {
  const table = useTable()
  return (
    <span class="choice-words">
      <bdi>{textOf(choice.name, table.reading.value, menu.locale)}</bdi>
      {!isLeft && <small class="mark mark-out">{text('soldOut')}</small>}
    </span>
  )
}

function rule({ least, most }: Group): string {
  if (least === 1 && most === 1) return text('required')
  if (least === 0) return most === null ? '' : most === 1 ? text('chooseOne') : text('chooseUpTo', { n: most })
  if (most === null) return text('chooseAtLeast', { n: least })
  return least === most ? text('chooseAtLeast', { n: least }) : text('chooseBetween', { least, most })
}
