// "Ana is editing · 14 s" with a ring that drains. The field stays readable; when the lease ends it opens.

import { seconds, serverNow } from '../core/clock'
import { uiText } from './texts'

export interface LockBadgeProps {
  name: string
  untilMs: number
  leaseSeconds?: number | undefined
  isMine?: boolean | undefined
  color?: string | undefined
  /** Shown as a button "Ask to release". */
  onAsk?: (() => void) | undefined
}

const ROUND = 50.265 // the circumference of a circle of radius 8

/** Who holds a field, and for how long. */
export function LockBadge({ name, untilMs, leaseSeconds = 30, isMine = false, color, onAsk }: LockBadgeProps) {
  void seconds.value // drawn again each second
  const left = Math.max(0, Math.ceil((untilMs - serverNow()) / 1000))
  const part = Math.min(1, left / leaseSeconds)
  return (
    <span class="lock-badge" style={color === undefined ? {} : { '--person': color }}>
      <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
        <circle class="lock-ground" cx="10" cy="10" r="8" />
        <circle class="lock-rest" cx="10" cy="10" r="8" stroke-dasharray={`${part * ROUND} ${ROUND}`} />
      </svg>
      <span>{isMine ? uiText('lockMine') : uiText('lockEditing', { name })}</span>
      <span class="lock-time" aria-hidden="true">
        {uiText('lockSeconds', { n: left })}
      </span>
      {onAsk && !isMine && (
        <button type="button" class="link-button" onClick={onAsk}>
          {uiText('lockAsk')}
        </button>
      )}
    </span>
  )
}
