// The rail of tickets. Columns that do not fit are a swipe away, and buttons say how many tickets are there.

import { useComputed, useSignal, useSignalEffect } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { Button } from '../ui/Button'
import { EmptyState } from '../ui/EmptyState'
import { Icon } from '../ui/icons'
import { Spinner } from '../ui/Spinner'
import { bump, tapLine } from './actions'
import type { Card } from './cards'
import type { Kitchen } from './kitchen'
import { listenToPresses } from './press'
import { RailLayout } from './rail-layout'
import { TicketCard } from './TicketCard'
import { text } from './texts'
import type { Line } from './ticket'

export interface BoardProps {
  kitchen: Kitchen
  onHold: (line: Line, card: Card) => void
  onMenu: (card: Card) => void
  onSettings: () => void
}

export function Board({ kitchen, onHold, onMenu, onSettings }: BoardProps) {
  const rail = useRef<HTMLElement>(null)
  const layout = useRef<RailLayout | null>(null)
  const hidden = useSignal<readonly [number, number]>([0, 0])
  const hasMore = useComputed(() => hidden.value[0] + hidden.value[1] > 0).value
  useLayoutEffect(() => {
    if (rail.current === null) return undefined
    const made = new RailLayout(rail.current, kitchen.settings.peek().columns, (counts) => {
      const [before, after] = hidden.peek()
      if (before !== counts[0] || after !== counts[1]) hidden.value = counts
    })
    layout.current = made
    const stop = listenToPresses(rail.current, pressesOf(kitchen, onHold))
    return () => {
      stop()
      made.close()
    }
  }, [])
  useSignalEffect(() => {
    layout.current?.resize(kitchen.settings.value.columns) // also when the text size is another one
  })
  useEffect(() => layout.current?.resize(kitchen.settings.peek().columns), [hasMore])
  useSignalEffect(() => {
    const key = kitchen.selected.value
    if (key !== null) layout.current?.reveal(key)
  })
  const page = (direction: 1 | -1): void => {
    const sign = document.documentElement.dir === 'rtl' ? -1 : 1
    rail.current?.scrollBy({ left: rail.current.clientWidth * direction * sign, behavior: 'smooth' })
  }
  return (
    <main class="board" id="board">
      <Nothing kitchen={kitchen} onSettings={onSettings} />
      <section ref={rail} class="rail" aria-label={text('title')}>
        <Tickets kitchen={kitchen} onMenu={onMenu} layout={layout} />
      </section>
      {hasMore && (
        <div class="pager">
          <Page count={hidden.value[0]} words={text.count('moreBefore', hidden.value[0])} onPress={() => page(-1)} />
          <Page count={hidden.value[1]} words={text.count('more', hidden.value[1])} isNext onPress={() => page(1)} />
        </div>
      )}
    </main>
  )
}

interface TicketsProps {
  kitchen: Kitchen
  onMenu: (card: Card) => void
  layout: { readonly current: RailLayout | null }
}

function Tickets({ kitchen, onMenu, layout }: TicketsProps) {
  const cards = kitchen.drawn.value
  useLayoutEffect(() => layout.current?.place(), [cards])
  return (
    <div class="floor">
      {cards.map((card) => (
        <TicketCard key={card.key} kitchen={kitchen} card={card} onMenu={onMenu} />
      ))}
    </div>
  )
}

function pressesOf(kitchen: Kitchen, onHold: (line: Line, card: Card) => void) {
  const about = (element: HTMLElement): { card: Card | undefined; line: Line | undefined } => {
    const key = element.closest<HTMLElement>('.ticket')?.dataset.key
    const card = kitchen.drawn.peek().find((one) => one.key === key)
    const id = element.dataset.line
    const lines = card?.parts.flatMap((part) => part.ticket.lines)
    return { card, line: id === undefined ? undefined : lines?.find((one) => one.id === id) }
  }
  return {
    find: (target: Element) => target.closest<HTMLElement>('.line-button, .ticket-grip'),
    tap(element: HTMLElement): void {
      const { card, line } = about(element)
      if (card === undefined) return
      if (line !== undefined) tapLine(kitchen, card, line)
      else kitchen.selected.value = kitchen.selected.peek() === card.key ? null : card.key
    },
    twice(element: HTMLElement): void {
      const { card, line } = about(element)
      if (card !== undefined && line === undefined) bump(kitchen, card)
    },
    long(element: HTMLElement): void {
      const { card, line } = about(element)
      if (card !== undefined && line !== undefined) onHold(line, card)
    },
  }
}

interface PageProps {
  count: number
  words: string
  isNext?: boolean
  onPress: () => void
}

function Page({ count, words, isNext = false, onPress }: PageProps) {
  return (
    <button
      type="button"
      class={isNext ? 'page page-next' : 'page'}
      disabled={count === 0}
      aria-label={words}
      title={words}
      onClick={onPress}
    >
      <Icon name="chevron" size={28} />
      {count > 0 && <span aria-hidden="true">{count}</span>}
    </button>
  )
}

function Nothing({ kitchen, onSettings }: { kitchen: Kitchen; onSettings: () => void }) {
  const isEmpty = useComputed(() => kitchen.drawn.value.length === 0).value
  if (!isEmpty) return null
  const isRefused = kitchen.rooms.refused.value !== null
  const isLoaded = kitchen.rooms.isLoaded.value
  return (
    <div class="nothing">
      {isRefused ? (
        <EmptyState
          icon="lock"
          title={text('notAllowed')}
          action={<Button onClick={onSettings}>{text('chooseStation')}</Button>}
        />
      ) : isLoaded ? (
        <EmptyState icon="check" title={text('nothingOpen')}>
          {text('nothingOpenHint')}
        </EmptyState>
      ) : (
        <Spinner label={text('loading')} />
      )}
    </div>
  )
}
