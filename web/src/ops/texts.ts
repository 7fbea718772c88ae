// The words of the operations page.

import { createTexts } from '../core/i18n'
import en from './texts/en'

/** A text of this page. */
export const opsText = createTexts(en, {
  de: () => import('./texts/de'),
  es: () => import('./texts/es'),
  fr: () => import('./texts/fr'),
})
