// A failed request as a sentence for people, and what it says about single fields of a form.

import { ApiError } from '../core/session'
import { uiText } from './texts'

/** Why it did not work. */
export function problemWords(error: unknown): string {
  if (!(error instanceof ApiError)) return uiText('problemOther', { detail: String(error) })
  if (error.status === 0) return uiText('problemUnreachable')
  if (error.status === 403) return uiText('problemForbidden')
  return error.detail || uiText('problemOther', { detail: error.code })
}

/** The field that the server names ("… - at `$.name`"); null: none. */
export function problemField(error: unknown): string | null {
  if (!(error instanceof ApiError) || (error.status !== 422 && error.status !== 400 && error.status !== 409))
    return null
  return /`\$\.(\w+)/.exec(error.detail)?.[1] ?? null
}
