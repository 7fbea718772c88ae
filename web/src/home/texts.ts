// The words of the start page.

import { createTexts } from '../core/i18n'
import en from './texts/en'

export const text = createTexts(en, {
  de: () => import('./texts/de'),
  es: () => import('./texts/es'),
  fr: () => import('./texts/fr'),
})
