// What the pill says in each state, with which picture and tone. Colour never says it alone.

import type { PillState } from '../core/sync-state'
import type { IconName } from './icons'
import { uiText } from './texts'

export type PillTone = 'good' | 'calm' | 'warn' | 'bad' | 'accent'

export interface PillFace {
  readonly words: string
  readonly icon: IconName | 'spinner'
  readonly tone: PillTone
}

/** How a state looks. */
export function pillFace(state: PillState): PillFace {
  switch (state.kind) {
    case 'saved':
      return { words: uiText('pillSaved'), icon: 'check', tone: 'good' }
    case 'saving':
      return { words: uiText('pillSaving'), icon: 'spinner', tone: 'calm' }
    case 'slow':
      return { words: uiText('pillSlow', { n: state.count }), icon: 'spinner', tone: 'warn' }
    case 'reconnecting':
      return { words: uiText('pillReconnecting'), icon: 'spinner', tone: 'warn' }
    case 'offline':
      return {
        words: state.count === 0 ? uiText('pillOffline_zero') : uiText.count('pillOffline', state.count),
        icon: 'offline',
        tone: 'warn',
      }
    case 'sending':
      return { words: uiText('pillSending', { done: state.done, total: state.total }), icon: 'sync', tone: 'calm' }
    case 'attention':
      return { words: uiText.count('pillAttention', state.count), icon: 'alert', tone: 'warn' }
    case 'unsafe':
      return { words: uiText('pillUnsafe'), icon: 'alert', tone: 'bad' }
    case 'signed_out':
      return {
        words: state.count === 0 ? uiText('pillSignedOut_zero') : uiText.count('pillSignedOut', state.count),
        icon: 'key',
        tone: 'warn',
      }
    case 'update':
      return { words: uiText('pillUpdate'), icon: 'refresh', tone: 'accent' }
    case 'quiet':
      return { words: uiText('pillQuiet'), icon: 'cloud', tone: 'calm' }
  }
}
