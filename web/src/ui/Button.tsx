// A button with words. `busy` keeps its width, says so to screen readers and takes no second press.

import type { ButtonHTMLAttributes, ComponentChildren } from 'preact'
import { Icon, type IconName } from './icons'
import { Spinner } from './Spinner'

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'icon' | 'kind'> {
  kind?: 'primary' | 'plain' | 'danger' | 'ghost' | undefined
  icon?: IconName | undefined
  busy?: boolean | undefined
  children?: ComponentChildren
}

/** A button. kind: `primary` once per view; `danger` for what loses something. */
export function Button({ kind = 'plain', icon, busy = false, children, class: extra, ...rest }: ButtonProps) {
  const classes = ['button', `button-${kind}`, extra].filter(Boolean).join(' ')
  const press = busy ? { onClick: undefined } : {}
  return (
    <button
      type="button"
      {...rest}
      {...press}
      class={classes}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
    >
      {busy ? <Spinner /> : icon && <Icon name={icon} />}
      {children !== undefined && <span class="button-words">{children}</span>}
    </button>
  )
}
