// Measures tickets and puts them where rail.ts says. A ticket is measured when it is new or grew; its place is
// written only when it is another one.

import { columnWidth, type Floor, outside, placed, type Space } from './rail'

const LEAST_REM = 17.5
const PADDING_PX = 8

export class RailLayout {
  readonly #sizes: ResizeObserver
  readonly #heights = new WeakMap<Element, number>()
  readonly #written = new WeakMap<Element, string>()
  #floor: Floor = { places: [], widthPx: 0, heightPx: 0 }
  #space: Space
  #frame = 0

  constructor(
    readonly rail: HTMLElement,
    columns: number,
    readonly onHidden: (counts: readonly [number, number]) => void,
  ) {
    this.#space = { widthPx: 0, heightPx: 0, columns, leastPx: 0 }
    this.#sizes = new ResizeObserver((changes) => this.#resized(changes))
    this.#sizes.observe(rail)
    rail.addEventListener('scroll', this.#scrolled, { passive: true })
    this.resize(columns)
  }

  /** The settings, the window or the text size are others: every ticket may have another height. */
  resize(columns: number): void {
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16
    this.#space = {
      widthPx: this.rail.clientWidth - 2 * PADDING_PX,
      heightPx: this.rail.clientHeight - 2 * PADDING_PX,
      columns,
      leastPx: LEAST_REM * rem,
    }
    this.rail.style.setProperty('--ticket-width', `${columnWidth(this.#space)}px`)
    for (const ticket of this.#tickets()) this.#heights.delete(ticket)
    this.place()
  }

  /** Put every ticket where it belongs; call it after tickets came or went. */
  place(): void {
    const tickets = this.#tickets()
    const heights = tickets.map((ticket) => this.#heightOf(ticket))
    const floor = placed(heights, this.#space)
    this.#floor = floor
    const sign = document.documentElement.dir === 'rtl' ? -1 : 1
    tickets.forEach((ticket, at) => {
      const place = floor.places[at]
      if (place === undefined) return
      const where = `translate(${place.x * sign}px, ${place.y}px)`
      if (this.#written.get(ticket) === where) return
      this.#written.set(ticket, where)
      ticket.style.transform = where
    })
    const ground = this.rail.firstElementChild
    if (ground instanceof HTMLElement) {
      ground.style.inlineSize = `${floor.widthPx}px`
      ground.style.blockSize = `${floor.heightPx}px`
    }
    this.#count()
  }

  /** Scroll so that a ticket is seen. */
  reveal(key: string): void {
    const at = this.#tickets().findIndex((ticket) => ticket.dataset.key === key)
    const place = this.#floor.places[at]
    if (place === undefined) return
    const from = Math.abs(this.rail.scrollLeft)
    const width = columnWidth(this.#space)
    const isSeen = place.x >= from - 1 && place.x + width <= from + this.#space.widthPx + 1
    const sign = document.documentElement.dir === 'rtl' ? -1 : 1
    const to = place.x < from ? place.x : place.x + width - this.#space.widthPx
    if (!isSeen) this.rail.scrollTo({ left: to * sign })
  }

  close(): void {
    cancelAnimationFrame(this.#frame)
    this.#sizes.disconnect()
    this.rail.removeEventListener('scroll', this.#scrolled)
  }

  #tickets(): readonly HTMLElement[] {
    const children = [...(this.rail.firstElementChild?.children ?? [])]
    return children.filter((child): child is HTMLElement => child instanceof HTMLElement)
  }

  #heightOf(ticket: HTMLElement): number {
    const known = this.#heights.get(ticket)
    if (known !== undefined) return known
    this.#sizes.observe(ticket)
    const height = ticket.offsetHeight
    this.#heights.set(ticket, height)
    return height
  }

  #resized(changes: readonly ResizeObserverEntry[]): void {
    let isOther = false
    for (const { target, borderBoxSize } of changes) {
      if (target === this.rail) {
        const isSame =
          this.rail.clientWidth - 2 * PADDING_PX === this.#space.widthPx &&
          this.rail.clientHeight - 2 * PADDING_PX === this.#space.heightPx
        if (!isSame) this.resize(this.#space.columns)
        continue
      }
      const height = Math.round(borderBoxSize[0]?.blockSize ?? 0)
      if (height === 0 || Math.abs((this.#heights.get(target) ?? 0) - height) < 1) continue
      this.#heights.set(target, height)
      isOther = true
    }
    if (isOther) this.place()
  }

  #scrolled = (): void => {
    cancelAnimationFrame(this.#frame)
    this.#frame = requestAnimationFrame(() => this.#count())
  }

  #count(): void {
    const from = Math.abs(this.rail.scrollLeft)
    this.onHidden(outside(this.#floor, from, this.#space.widthPx, columnWidth(this.#space)))
  }
}
