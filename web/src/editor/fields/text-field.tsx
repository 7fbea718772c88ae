// One text of the menu as a field that grows with it. It is bound to its Y.Text only while somebody
// is in it: I, or a person whose caret has to be drawn. All others just show what the menu says.

import { effect, type Signal, untracked, useComputed, useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { type FocusedField, focusField } from '../../core/yjs/presence'
import { type Binding, bindText } from '../../core/yjs/text-binding'
import { announce } from '../../ui/announce'
import { hits } from '../bar/search'
import { focusNext } from '../board/focus-order'
import { pathOf } from '../people/visitors'
import { useEditor } from '../state'
import { t } from '../texts'
import { Carets } from './carets'
import { Occupied } from './occupied'

const GROWS_BY_ITSELF = typeof CSS !== 'undefined' && CSS.supports('field-sizing', 'content')

export interface TextFieldProps {
  /** container, id, field and locale of the text. */
  place: FocusedField & { readonly container: 'sections' | 'items'; readonly field: 'name' | 'desc' | 'note' }
  /** What the menu says; the text itself when nobody edits it. */
  value: string
  label: string
  placeholder?: string | undefined
  multiline?: boolean
  isReadOnly?: boolean
  class?: string
  /** Shown in the menu's own language, but not here. */
  isMissing?: boolean
}

/** A text that several people may write in at once. */
export function TextField(props: TextFieldProps) {
  const { place, value, label, multiline = false } = props
  const editor = useEditor()
  const path = pathOf(place)
  const input = useRef<HTMLTextAreaElement>(null)
  const mirror = useRef<HTMLDivElement>(null)
  const binding = useSignal<Binding | null>(null)
  const visitors = editor.visitors.at(path)
  const carets = useComputed(() => binding.value?.carets.value ?? [])
  const isTyping = useComputed(() => carets.value.some((one) => one.isTyping))
  const field = useField(props, input, mirror, binding)
  const hasMirror = !GROWS_BY_ITSELF || carets.value.length > 0

  useEffect(() => effect(() => field.visited(visitors.value.length > 0)), [path])
  useEffect(() => field.leave, [path])
  useLayoutEffect(() => field.show(value))

  if (props.isReadOnly) {
    return (
      <p class={`text ${props.class ?? ''}`} dir="auto" lang={place.locale}>
        <Marked text={value} />
      </p>
    )
  }
  const stretches = value === '' ? [] : hits(value, editor.words.value)
  return (
    <Occupied
      path={path}
      isTyping={isTyping}
      class={`text ${props.class ?? ''}${props.isMissing ? ' is-missing' : ''}`}
    >
      <textarea
        ref={input}
        rows={1}
        dir="auto"
        lang={place.locale}
        class="text-input"
        aria-label={label}
        placeholder={props.placeholder}
        spellcheck={true}
        autocomplete="off"
        enterkeyhint="next"
        data-next=""
        data-path={path}
        data-own-undo=""
        onFocus={field.enter}
        onBlur={field.blur}
        onInput={field.mirrorValue}
        onKeyDown={(event) => field.key(event, multiline)}
      />
      {hasMirror && <div ref={mirror} class="text-mirror" aria-hidden="true" dir="auto" />}
      {stretches.length > 0 && (
        <div class="text-mirror is-marked" aria-hidden="true" dir="auto">
          <Marked text={value} />
        </div>
      )}
      {carets.value.length > 0 && <Carets carets={carets} mirror={mirror} />}
    </Occupied>
  )
}

interface FieldBehaviour {
  enter(): void
  blur(): void
  leave(): void
  visited(isVisited: boolean): void
  show(value: string): void
  mirrorValue(): void
  key(event: KeyboardEvent, multiline: boolean): void
}

interface FieldState {
  isFocused: boolean
  isVisited: boolean
  before: string // what stood there when I came
  heardOthers: boolean
}

type TextareaRef = { readonly current: HTMLTextAreaElement | null }

/** What the field does; made once, reading the newest props. */
function useField(
  props: TextFieldProps,
  input: TextareaRef,
  mirror: { readonly current: HTMLDivElement | null },
  binding: Signal<Binding | null>,
): FieldBehaviour {
  const editor = useEditor()
  const newest = useRef(props)
  newest.current = props
  const made = useRef<FieldBehaviour | null>(null)
  if (made.current !== null) return made.current
  const state: FieldState = { isFocused: false, isVisited: false, before: '', heardOthers: false }

  const mirrorValue = (): void => {
    // A last line that is empty has no height without something in it.
    if (mirror.current !== null) mirror.current.textContent = `${input.current?.value ?? ''}\u200b`
  }
  const unbind = (): void => {
    binding.peek()?.destroy()
    binding.value = null
  }
  const bind = (): void => {
    const { place, multiline = false } = newest.current
    const text = editor.model.text(place.container, place.id, place.field, place.locale ?? '')
    if (binding.peek() !== null || text === null || input.current === null) return
    binding.value = bindText(input.current, text, {
      awareness: editor.live.awareness,
      path: pathOf(place),
      multiline,
      onRemote: () => {
        state.heardOthers = true
        mirrorValue()
      },
    })
    mirrorValue()
  }
  const rebind = (): void => untracked(() => (state.isFocused || state.isVisited ? bind() : unbind()))
  const revert = (element: HTMLTextAreaElement): void => {
    if (element.value === state.before) return
    if (state.heardOthers) {
      announce(t('kept_since_others'))
      return
    }
    element.value = state.before
    element.dispatchEvent(new Event('input', { bubbles: true }))
  }
  made.current = {
    mirrorValue,
    enter() {
      state.isFocused = true
      state.heardOthers = false
      rebind()
      state.before = input.current?.value ?? ''
      focusField(editor.live.awareness, newest.current.place)
    },
    blur() {
      state.isFocused = false
      editor.undo.stopCapturing()
      focusField(editor.live.awareness, null)
      rebind()
      made.current?.show(newest.current.value)
    },
    leave() {
      if (state.isFocused) focusField(editor.live.awareness, null)
      unbind()
    },
    visited(isVisited) {
      state.isVisited = isVisited
      rebind()
    },
    show(value) {
      const element = input.current
      if (element !== null && binding.peek() === null && element.value !== value) element.value = value
      mirrorValue()
    },
    key(event, multiline) {
      const element = input.current
      if (element === null || event.isComposing || event.keyCode === 229) return
      if (event.key === 'Enter' && !(multiline && event.shiftKey)) {
        event.preventDefault()
        focusNext(element)
      } else if (event.key === 'Escape') {
        event.stopPropagation()
        revert(element)
        element.blur()
      }
    },
  }
  return made.current
}

/** A text with what the search found in it marked. */
export function Marked({ text }: { text: string }) {
  const { words } = useEditor()
  const found = hits(text, words.value)
  if (found.length === 0) return <>{text}</>
  const parts = []
  let from = 0
  for (const [start, end] of found) {
    parts.push(text.slice(from, start), <mark key={start}>{text.slice(start, end)}</mark>)
    from = end
  }
  return (
    <>
      {parts}
      {text.slice(from)}
    </>
  )
}
