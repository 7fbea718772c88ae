// A label, its input, a hint and what is wrong, tied together for screen readers. The input inside
// finds its id and description by context, so nobody has to invent ids.

import { type ComponentChildren, createContext } from 'preact'
import { useContext, useId } from 'preact/hooks'
import { Icon } from './icons'

interface FieldTies {
  id: string
  describedBy: string | undefined
  invalid: boolean
}
const Ties = createContext<FieldTies | null>(null)

export interface FieldProps {
  label: string
  hint?: ComponentChildren
  error?: string | null | undefined
  /** The label is only for screen readers. */
  hideLabel?: boolean | undefined
  children?: ComponentChildren
}

/** One input with its label. */
export function Field({ label, hint, error, hideLabel = false, children }: FieldProps) {
  const id = useId()
  const hasError = error !== undefined && error !== null && error !== ''
  const hasHint = hint !== undefined && hint !== null
  const describedBy = [hasError && `${id}-error`, hasHint && `${id}-hint`].filter(Boolean).join(' ') || undefined
  return (
    <div class={hasError ? 'field has-error' : 'field'}>
      <label class={hideLabel ? 'field-label visually-hidden' : 'field-label'} for={id}>
        {label}
      </label>
      <Ties.Provider value={{ id, describedBy, invalid: hasError }}>{children}</Ties.Provider>
      {hasHint && (
        <p class="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <p class="field-error" id={`${id}-error`} aria-live="polite">
        {hasError && (
          <>
            <Icon name="alert" size={16} />
            <span>{error}</span>
          </>
        )}
      </p>
    </div>
  )
}

/** What an input inside a Field has to carry. */
export function useFieldTies(): { id?: string; 'aria-describedby'?: string; 'aria-invalid'?: true } {
  const ties = useContext(Ties)
  if (ties === null) return {}
  return {
    id: ties.id,
    ...(ties.describedBy === undefined ? {} : { 'aria-describedby': ties.describedBy }),
    ...(ties.invalid ? { 'aria-invalid': true as const } : {}),
  }
}
