// Why something that was asked of the server did not happen, in the reader's words.

import { ApiError } from '../core/session'
import { problemWords } from '../ui/problem-words'

/** A sentence. Throws what is no answer of the server: that is our own fault. */
export function failureWords(error: unknown): string {
  if (!(error instanceof ApiError)) throw error
  return problemWords(error)
}
