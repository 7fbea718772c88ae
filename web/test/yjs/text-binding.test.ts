import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { introduce } from '../../src/core/yjs/presence'
import { type Binding, bindText } from '../../src/core/yjs/text-binding'
import { letterEnd } from '../../src/core/yjs/text-change'
import { below, isWhole, oneOf, type Random, seeded, sync } from '../menus'

let area: HTMLTextAreaElement
let doc: Y.Doc
let other: Y.Doc
let text: Y.Text
let theirs: Y.Text
let bindings: Binding[]

beforeEach(() => {
  vi.useFakeTimers()
  begin('')
})

afterEach(() => {
  for (const one of bindings) one.destroy()
  document.body.replaceChildren()
  vi.useRealTimers()
})

function begin(initial: string): void {
  ;[doc, other] = [new Y.Doc(), new Y.Doc()]
  doc.clientID = 1
  other.clientID = 2
  text = doc.getText('t')
  theirs = other.getText('t')
  theirs.insert(0, initial)
  sync(other, doc)
  document.body.replaceChildren()
  area = document.createElement('textarea')
  document.body.append(area)
  bindings = []
}

function bind(options: Partial<Parameters<typeof bindText>[2]> = {}): Binding {
  const bound = bindText(area, text, { path: 'items/i/name/de', multiline: true, ...options })
  bindings.push(bound)
  return bound
}

/** As a person does: letters instead of what is selected. */
function type(letters: string, input: HTMLInputElement | HTMLTextAreaElement = area): void {
  const [start, end] = [input.selectionStart ?? 0, input.selectionEnd ?? 0]
  input.value = input.value.slice(0, start) + letters + input.value.slice(end)
  input.setSelectionRange(start + letters.length, start + letters.length)
  input.dispatchEvent(new Event('input'))
}

function compose(letters: string): void {
  area.dispatchEvent(new Event('compositionstart'))
  for (let length = 1; length <= letters.length; length++) {
    const start = area.selectionStart - (length > 1 ? length - 1 : 0)
    area.setSelectionRange(start, area.selectionEnd)
    type(letters.slice(0, length))
  }
}

/** What browsers do, and happy-dom does not: a textarea's value has no carriage returns. */
function normalizeLines(input: HTMLTextAreaElement): void {
  const { get, set } = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value') ?? {}
  Object.defineProperty(input, 'value', {
    get: () => get?.call(input),
    set: (value: string) => set?.call(input, value.replace(/\r\n?/g, '\n')),
  })
}

const commit = (): boolean => area.dispatchEvent(new Event('compositionend'))

test('what is typed goes into the text with the smallest change', () => {
  begin('Soup of the day')
  bind()
  area.focus()
  area.setSelectionRange(4, 4)
  const changes: unknown[] = []
  text.observe((event) => changes.push(event.delta))
  type('s')
  expect(text.toString()).toBe('Soups of the day')
  expect(changes).toEqual([[{ retain: 4 }, { insert: 's' }]])
})

test('what others type shows, and caret and selection stay where they were', () => {
  begin('Soup of the day')
  bind()
  area.focus()
  area.setSelectionRange(5, 7)
  theirs.insert(0, 'Big ')
  theirs.insert(theirs.length, '!')
  sync(other, doc)
  expect(area.value).toBe('Big Soup of the day!')
  expect([area.selectionStart, area.selectionEnd]).toEqual([9, 11])
})

test('letters of others right at my caret come behind it, and around a selection stay outside', () => {
  begin('ab')
  bind()
  area.focus()
  area.setSelectionRange(1, 1)
  theirs.insert(1, 'X')
  sync(other, doc)
  expect([area.value, area.selectionStart]).toEqual(['aXb', 1])
  area.setSelectionRange(1, 2)
  theirs.insert(1, 'Y')
  theirs.insert(3, 'Z')
  sync(other, doc)
  expect(area.value.slice(area.selectionStart, area.selectionEnd)).toBe('X')
})

test('while an input method composes, edits of others wait', () => {
  begin('ab')
  bind()
  area.focus()
  area.setSelectionRange(1, 1)
  compose('にほ')
  theirs.insert(0, 'Z')
  sync(other, doc)
  expect(area.value).toBe('aにほb')
  commit()
  sync(doc, other)
  expect(text.toString()).toBe('Zaにほb')
  expect(theirs.toString()).toBe('Zaにほb')
  expect(area.value).toBe('Zaにほb')
  expect(area.selectionStart).toBe(4)
})

test('what an input method replaces goes, and what others wrote in the middle of it stays', () => {
  begin('kana')
  bind()
  area.focus()
  area.setSelectionRange(0, 4)
  compose('かな')
  theirs.insert(2, 'X')
  sync(other, doc)
  commit()
  expect(text.toString()).toBe('かなX')
  expect(area.value).toBe('かなX')
})

test('edits of this tab in another place show as well, such as undo', () => {
  begin('ab')
  bind()
  doc.transact(() => text.insert(0, 'undone '), 'undo')
  expect(area.value).toBe('undone ab')
})

test('in a field of one line pasted lines become one', () => {
  begin('')
  const input = document.createElement('input')
  document.body.replaceChildren(area, input)
  bind({ multiline: false })
  area.focus()
  type('one\r\ntwo')
  expect(text.toString()).toBe('one two')
  expect(area.selectionStart).toBe(7)
})

