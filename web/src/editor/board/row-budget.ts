// How many rows of the board are drawn already. The first ones at once, the rest a few at a time while
// the browser has nothing better to do: a menu of hundreds of dishes can be read and typed into before
// all of them stand.

import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { MenuModel } from '../../core/yjs/menu-model'

const FIRST_ROWS = 14
const ROWS_AT_ONCE = 10
const WAIT_MS = 200

export class RowBudget {
  private readonly drawn: Signal<number> = signal(FIRST_ROWS)
  private readonly starts: ReadonlySignal<ReadonlyMap<string, number>>
  private readonly total: ReadonlySignal<number>
  private isOver = false
  private isWaiting = false

  constructor(model: MenuModel) {
    const counted = computed(() => {
      const starts = new Map<string, number>()
      let total = 0
      for (const section of [...model.sections.value, '']) {
        starts.set(section, total)
        total += model.itemsOf(section).value.length
      }
      return { starts, total }
    })
    this.starts = computed(() => counted.value.starts)
    this.total = computed(() => counted.value.total)
  }

  /** How many rows of a section may be drawn. */
  rowsIn(section: string): number {
    const drawn = this.drawn.value
    return drawn === Number.POSITIVE_INFINITY ? drawn : Math.max(0, drawn - (this.starts.value.get(section) ?? 0))
  }

  /** Draw the rest bit by bit. */
  start(): () => void {
    this.soon()
    return () => {
      this.isOver = true
    }
  }

  /** Begin anew from the top: the whole menu is shown again after a search. */
  restart(): void {
    this.drawn.value = FIRST_ROWS
    this.soon()
  }

  /** Draw everything now: somebody wants to go where nothing stands yet. */
  finish(): void {
    this.drawn.value = Number.POSITIVE_INFINITY
  }

  private soon(): void {
    if (this.isWaiting) return
    this.isWaiting = true
    whenIdle(() => {
      this.isWaiting = false
      if (!this.isOver) this.more()
    })
  }

  private more(): void {
    const next = this.drawn.peek() + ROWS_AT_ONCE
    const isAll = next >= this.total.peek()
    this.drawn.value = isAll ? Number.POSITIVE_INFINITY : next
    if (!isAll) this.soon()
  }
}

function whenIdle(work: () => void): void {
  if (typeof requestIdleCallback === 'function') requestIdleCallback(work, { timeout: WAIT_MS })
  else setTimeout(work, 16)
}
