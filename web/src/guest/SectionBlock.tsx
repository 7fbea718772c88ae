// One section: its heading, when it is served, its dishes.

import { weekdayNames } from '../core/dates'
import { Icon } from '../ui/icons'
import { DishCard } from './DishCard'
import { isServed, minutes, type Opening, openings } from './hours'
import { anchorOf } from './MenuView'
import type { Dish, Menu, Section } from './menu'
import { useTable } from './table-context'
import { text } from './texts'
import { textOf } from './texts-of'

export function SectionBlock({ menu, section, dishes }: { menu: Menu; section: Section; dishes: readonly Dish[] }) {
  const table = useTable()
  const isOpen = isServed(section.hours, minutes.value * 60_000, table.visit.value.zone)
  const reading = table.reading.value
  const description = textOf(section.description, reading, menu.locale)
  return (
    <section class={isOpen ? 'menu-section' : 'menu-section is-closed'} id={anchorOf(section)}>
      <h2 tabIndex={-1} dir="auto">
        {textOf(section.name, reading, menu.locale)}
      </h2>
      {description !== '' && (
        <p class="section-words" dir="auto">
          {description}
        </p>
      )}
      {section.hours !== null && (
        <p class={isOpen ? 'section-hours' : 'section-hours is-closed'}>
          <Icon name="clock" size={16} />
          <span>
            {!isOpen && <strong>{text('notServed')}. </strong>}
            {text('servedAt', { times: openings(section.hours).map(openingWords).join(', ') })}
          </span>
        </p>
      )}
      <ul class="dishes">
        {dishes.map((dish) => (
          <DishCard key={dish.id} menu={menu} dish={dish} isServed={isOpen} />
        ))}
      </ul>
    </section>
  )
}

function openingWords({ days: [first, last], from, to }: Opening): string {
  const names = weekdayNames('short')
  const start = names[first - 1] ?? ''
  const days = first === 1 && last === 7 ? text('daily') : first === last ? start : `${start}–${names[last - 1] ?? ''}`
  return `${days} ${from}–${to}`
}
