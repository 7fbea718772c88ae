// A number with minus and plus, big enough for a thumb.

import { IconButton } from '../ui/IconButton'
import { text } from './texts'

export interface StepperProps {
  value: number
  least: number
  most: number
  label: string
  onChange: (value: number) => void
  /** Below the least: taken away instead. */
  removes?: boolean
}

export function Stepper({ value, least, most, label, onChange, removes = false }: StepperProps) {
  return (
    <fieldset class="stepper" aria-label={label}>
      <IconButton
        icon={removes && value <= least ? 'trash' : 'minus'}
        label={removes && value <= least ? text('remove') : text('fewer')}
        disabled={value <= least && !removes}
        onClick={() => onChange(value - 1)}
      />
      <output aria-live="polite">{value}</output>
      <IconButton icon="add" label={text('more')} disabled={value >= most} onClick={() => onChange(value + 1)} />
    </fieldset>
  )
}
