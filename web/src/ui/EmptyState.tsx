// What is shown where nothing is yet: what would be here, and the way to it.

import type { ComponentChildren } from 'preact'
import { Icon, type IconName } from './icons'

export interface EmptyStateProps {
  title: string
  icon?: IconName | undefined
  action?: ComponentChildren
  children?: ComponentChildren
}

/** A calm sentence in the middle, with at most one action. */
export function EmptyState({ title, icon, action, children }: EmptyStateProps) {
  return (
    <div class="empty-state">
      {icon && (
        <span class="empty-state-icon">
          <Icon name={icon} size={28} />
        </span>
      )}
      <h2>{title}</h2>
      {children !== undefined && <p>{children}</p>}
      {action}
    </div>
  )
}
