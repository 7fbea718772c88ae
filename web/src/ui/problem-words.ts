// A failed request as a sentence for people, and what it says about single fields of a form. The server
// says why in English and with a code; the code has words in the language of the page. They are loaded
// after the page, which hardly ever needs them; until they are there the server's sentence has to do.

import { signal } from '@preact/signals'
import { ApiError } from '../core/session'
import { uiText } from './texts'

const words = signal<typeof import('./problem-texts') | null>(null)

/** Resolves when the words are there, or cannot be had now. */
export async function problemsReady(): Promise<void> {
  try {
    const loaded = await import('./problem-texts')
    await loaded.problemText.ready()
    words.value = loaded
  } catch {
    // Offline and not kept: it is tried again with the next problem.
  }
}

void problemsReady()

/** Why it did not work. Subscribes: the words may still be on their way. */
export function problemWords(error: unknown): string {
  if (!(error instanceof ApiError)) return uiText('problemOther', { detail: String(error) })
  if (error.status === 0) return uiText('problemUnreachable')
  const known = words.value
  if (known === null) void problemsReady()
  return (known?.refusalWords(error) ?? error.detail) || uiText('problemOther', { detail: error.code })
}

/** The field that the server names ("… - at `$.name`"); null: none. */
export function problemField(error: unknown): string | null {
  if (!(error instanceof ApiError) || (error.status !== 422 && error.status !== 400 && error.status !== 409))
    return null
  return /`\$\.(\w+)/.exec(error.detail)?.[1] ?? null
}
