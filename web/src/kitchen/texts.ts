// The words of the kitchen screen.

import { createTexts } from '../core/i18n'
import en from './texts/en'

/** A text of the kitchen screen. */
export const text = createTexts(en, {
  de: () => import('./texts/de'),
  es: () => import('./texts/es'),
  fr: () => import('./texts/fr'),
})
