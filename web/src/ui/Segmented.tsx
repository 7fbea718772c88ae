// A few choices side by side, one of them chosen: a radio group with arrow keys.

import { useId } from 'preact/hooks'
import { Icon, type IconName } from './icons'

export interface SegmentedOption<V extends string = string> {
  value: V
  label: string
  icon?: IconName | undefined
  /** Only the icon is shown. */
  iconOnly?: boolean | undefined
}

export interface SegmentedProps<V extends string> {
  label: string
  value: V
  options: readonly SegmentedOption<V>[]
  onChange: (value: V) => void
  disabled?: boolean | undefined
}

/** The browser's own radio buttons, drawn as segments. */
export function Segmented<V extends string>({ label, value, options, onChange, disabled }: SegmentedProps<V>) {
  const name = useId()
  return (
    <div class="segmented" role="radiogroup" aria-label={label}>
      {options.map((option) => (
        <label key={option.value} class="segment" title={option.iconOnly ? option.label : undefined}>
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            disabled={disabled}
            aria-label={option.iconOnly ? option.label : undefined}
            onChange={() => onChange(option.value)}
          />
          <span class="segment-face">
            {option.icon && <Icon name={option.icon} size={18} />}
            {!option.iconOnly && <span>{option.label}</span>}
          </span>
        </label>
      ))}
    </div>
  )
}
