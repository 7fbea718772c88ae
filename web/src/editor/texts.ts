// The words of the editor. Those of its panels come with the panels: panel-texts.ts.

import { createTexts } from '../core/i18n'
import en from './texts/en'

/** A text of the editor. */
export const t = createTexts(en, {
  de: () => import('./texts/de'),
  es: () => import('./texts/es'),
  fr: () => import('./texts/fr'),
})
