// A price: one register, shown as decimals, kept as minor units. Written on Enter or when left.
// Several values mean that people who did not see each other set it: all are offered.

import type * as Y from 'yjs'
import { element } from './element'
import type { Money } from './money'
import { type Candidate, type Registers, writeRegister } from './menu/registers'

export interface PriceFieldOptions {
  readonly label: string
  readonly errorId: string
  readonly readOnly: boolean
  readonly userName: () => string
}

export class PriceField {
  readonly root: HTMLElement
  private readonly input: HTMLInputElement
  private readonly error: HTMLElement
  /** The question that shows when several prices stand; its own element, as it needs more room. */
  readonly conflict = element('div', { class: 'conflict', role: 'group', 'aria-label': 'Several prices were set', hidden: true })
  private shown = ''
  private choices = ''

  constructor(private readonly map: Y.Map<unknown>, private readonly money: Money, private readonly options: PriceFieldOptions) {
    this.input = element('input', {
      class: 'price-input', inputmode: 'decimal', autocomplete: 'off', maxlength: 14,
      'aria-label': options.label, 'aria-describedby': options.errorId, readonly: options.readOnly,
    })
    this.error = element('p', { class: 'field-error', id: options.errorId, role: 'alert' })
    const box = element('span', { class: 'price-box' }, this.input, element('span', { class: 'currency', 'aria-hidden': 'true' }, money.symbol))
    this.root = element('div', { class: 'price field' }, box, this.error)
    this.input.addEventListener('change', () => this.commit())
    this.input.addEventListener('keydown', (event) => this.key(event))
    this.input.addEventListener('input', () => this.complain(null))
  }

  /** Show what the register holds now. What is being typed stays. */
  show(registers: Registers): void {
    const candidates = (registers.get('price') ?? []).filter(({ value }) => Number.isSafeInteger(value))
    const value = candidates[0]?.value
    const text = typeof value === 'number' ? this.money.plain(value) : ''
    const isTyping = document.activeElement === this.input && this.input.value !== this.shown
    this.shown = text
    if (!isTyping) this.input.value = text
    this.offer(candidates)
  }

  private key(event: KeyboardEvent): void {
    if (event.key === 'Enter') {
      event.preventDefault()
      this.commit()
    } else if (event.key === 'Escape') {
      this.complain(null)
      this.input.value = this.shown
      this.input.blur()
    }
  }

  private commit(): void {
    if (this.options.readOnly || this.input.value === this.shown) return
    const minorUnits = this.money.parse(this.input.value)
    if (minorUnits === null) return this.complain(`Write a price like ${this.money.example}`)
    this.complain(null)
    this.input.value = this.money.plain(minorUnits)
    if (this.input.value !== this.shown) writeRegister(this.map, 'price', minorUnits, this.options.userName(), Date.now())
  }

  private complain(problem: string | null): void {
    this.input.setAttribute('aria-invalid', String(problem !== null))
    this.error.textContent = problem ?? ''
  }

  private offer(candidates: readonly Candidate[]): void {
    const isOpen = new Set(candidates.map(({ value }) => value)).size > 1
    this.conflict.hidden = !isOpen
    const choices = isOpen ? JSON.stringify(candidates) : ''
    if (choices === this.choices) return
    this.choices = choices
    this.conflict.replaceChildren(
      element('span', { class: 'conflict-title' }, `${new Set(candidates.map(({ value }) => value)).size} prices were set. Keep`),
      ...candidates.map((candidate) => this.choice(candidate)),
    )
  }

  private choice({ value, userId, ms }: Candidate): HTMLElement {
    const amount = this.money.full(value as number)
    const time = new Date(ms).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
    const button = element('button', {
      type: 'button', class: 'choice', disabled: this.options.readOnly, 'aria-label': `Keep ${amount}, set by ${userId} at ${time}`,
    }, element('b', {}, amount), ` ${userId} · ${time}`)
    button.addEventListener('click', () => {
      writeRegister(this.map, 'price', value, this.options.userName(), Date.now())
      this.input.focus()
    })
    return button
  }
}
