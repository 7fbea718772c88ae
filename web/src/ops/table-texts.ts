// The words of the tables and of what can be done there; loaded with them.

import { createTexts } from '../core/i18n'
import en from './table-texts/en'

/** A text of the tables. */
export const tableText = createTexts(en, {
  de: () => import('./table-texts/de'),
  es: () => import('./table-texts/es'),
  fr: () => import('./table-texts/fr'),
})
