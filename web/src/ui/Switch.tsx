// On or off, at once (no Save). The whole line is the target.

import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

export interface SwitchProps {
  label: string
  checked: boolean
  onChange: (checked: boolean) => void
  disabled?: boolean | undefined
  hint?: ComponentChildren
  hideLabel?: boolean | undefined
}

/** A switch with its label. */
export function Switch({ label, checked, onChange, disabled, hint, hideLabel = false }: SwitchProps) {
  const id = useId()
  return (
    <label class="switch">
      <input
        type="checkbox"
        role="switch"
        checked={checked}
        aria-checked={checked}
        disabled={disabled}
        aria-label={hideLabel ? label : undefined}
        aria-describedby={hint === undefined ? undefined : id}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span class="switch-track" aria-hidden="true" />
      {!hideLabel && (
        <span class="switch-words">
          <span>{label}</span>
          {hint !== undefined && (
            <span class="switch-hint" id={id}>
              {hint}
            </span>
          )}
        </span>
      )}
    </label>
  )
}
