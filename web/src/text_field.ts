// One Y.Text in one textarea: minimal edits out, the caret kept when edits come in.
//
// While an input method composes, remote edits are held back: changing the value would end the
// composition and eat what the person was writing.

import type * as Y from 'yjs'
import { type DeltaStep, type TextChange, changeBetween, moved } from './text_change'

export interface TextFieldOptions {
  readonly label: string
  readonly placeholder: string
  readonly multiline: boolean
  readonly readOnly: boolean
}

const GROWS_BY_ITSELF = CSS.supports('field-sizing', 'content')

export class TextField {
  readonly input: HTMLTextAreaElement
  private shown: string
  private composing = false
  private held: DeltaStep[][] = []

  constructor(private readonly text: Y.Text, private readonly options: TextFieldOptions) {
    this.shown = text.toString()
    this.input = document.createElement('textarea')
    this.input.rows = 1
    this.input.value = this.shown
    this.input.readOnly = options.readOnly
    this.input.placeholder = options.readOnly ? '' : options.placeholder
    this.input.setAttribute('aria-label', options.label)
    this.input.addEventListener('input', () => this.send())
    this.input.addEventListener('compositionstart', () => { this.composing = true })
    this.input.addEventListener('compositionend', () => {
      this.composing = false
      this.send()
    })
    this.input.addEventListener('keydown', (event) => this.key(event))
    text.observe(this.receive)
  }

  get value(): string {
    return this.shown
  }

  /** Fit the height to the text, where the browser does not do it. */
  fit(): void {
    if (GROWS_BY_ITSELF) return
    this.input.style.height = 'auto'
    this.input.style.height = `${this.input.scrollHeight}px`
  }

  destroy(): void {
    this.text.unobserve(this.receive)
  }

  private key(event: KeyboardEvent): void {
    if (event.isComposing) return
    if (event.key === 'Escape' || (event.key === 'Enter' && !this.options.multiline)) {
      event.preventDefault()
      this.input.blur()
    }
  }

  private send(): void {
    if (this.composing) return
    if (!this.options.multiline && /[\r\n]/.test(this.input.value)) { // pasted lines
      this.input.value = this.input.value.replace(/[\r\n]+/g, ' ')
    }
    const change = changeBetween(this.shown, this.input.value, this.input.selectionEnd)
    const held = this.held.splice(0)
    if (change !== null) this.write(change, held)
    else if (held.length > 0) this.show(held)
    this.fit()
  }

  /** `change` speaks of the text as it was shown; `held` remote edits have moved it since. */
  private write({ index, removed, inserted }: TextChange, held: DeltaStep[][]): void {
    const start = held.reduce((at, delta) => moved(at, delta, removed > 0), index)
    const end = Math.max(start, held.reduce((at, delta) => moved(at, delta), index + removed))
    this.text.doc?.transact(() => {
      if (end > start) this.text.delete(start, end - start)
      if (inserted !== '') this.text.insert(start, inserted)
    }, 'text')
    this.shown = this.text.toString()
    if (this.input.value === this.shown) return
    this.input.value = this.shown
    this.input.setSelectionRange(start + inserted.length, start + inserted.length)
  }

  private readonly receive = (event: Y.YTextEvent): void => {
    if (event.transaction.local) return
    const delta = event.delta as DeltaStep[]
    if (this.composing) this.held.push(delta)
    else this.show([delta])
  }

  private show(deltas: DeltaStep[][]): void {
    const { selectionStart, selectionEnd, selectionDirection, scrollTop } = this.input
    const place = (index: number): number => deltas.reduce((at, delta) => moved(at, delta), index)
    this.shown = this.text.toString()
    this.input.value = this.shown
    if (document.activeElement === this.input) {
      this.input.setSelectionRange(place(selectionStart), place(selectionEnd), selectionDirection)
      this.input.scrollTop = scrollTop
    }
    this.fit()
  }
}
