// Why something that was asked of the server did not happen, in the reader's words where the reason is
// a usual one, else in the server's.

import { ApiError } from '../core/session'
import { t } from './texts'

/** A sentence. Throws what is no answer of the server: that is our own fault. */
export function failureWords(error: unknown): string {
  if (!(error instanceof ApiError)) throw error
  if (error.status === 0) return t('unreachable')
  if (error.status === 403) return t('not_allowed')
  if (error.status === 413) return t('too_large')
  if (error.status === 503) return t('busy')
  return error.detail === '' ? t('failed', { code: error.code }) : error.detail
}
