// A button that is a picture; its label is its name for screen readers and its tooltip.

import type { ButtonHTMLAttributes } from 'preact'
import { Icon, type IconName } from './icons'

export interface IconButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'icon' | 'label'> {
  icon: IconName
  label: string
  size?: number | undefined
}

/** A square button with an icon. */
export function IconButton({ icon, label, size, class: extra, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      class={['icon-button', extra].filter(Boolean).join(' ')}
    >
      <Icon name={icon} {...(size === undefined ? {} : { size })} />
    </button>
  )
}