test('carriage returns that an input cannot show leave the text at the first edit, not the lines', () => {
  begin('one\r\ntwo')
  normalizeLines(area)
  bind()
  area.focus()
  area.setSelectionRange(7, 7)
  type('!')
  expect(text.toString()).toBe('one\ntwo!')
})

test('the caret of the other is where their caret is, also after edits; it goes when they leave', () => {
  begin('Soup')
  const [mine, his] = [new Awareness(doc), new Awareness(other)]
  introduce(his, { user: 'bo', name: 'Bo' })
  const bound = bind({ awareness: mine })
  const input = document.createElement('textarea')
  document.body.append(input)
  const far = bindText(input, theirs, { awareness: his, path: 'items/i/name/de', multiline: true })
  const exchange = (): void => {
    vi.advanceTimersByTime(200)
    applyAwarenessUpdate(mine, encodeAwarenessUpdate(his, [2]), 'remote')
  }
  input.focus()
  input.setSelectionRange(2, 2)
  type('X', input)
  sync(other, doc)
  exchange()
  expect(bound.carets.value).toMatchObject([{ clientId: 2, name: 'Bo', index: 3, end: 3, isTyping: true }])
  text.insert(0, '>>')
  expect(bound.carets.value).toMatchObject([{ index: 5 }])
  vi.advanceTimersByTime(2500)
  exchange()
  expect(bound.carets.value).toMatchObject([{ isTyping: false }])
  input.blur()
  exchange()
  expect(bound.carets.value).toEqual([])
  far.destroy()
  mine.destroy()
  his.destroy()
})

test('whoever edits is told by client id', () => {
  begin('a')
  const onRemote = vi.fn()
  bind({ onRemote })
  theirs.insert(0, 'x')
  sync(other, doc)
  expect(onRemote).toHaveBeenCalledWith(2)
  theirs.delete(0, 1)
  sync(other, doc)
  expect(onRemote).toHaveBeenLastCalledWith(0)
})

test('nonsense in the awareness of others shows no caret', () => {
  begin('a')
  const awareness = new Awareness(doc)
  const bound = bind({ awareness })
  for (const cursor of [
    1,
    {},
    { path: 'items/i/name/de', anchor: 'x', head: { item: 'y' } },
    { path: 'items/i/name/de', head: {} },
  ]) {
    awareness.states.set(9, { user: { id: 'x', name: 'X' }, cursor })
    awareness.emit('change', [{ added: [9], updated: [], removed: [] }, 'remote'])
    expect(bound.carets.value.length).toBeLessThanOrEqual(1)
  }
  awareness.destroy()
})

const LETTERS = ['a', 'b', 'ß', '😀', '👩‍🍳', '👨‍👩‍👧', '🇩🇪', 'に', 'é', '\n']

test('two who type, paste, delete and compose in one field end with one text, and the caret keeps its left neighbour', {
  timeout: 60_000,
}, () => {
  for (let run = 0; run < 80; run++) {
    const random = seeded(run)
    begin(Array.from({ length: below(random, 8) }, () => oneOf(random, LETTERS)).join(''))
    bind()
    area.focus()
    let isComposing = false
    for (let step = 0; step < 60; step++) {
      const kind = random()
      if (kind < 0.35) typeSomething(random)
      else if (kind < 0.5 && !isComposing) {
        compose(oneOf(random, ['にほ', 'か', 'x']))
        isComposing = true
      } else if (kind < 0.6 && isComposing) {
        commit()
        isComposing = false
      } else if (kind < 0.85) editThere(random)
      else if (isComposing) sync(other, doc)
      else syncWatched(run, step)
      if (random() < 0.2) sync(doc, other)
    }
    if (isComposing) commit()
    sync(other, doc)
    sync(doc, other)
    expect(text.toString(), `run ${run}`).toBe(theirs.toString())
    expect(area.value, `run ${run}`).toBe(text.toString())
    expect(isWhole(text.toString()), `run ${run}: no half letters`).toBe(true)
    bindings[0]?.destroy()
  }
})

/** Edits of the other arrive: the caret stays behind the letter that it stood behind. */
function syncWatched(run: number, step: number): void {
  const before = area.selectionStart
  const isCaret = before === area.selectionEnd
  const place = Y.createRelativePositionFromTypeIndex(text, before, -1)
  sync(other, doc)
  const wanted = Y.createAbsolutePositionFromRelativePosition(place, doc)?.index ?? expect.fail()
  if (isCaret) expect(area.selectionStart, `run ${run}, step ${step}`).toBe(letterEnd(area.value, wanted))
}

function typeSomething(random: Random): void {
  const letters = [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(area.value)]
  const places = [...letters.map(({ index }) => index), area.value.length]
  const start = oneOf(random, places)
  const end =
    random() < 0.7
      ? start
      : oneOf(
          random,
          places.filter((at) => at >= start),
        )
  area.setSelectionRange(start, end)
  type(random() < 0.2 ? '' : oneOf(random, LETTERS))
}

function editThere(random: Random): void {
  const units = [...theirs.toString()]
  const at = below(random, units.length + 1)
  const index = units.slice(0, at).join('').length
  const letter = units[at]
  if (letter !== undefined && random() < 0.4) theirs.delete(index, letter.length)
  else theirs.insert(index, oneOf(random, LETTERS))
}
