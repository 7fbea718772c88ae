// A dish in the menu. The card opens it; the plus puts it on the list at once when nothing has to be
// chosen, which saves a press for most dishes.

import { useComputed } from '@preact/signals'
import { Icon } from '../ui/icons'
import { firstChoice, missing } from './choice'
import { type Dish, groupsOf, leastPrice, type Menu, nameOf } from './menu'
import { leftOf } from './stock'
import { sheet, useTable } from './table-context'
import { codeName, text } from './texts'
import { textOf } from './texts-of'

const FEW = 10
const IS_GREEN = /^(veg|vég)/i // in all languages of the page

export function DishCard({ menu, dish, isServed }: { menu: Menu; dish: Dish; isServed: boolean }) {
  const table = useTable()
  const reading = table.reading.value
  const name = nameOf(menu, dish, reading)
  const description = textOf(dish.description, reading, menu.locale)
  // Computed, so that a card is drawn anew only when its own numbers change: menus have hundreds.
  const left = useComputed(() => leftOf(table.stock.state.value, `item:${dish.id}`, table.stockNowMs.value)).value
  const onList = useComputed(() => table.onMyList.value.get(dish.id) ?? 0).value
  const isOut = left === 0
  const open = () => (sheet.value = { kind: 'dish', menu, dish, line: null })
  const add = () => {
    const choice = firstChoice(dish)
    const isPlain =
      dish.variations.length === 0 && groupsOf(menu, dish).length === 0 && missing(menu, dish, choice) === null
    if (isPlain) void table.ordering.add(menu, dish, choice, name)
    else open()
  }
  return (
    <li class={['dish', isOut && 'is-out', dish.photo !== null && 'has-photo'].filter(Boolean).join(' ')}>
      <button type="button" class="dish-open" onClick={open}>
        <span class="dish-words">
          <span class="dish-name" dir="auto">
            {name}
          </span>
          {description !== '' && (
            <span class="dish-description" dir="auto">
              {description}
            </span>
          )}
          <span class="dish-foot">
            <Price dish={dish} />
            {isOut && <span class="mark mark-out">{text('soldOut')}</span>}
            {left !== null && left > 0 && left <= FEW && <span class="mark mark-few">{text.count('left', left)}</span>}
            <Marks dish={dish} />
          </span>
        </span>
        {dish.photo !== null && (
          <img
            class="dish-photo"
            src={`/api/v1/photos/${dish.photo}/list`}
            alt=""
            loading="lazy"
            width={104}
            height={104}
          />
        )}
      </button>
      {!isOut && isServed && dish.price !== null && (
        <button
          type="button"
          class={onList > 0 ? 'dish-add is-chosen' : 'dish-add'}
          aria-label={text('addNamed', { name })}
          onClick={add}
        >
          {onList > 0 ? <span aria-hidden="true">{onList}</span> : <Icon name="add" />}
        </button>
      )}
    </li>
  )
}

function Price({ dish }: { dish: Dish }) {
  const money = useTable().money.value
  const least = leastPrice(dish)
  if (least === null) return null
  const hasSeveral =
    dish.variations.some(({ price }) => price !== null && price !== least) ||
    (dish.price !== null && dish.price > least)
  return <span class="price">{hasSeveral ? text('from', { price: money.full(least) }) : money.full(least)}</span>
}

/** Diets, traits and how hot it is. */
export function Marks({ dish }: { dish: Dish }) {
  return (
    <>
      {dish.spice > 0 && (
        <span class="mark" title={text.count('spicy', dish.spice)}>
          <Icon name="fire" size={14} />
          <span aria-hidden="true">{dish.spice > 1 ? dish.spice : ''}</span>
          <span class="visually-hidden">{text.count('spicy', dish.spice)}</span>
        </span>
      )}
      {[...new Set([...dish.diets, ...dish.traits])].map((one) => (
        <span class="mark" key={one}>
          {IS_GREEN.test(one) && <Icon name="leaf" size={14} />}
          {codeName(one)}
        </span>
      ))}
    </>
  )
}
