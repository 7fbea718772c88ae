// The words of the shared parts: pill, dialogs, conflict card, page frame, sign-in.

import { createTexts } from '../core/i18n'
import en from './texts/en'

/** A text of the shared parts. */
export const uiText = createTexts(en, {
  de: () => import('./texts/de'),
  es: () => import('./texts/es'),
  fr: () => import('./texts/fr'),
})
