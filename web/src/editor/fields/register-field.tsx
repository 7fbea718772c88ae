// One register of the menu as a labelled field: words or a number. It is written when the field is
// left or on Enter; Escape takes the typing back. Others see who is in it.

import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { type FocusedField, focusField } from '../../core/yjs/presence'
import { Field } from '../../ui/Field'
import { TextInput } from '../../ui/TextInput'
import { p } from '../panel-texts'
import { useLease } from '../people/lock-mark'
import { pathOf } from '../people/visitors'
import { useEditor } from '../state'
import { decimalText, readDecimal } from './decimal'
import { Occupied } from './occupied'

/** Tell others when I come to a field and leave it. */
export function useFocusAt(field: FocusedField): { enter(): void; leave(): void } {
  const editor = useEditor()
  return useMemo(
    () => ({
      enter: () => focusField(editor.live.awareness, field),
      leave: () => {
        focusField(editor.live.awareness, null)
        editor.undo.stopCapturing()
      },
    }),
    [editor, pathOf(field)],
  )
}

export interface RegisterFieldProps {
  container: 'sections' | 'items' | 'modgroups'
  id: string
  register: string
  label: string
  hint?: string
  value: string | number | null
  isReadOnly?: boolean
  suffix?: string
  /** What to choose from while typing. */
  suggestions?: readonly string[]
  /** For a number: how many steps of the register make one that people type, and the most they may. */
  number?: { readonly scale: number; readonly greatest: number }
  /** For what is held while it is edited: the tax. */
  isLocked?: boolean
  onCommit: (value: string | number | null) => void
}

/** A field for a register. */
export function RegisterField(props: RegisterFieldProps) {
  const { container, id, register, label, hint, value, number, suffix, suggestions, isReadOnly, isLocked } = props
  const focus = useFocusAt({ container, id, field: register })
  const lease = useLease(id, register)
  const draft = useSignal<string | null>(null)
  const error = useSignal<string | null>(null)
  const standing = shown(value, number?.scale)
  const listId = `${register}-${id}`
  const commit = (): void => {
    const typed = draft.peek()?.trim()
    if (typed === undefined || typed === standing) {
      draft.value = null
      return
    }
    if (number === undefined) {
      props.onCommit(typed === '' ? null : typed)
    } else {
      const read = typed === '' ? null : readDecimal(typed, number.scale, number.greatest)
      if (read === 'bad') {
        error.value = p('number_bad', { greatest: decimalText(number.greatest, number.scale) })
        return
      }
      props.onCommit(read)
    }
    draft.value = null
  }
  return (
    <Occupied path={`${container}/${id}/${register}`}>
      <Field label={label} hint={hint} error={error.value}>
        <TextInput
          value={draft.value ?? standing}
          readOnly={isReadOnly}
          suffix={suffix}
          autocomplete="off"
          {...(number === undefined ? {} : { inputMode: 'decimal' as const })}
          {...(suggestions === undefined ? {} : { list: listId })}
          onValue={(typed) => {
            draft.value = typed
            error.value = null
            if (isLocked) lease.keep()
          }}
          onFocus={() => {
            focus.enter()
            if (isLocked && !isReadOnly) lease.take()
          }}
          onBlur={() => {
            focus.leave()
            if (isLocked) lease.release()
            commit()
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && !event.isComposing) commit()
            else if (event.key === 'Escape' && draft.peek() !== null) {
              event.stopPropagation()
              draft.value = null
              error.value = null
            }
          }}
        />
      </Field>
      {suggestions !== undefined && (
        <datalist id={listId}>
          {suggestions.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
    </Occupied>
  )
}

function shown(value: string | number | null, scale = 1): string {
  if (value === null) return ''
  return typeof value === 'string' ? value : decimalText(value, scale)
}
