// A sentence across the page that stays until its reason is gone. `bad` and `warn` interrupt a screen
// reader once; the others wait their turn.

import type { ComponentChildren } from 'preact'
import { Icon, type IconName } from './icons'

export type BannerKind = 'info' | 'good' | 'warn' | 'bad'
const ICONS: Readonly<Record<BannerKind, IconName>> = { info: 'info', good: 'check', warn: 'alert', bad: 'alert' }

export interface BannerProps {
  kind?: BannerKind | undefined
  icon?: IconName | undefined
  action?: ComponentChildren
  children?: ComponentChildren
}

/** A notice with an icon, words and perhaps an action. */
export function Banner({ kind = 'info', icon, action, children }: BannerProps) {
  return (
    <div class={`banner banner-${kind}`} role={kind === 'bad' ? 'alert' : 'status'}>
      <Icon name={icon ?? ICONS[kind]} />
      <div class="banner-words">{children}</div>
      {action !== undefined && <div class="banner-action">{action}</div>}
    </div>
  )
}
