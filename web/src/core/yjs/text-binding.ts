// One Y.Text in one input or textarea: the smallest edits out, the caret kept when edits come in.
// While an input method composes, edits of others are held back: changing the value would end the
// composition and eat what the person was writing. A caret never stands inside a letter as people see
// it (an emoji of several parts). Where my caret is goes out as awareness; others' carets come as data.

import { computed, type ReadonlySignal, signal } from '@preact/signals'
import type { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { isObject } from '../../menu/registers'
import { cursorsAt, type RemoteCursor, showCursor, touch } from './presence'
import { changeBetween, type DeltaStep, letterEnd, moved, survivor, type TextChange } from './text-change'

export interface RemoteCaret {
  readonly clientId: number
  readonly name: string
  readonly color: string
  readonly index: number // in UTF-16 units of the input's value
  readonly end: number // the other end of the selection; `index` when nothing is selected
  readonly isTyping: boolean
}

export interface BindingOptions {
  readonly awareness?: Awareness
  readonly path: string // `items/<id>/name/<locale>`; the same on every screen
  readonly multiline: boolean
  /** Somebody else changed the text. clientId: 0 when only letters were removed. */
  readonly onRemote?: (clientId: number) => void
}

export interface Binding {
  readonly carets: ReadonlySignal<readonly RemoteCaret[]>
  destroy(): void
}

/** Bind them until `destroy`. The input shows the text from now on. */
export function bindText(
  input: HTMLInputElement | HTMLTextAreaElement,
  text: Y.Text,
  options: BindingOptions,
): Binding {
  return new TextBinding(input, text, options)
}

const TYPING_MS = 2000
const NO_CARETS: readonly RemoteCaret[] = []

interface Selection {
  readonly start: number
  readonly end: number
  readonly direction: 'forward' | 'backward' | 'none'
}

class TextBinding implements Binding {
  readonly carets: ReadonlySignal<readonly RemoteCaret[]>
  private shown = '' // the input's value, as far as it is in the text
  private isComposing = false
  private isWriting = false
  private held: DeltaStep[][] = [] // edits of others since the composition began
  private readonly version = signal(0) // changes with every change of the text that is shown
  private typingTimer: ReturnType<typeof setTimeout> | null = null
  private readonly ending = new AbortController()
  private focused = new AbortController()

  constructor(
    private readonly input: HTMLInputElement | HTMLTextAreaElement,
    private readonly text: Y.Text,
    private readonly options: BindingOptions,
  ) {
    const cursors = options.awareness && cursorsAt(options.awareness, options.path)
    this.carets = computed(() => {
      void this.version.value
      return cursors === undefined || cursors.value.length === 0 ? NO_CARETS : this.place(cursors.value)
    })
    input.value = text.toString()
    this.shown = input.value
    this.listen()
    text.observe(this.receive)
  }

  destroy(): void {
    if (this.ending.signal.aborted) return
    if (this.isComposing) this.endComposition()
    this.ending.abort()
    this.text.unobserve(this.receive)
    this.leave()
  }

  private listen(): void {
    const { signal: until } = this.ending
    const on = (target: EventTarget, type: string, listener: () => void): void =>
      target.addEventListener(type, listener, { signal: until })
    on(this.input, 'input', () => this.send())
    on(this.input, 'compositionstart', () => {
      this.cleanText()
      this.isComposing = true
    })
    on(this.input, 'compositionend', () => this.endComposition())
    on(this.input, 'focus', () => this.enter())
    on(this.input, 'blur', () => {
      if (this.isComposing) this.endComposition() // some input methods end without saying so
      this.leave()
    })
    if (this.isFocused) this.enter()
  }

  /** Only a field with the focus hears of selections: there are hundreds of fields. */
  private enter(): void {
    this.focused.abort()
    this.focused = new AbortController()
    const moved = (): void => this.showCaret(this.typingTimer !== null)
    this.input.ownerDocument.addEventListener('selectionchange', moved, { signal: this.focused.signal })
    this.showCaret(false)
  }

  private get isFocused(): boolean {
    return this.input.ownerDocument.activeElement === this.input
  }

  // -- what I write --------------------------------------------------------------------------

  private endComposition(): void {
    this.isComposing = false
    this.send()
  }

  private send(): void {
    if (this.isComposing) return
    this.joinLines()
    const held = this.held
    this.held = []
    if (held.length === 0) this.cleanText()
    const selection = this.selection()
    const change = changeBetween(this.shown, this.input.value, selection.end)
    if (change !== null) this.write(change, held, selection)
    else if (held.length > 0) this.show(held, selection)
    if (change !== null) this.showTyping()
  }

  /** `change` speaks of the text as it was shown; `held` edits of others have moved it since. */
  private write(change: TextChange, held: readonly DeltaStep[][], selection: Selection): void {
    const { index, removed, inserted } = change
    const start = held.reduce((at, delta) => moved(at, delta), index)
    const doomed = held.length === 0 ? null : survivors(index, removed, held)
    this.isWriting = true
    try {
      this.text.doc?.transact(() => {
        if (doomed === null && removed > 0) this.text.delete(start, removed)
        for (const at of doomed ?? []) this.text.delete(at, 1)
        if (inserted !== '') this.text.insert(start, inserted)
      }, 'text')
    } finally {
      this.isWriting = false
    }
    const now = this.text.toString()
    if (held.length > 0 || this.input.value !== now) {
      const place = (at: number): number => this.placeAfter(at, change, start, held)
      this.fill(now, { ...selection, start: place(selection.start), end: place(selection.end) })
    }
    this.shown = this.input.value
    this.version.value++
  }

  /** Where a caret of the input goes after the change and the edits that were held. */
  private placeAfter(at: number, change: TextChange, start: number, held: readonly DeltaStep[][]): number {
    const { index, removed, inserted } = change
    if (at >= index && at <= index + inserted.length) return start + (at - index)
    if (at < index) return held.reduce((place, delta) => moved(place, delta), at)
    const before = held.reduce((place, delta) => moved(place, delta), at - inserted.length + removed)
    return before + inserted.length - (held.length === 0 ? removed : survivors(index, removed, held).length)
  }

  /** In a field of one line pasted lines become one. */
  private joinLines(): void {
    if (this.options.multiline || !/[\r\n]/.test(this.input.value)) return
    const { end } = this.selection()
    const caret = oneLine(this.input.value.slice(0, end)).length
    this.input.value = oneLine(this.input.value)
    this.input.setSelectionRange(caret, caret)
  }

  /** What an input cannot show (a carriage return; a line break in one line) leaves the text first. */
  private cleanText(): void {
    const now = this.text.toString()
    if (now === this.shown || this.held.length > 0) return
    const isLine = this.input.tagName === 'INPUT'
    this.isWriting = true
    this.text.doc?.transact(() => {
      for (let at = now.length - 1; at >= 0; at--) {
        const unit = now[at]
        if (unit !== '\r' && !(isLine && unit === '\n')) continue
        this.text.delete(at, 1)
        if (!isLine && unit === '\r' && now[at + 1] !== '\n') this.text.insert(at, '\n')
      }
    }, 'text')
    this.isWriting = false
  }

  // -- what others write ---------------------------------------------------------------------

  private readonly receive = (event: Y.YTextEvent, transaction: Y.Transaction): void => {
    if (this.isWriting) return
    const delta: readonly DeltaStep[] = event.delta
    if (this.isComposing) this.held.push([...delta])
    else this.show([[...delta]], this.selection())
    if (!transaction.local) this.options.onRemote?.(authorOf(transaction))
  }

  private show(deltas: readonly DeltaStep[][], { start, end, direction }: Selection): void {
    const isRange = start < end
    const place = (at: number, follows: boolean): number =>
      deltas.reduce((now, delta) => moved(now, delta, follows), at)
    const placed = { start: place(start, isRange), end: place(end, false), direction }
    this.fill(this.text.toString(), { ...placed, end: Math.max(placed.start, placed.end) })
    this.shown = this.input.value
    this.version.value++
  }

  private fill(value: string, { start, end, direction }: Selection): void {
    const { scrollTop, scrollLeft } = this.input
    this.input.value = value
    if (!this.isFocused) return // a selection would pull the focus here in some browsers
    this.input.setSelectionRange(letterEnd(value, start), letterEnd(value, end), direction)
    this.input.scrollTop = scrollTop
    this.input.scrollLeft = scrollLeft
  }

  private selection(): Selection {
    const { selectionStart, selectionEnd, selectionDirection, value } = this.input
    const end = selectionEnd ?? value.length
    return { start: selectionStart ?? end, end, direction: selectionDirection ?? 'none' }
  }

  // -- carets --------------------------------------------------------------------------------

  private showTyping(): void {
    if (this.typingTimer !== null) clearTimeout(this.typingTimer)
    this.typingTimer = setTimeout(() => {
      this.typingTimer = null
      this.showCaret(false)
    }, TYPING_MS)
    this.showCaret(true)
  }

  private showCaret(isTyping: boolean): void {
    const { awareness, path } = this.options
    if (awareness === undefined || !this.isFocused || this.isComposing) return
    const { start, end, direction } = this.selection()
    const [anchor, head] = direction === 'backward' ? [end, start] : [start, end]
    const relative = (at: number): unknown =>
      Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(this.text, Math.min(at, this.text.length), -1))
    showCursor(awareness, path, { path, anchor: relative(anchor), head: relative(head), typing: isTyping })
    touch(awareness)
  }

  private leave(): void {
    this.focused.abort()
    if (this.typingTimer !== null) clearTimeout(this.typingTimer)
    this.typingTimer = null
    const { awareness, path } = this.options
    if (awareness !== undefined) showCursor(awareness, path, null)
  }

  private place(cursors: readonly RemoteCursor[]): readonly RemoteCaret[] {
    const found: RemoteCaret[] = []
    for (const { clientId, name, color, anchor, head, isTyping } of cursors) {
      const [index, end] = [this.indexOf(head), this.indexOf(anchor)]
      if (index !== null) found.push({ clientId, name, color, index, end: end ?? index, isTyping })
    }
    return found
  }

  private indexOf(position: unknown): number | null {
    const { doc } = this.text
    if (doc === null || !isObject(position)) return null
    try {
      const relative = Y.createRelativePositionFromJSON(position)
      const absolute = Y.createAbsolutePositionFromRelativePosition(relative, doc)
      return absolute === null || absolute.type !== this.text ? null : absolute.index
    } catch {
      return null // what others send may be anything; a caret that cannot be read is no caret
    }
  }
}

/** Where the letters of a stretch are after the edits of others, last first; removed ones are left out. */
function survivors(index: number, count: number, held: readonly DeltaStep[][]): number[] {
  const found: number[] = []
  for (let at = index + count - 1; at >= index; at--) {
    let place: number | null = at
    for (const delta of held) place = place === null ? null : survivor(place, delta)
    if (place !== null) found.push(place)
  }
  return found
}

function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, ' ')
}

/** Who brought new letters; 0 when nobody did. */
function authorOf({ beforeState, afterState }: Y.Transaction): number {
  for (const [client, clock] of afterState) if (clock > (beforeState.get(client) ?? 0)) return client
  return 0
}
