// A small label; with `onToggle` a switch among others (a filter, an allergen), with `onRemove` something
// that can be taken away.

import type { ComponentChildren } from 'preact'
import { Icon, type IconName } from './icons'
import { uiText } from './texts'

export interface ChipProps {
  icon?: IconName | undefined
  tone?: 'plain' | 'good' | 'warn' | 'bad' | 'info' | 'accent' | undefined
  pressed?: boolean | undefined
  onToggle?: ((pressed: boolean) => void) | undefined
  onRemove?: (() => void) | undefined
  disabled?: boolean | undefined
  title?: string | undefined
  children?: ComponentChildren
}

/** A chip. Pressed ones carry a tick, so that colour does not say it alone. */
export function Chip({ icon, tone = 'plain', pressed, onToggle, onRemove, disabled, title, children }: ChipProps) {
  const picture = pressed ? 'check' : icon
  const content = (
    <>
      {picture && <Icon name={picture} size={16} />}
      <span>{children}</span>
    </>
  )
  if (onToggle) {
    return (
      <button
        type="button"
        class={`chip chip-${tone} chip-toggle`}
        aria-pressed={pressed ?? false}
        disabled={disabled}
        title={title}
        onClick={() => onToggle(!pressed)}
      >
        {content}
      </button>
    )
  }
  return (
    <span class={`chip chip-${tone}`} title={title}>
      {content}
      {onRemove && (
        <button type="button" class="chip-remove" aria-label={uiText('remove')} onClick={onRemove}>
          <Icon name="close" size={14} />
        </button>
      )}
    </span>
  )
}
