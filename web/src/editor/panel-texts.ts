// The words of the panels, which come with the first panel that is opened.

import { createTexts } from '../core/i18n'
import en from './texts/panels/en'

/** A text of a panel. */
export const p = createTexts(en, {
  de: () => import('./texts/panels/de'),
  es: () => import('./texts/panels/es'),
  fr: () => import('./texts/panels/fr'),
})
