// The rail of tickets: columns of one width, filled from top to bottom, the oldest first. Columns that do not
// fit are a swipe away, and a button says how many tickets are there.

import { useComputed, useSignal, useSignalEffect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { Button } from '../ui/Button'
import { EmptyState } from '../ui/EmptyState'
import { Icon } from '../ui/icons'
import { Spinner } from '../ui/Spinner'
import type { Card } from './cards'
import type { Kitchen } from './kitchen'
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
  const hidden = useSignal<readonly [before: number, after: number]>([0, 0])
  const cards = kitchen.drawn.value
  const columns = useComputed(() => kitchen.settings.value.columns).value
  const measure = (): void => {
    const next = rail.current === null ? ([0, 0] as const) : hiddenIn(rail.current)
    if (next[0] !== hidden.peek()[0] || next[1] !== hidden.peek()[1]) hidden.value = next
  }
  useEffect(() => {
    const frame = requestAnimationFrame(measure)
    return () => cancelAnimationFrame(frame)
  }, [cards, columns])
  useEffect(() => {
    window.addEventListener('resize', measure)
    return () => window.removeEventListener('resize', measure)
  }, [])
  useSignalEffect(() => {
    const key = kitchen.selected.value
    if (key === null) return
    const card = rail.current?.querySelector(`[data-key="${CSS.escape(key)}"]`)
    card?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  })
  const page = (direction: 1 | -1): void => {
    const element = rail.current
    const sign = document.documentElement.dir === 'rtl' ? -1 : 1
    element?.scrollBy({ left: element.clientWidth * direction * sign, behavior: 'smooth' })
  }
  return (
    <main class="board" id="board">
      {cards.length === 0 && <Nothing kitchen={kitchen} onSettings={onSettings} />}
      {hidden.value[0] > 0 && (
        <button type="button" class="more more-before" onClick={() => page(-1)}>
          <Icon name="chevron" size={22} /> {text.count('moreBefore', hidden.value[0])}
        </button>
      )}
      <section
        ref={rail}
        class="rail"
        data-columns={columns === 0 ? undefined : columns}
        aria-label={text('title')}
        onScroll={measure}
      >
        {cards.map((card) => (
          <TicketCard key={card.key} kitchen={kitchen} card={card} onHold={onHold} onMenu={onMenu} />
        ))}
      </section>
      {hidden.value[1] > 0 && (
        <button type="button" class="more more-after" onClick={() => page(1)}>
          {text.count('more', hidden.value[1])} <Icon name="chevron" size={22} />
        </button>
      )}
    </main>
  )
}

/** How many tickets are outside the rail, before and after what is seen. */
function hiddenIn(rail: HTMLElement): readonly [number, number] {
  if (rail.scrollWidth <= rail.clientWidth + 1) return [0, 0]
  const seen = rail.getBoundingClientRect()
  const isRightToLeft = document.documentElement.dir === 'rtl'
  let left = 0
  let right = 0
  for (const ticket of rail.children) {
    const box = ticket.getBoundingClientRect()
    const middle = box.left + box.width / 2
    if (middle < seen.left) left += 1
    else if (middle > seen.right) right += 1
  }
  return isRightToLeft ? [right, left] : [left, right]
}

function Nothing({ kitchen, onSettings }: { kitchen: Kitchen; onSettings: () => void }) {
  if (kitchen.rooms.refused.value !== null) {
    return (
      <div class="nothing">
        <EmptyState
          icon="lock"
          title={text('notAllowed')}
          action={<Button onClick={onSettings}>{text('chooseStation')}</Button>}
        />
      </div>
    )
  }
  if (!kitchen.rooms.isLoaded.value) {
    return (
      <div class="nothing" role="status">
        <Spinner /> {text('loading')}
      </div>
    )
  }
  return (
    <div class="nothing">
      <EmptyState icon="check" title={text('nothingOpen')}>
        {text('nothingOpenHint')}
      </EmptyState>
    </div>
  )
}
