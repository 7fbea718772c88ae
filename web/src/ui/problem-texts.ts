// Why the server did not do something, in the language of the page: by the code that it says, else by
// the status.

import { createTexts, language } from '../core/i18n'
import type { ApiError } from '../core/session'
import en from './problem-texts/en'

/** A sentence by the server's code, or by the key of a kind of refusal. */
export const problemText = createTexts(en, {
  de: () => import('./problem-texts/de'),
  es: () => import('./problem-texts/es'),
  fr: () => import('./problem-texts/fr'),
})

type ProblemKey = keyof typeof en

/** Where the server says which line or field it means: worth reading in English, too. */
const PRECISE = ['unusable_file', 'bad_menu', 'invalid_fields', 'bad_value', 'bad_invite']

/** What a status says where the code is of no more help. */
const BY_STATUS: Readonly<Record<number, ProblemKey>> = {
  401: 'not_signed_in',
  403: 'not_allowed',
  404: 'not_there',
  409: 'changed_meanwhile',
  412: 'changed_meanwhile',
  413: 'too_large',
  429: 'too_often',
  500: 'server_failed',
  502: 'busy',
  503: 'busy',
  504: 'busy',
}

/** Whether there is a sentence for it. */
export function isProblemKey(code: string): code is ProblemKey {
  return Object.hasOwn(en, code)
}

/** The sentence for a refusal; '' when there is none. */
export function refusalWords({ status, code, detail }: ApiError): string {
  // In English the server's own sentence says the most; those about rights and failures name what is inside.
  const isForPeople = status !== 401 && status !== 403 && status < 500
  if (language.value === 'en' && isForPeople && detail !== '') return detail
  const key = isProblemKey(code) ? code : BY_STATUS[status]
  if (key === undefined) return detail
  return PRECISE.includes(code) && detail !== '' ? `${problemText(key)} (${detail})` : problemText(key)
}
