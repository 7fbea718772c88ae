// The browser's own list of choices: it is the best one on a tablet and with a screen reader.

import type { PartialSelectHTMLAttributes } from 'preact'
import { useFieldTies } from './Field'
import { Icon } from './icons'

export interface SelectOption<V extends string = string> {
  value: V
  label: string
  disabled?: boolean | undefined
}

export interface SelectProps<V extends string>
  extends Omit<
    PartialSelectHTMLAttributes<HTMLSelectElement>,
    'value' | 'onChange' | 'class' | 'role' | 'size' | 'multiple' | 'label'
  > {
  value: V
  options: readonly SelectOption<V>[]
  onValue: (value: V) => void
  /** The name, where no Field is around it. */
  label?: string | undefined
}

/** A list of which one is chosen. */
export function Select<V extends string>({ value, options, onValue, label, ...rest }: SelectProps<V>) {
  const choose = (chosen: string) => {
    const option = options.find((one) => one.value === chosen)
    if (option) onValue(option.value)
  }
  return (
    <span class="select">
      <select
        {...useFieldTies()}
        {...(label === undefined ? {} : { 'aria-label': label })}
        {...rest}
        class="input"
        value={value}
        onChange={(event) => choose(event.currentTarget.value)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.disabled} selected={option.value === value}>
            {option.label}
          </option>
        ))}
      </select>
      <Icon name="down" size={18} />
    </span>
  )
}
