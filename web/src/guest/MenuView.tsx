// The menu: its tabs when there are several, search and wishes, then section after section.

import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { Button } from '../ui/Button'
import { EmptyState } from '../ui/EmptyState'
import { SearchField } from '../ui/SearchField'
import { Skeleton } from '../ui/Skeleton'
import { isServed, minutes } from './hours'
import { type Dish, type Menu, nameOf, type Section } from './menu'
import { wishes } from './preferences'
import { SectionBlock } from './SectionBlock'
import { matches } from './search'
import { sheet, useTable } from './table-context'
import { text } from './texts'
import { textOf } from './texts-of'
import { countOf, NO_WISHES, suits } from './wishes'

const FIRST_SECTIONS = 2

interface Part {
  readonly section: Section
  readonly dishes: readonly Dish[]
}

export function MenuView() {
  const { shelf } = useTable()
  const menu = shelf.current.value
  if (menu !== null) return <OneMenu key={menu.id} menu={menu} />
  if (!shelf.isReady.value) {
    return (
      <div class="menu-loading" aria-busy="true">
        <Skeleton lines={8} />
      </div>
    )
  }
  return (
    <EmptyState icon="book" title={text('noMenu')}>
      {text('noMenuHint')}
    </EmptyState>
  )
}

function OneMenu({ menu }: { menu: Menu }) {
  const table = useTable()
  const query = useSignal('')
  const minute = minutes.value
  const reading = table.reading.value
  const found = useMemo(
    () => partsOf(menu, reading, query.value, minute * 60_000, table.visit.value.zone),
    [menu, reading, query.value, wishes.value, minute],
  )
  const count = countOf(wishes.value)
  const shown = useGrowing(found.parts.length)
  return (
    <>
      <MenuTabs />
      <div class="menu-tools">
        <SearchField
          label={text('search')}
          placeholder={text('searchShort')}
          value={query.value}
          onValue={(value) => (query.value = value)}
        />
        <Button
          icon={count > 0 ? 'check' : 'filter'}
          aria-pressed={count > 0}
          onClick={() => (sheet.value = { kind: 'filter' })}
        >
          {count > 0 ? text.count('filterActive', count) : text('filter')}
        </Button>
      </div>
      {found.parts.length > 1 && <SectionNav parts={found.parts} shown={shown} menu={menu} />}
      {found.hidden > 0 && (
        <p class="menu-hidden" role="status">
          {text.count('hidden', found.hidden)}{' '}
          <button type="button" class="link-button" onClick={() => (wishes.value = NO_WISHES)}>
            {text('filterClear')}
          </button>
        </p>
      )}
      {found.parts.slice(0, shown).map(({ section, dishes }) => (
        <SectionBlock key={section.id} menu={menu} section={section} dishes={dishes} />
      ))}
      {found.parts.length === 0 && (
        <EmptyState icon="search" title={text('nothingFound')}>
          {text('nothingFoundHint')}
        </EmptyState>
      )}
    </>
  )
}

/** How many sections are drawn: what fills the screen at once, the rest after the first picture. */
function useGrowing(all: number): number {
  const [isWhole, setWhole] = useState(false)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>
    const frame = requestAnimationFrame(() => {
      timer = setTimeout(() => setWhole(true))
    })
    return () => {
      cancelAnimationFrame(frame)
      clearTimeout(timer)
    }
  }, [])
  return isWhole ? all : FIRST_SECTIONS
}

/** Several menus of one restaurant, such as dishes and wine. */
function MenuTabs() {
  const { shelf } = useTable()
  const current = shelf.current.value
  if (shelf.shown.value.length < 2) return null
  return (
    <nav class="menu-tabs" aria-label={text('menus')}>
      {shelf.shown.value.map(({ menu, title }) => (
        <button
          key={menu}
          type="button"
          aria-current={menu === current?.id ? 'page' : undefined}
          onClick={() => (shelf.chosen.value = menu)}
        >
          <bdi>{title || menu}</bdi>
        </button>
      ))}
    </nav>
  )
}

/** Chips that lead to the sections, and say in which one we are. */
function SectionNav({ parts, shown, menu }: { parts: readonly Part[]; shown: number; menu: Menu }) {
  const table = useTable()
  const here = useSignal(parts[0]?.section.id ?? '')
  const list = useRef<HTMLElement>(null)
  useEffect(() => watchSections(parts, here), [parts, shown])
  useEffect(() => {
    const chip = list.current?.querySelector<HTMLElement>('[aria-current]')
    const bar = list.current
    if (chip && bar) bar.scrollTo({ left: chip.offsetLeft - bar.clientWidth / 2 + chip.clientWidth / 2 })
  }, [here.value])
  return (
    <nav class="section-nav" aria-label={text('sections')} ref={list}>
      {parts.map(({ section }) => (
        <a
          key={section.id}
          href={`#${anchorOf(section)}`}
          aria-current={section.id === here.value ? 'true' : undefined}
          onClick={(event) => jump(event, section)}
        >
          {textOf(section.name, table.reading.value, menu.locale)}
        </a>
      ))}
    </nav>
  )
}

export function anchorOf(section: Section): string {
  return `section-${section.id}`
}

// Without a change of the address: it is the way into the table, and Back must lead out of the page.
function jump(event: Event, section: Section): void {
  event.preventDefault()
  const target = document.getElementById(anchorOf(section))
  target?.scrollIntoView({ block: 'start' })
  target?.querySelector<HTMLElement>('h2')?.focus({ preventScroll: true })
}

function watchSections(parts: readonly Part[], here: Signal<string>): () => void {
  const observer = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (entry.isIntersecting) here.value = entry.target.id.replace(/^section-/, '')
      }
    },
    { rootMargin: '-25% 0px -70% 0px' },
  )
  for (const { section } of parts) {
    const element = document.getElementById(anchorOf(section))
    if (element !== null) observer.observe(element)
  }
  return () => observer.disconnect()
}

/** What is not served now comes last. */
function partsOf(
  menu: Menu,
  reading: string,
  query: string,
  nowMs: number,
  zone: string,
): { parts: readonly Part[]; hidden: number } {
  let hidden = 0
  const isOpen = ({ section }: Part) => isServed(section.hours, nowMs, zone)
  const parts = menu.sections.map((section) => {
    const found = section.dishes.filter((dish) =>
      matches(query, [
        nameOf(menu, dish, reading),
        textOf(dish.description, reading, menu.locale),
        nameOf(menu, dish, ''),
      ]),
    )
    const dishes = found.filter((dish) => suits(dish, wishes.value))
    hidden += found.length - dishes.length
    return { section, dishes }
  })
  const there = parts.filter(({ dishes }) => dishes.length > 0)
  return { parts: [...there.filter(isOpen), ...there.filter((part) => !isOpen(part))], hidden }
}
