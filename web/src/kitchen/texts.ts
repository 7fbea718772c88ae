// The words of the kitchen screen.

import { createTexts } from '../core/i18n'
import en from './texts/en'

/** A text of the kitchen screen. */
export const text = createTexts(en, {
  de: () => import('./texts/de'),
  es: () => import('./texts/es'),
  fr: () => import('./texts/fr'),
})

type Allergen = Extract<keyof typeof en, `allergen_${string}`>

/** Allergens in the language of the screen; what the house calls its own way stays as it is. */
export function allergenList(codes: readonly string[]): string {
  return codes.map(allergenName).join(', ')
}

function allergenName(code: string): string {
  const key = `allergen_${code}`
  return isAllergen(key) ? text(key) : code
}

function isAllergen(key: string): key is Allergen {
  return Object.hasOwn(en, key)
}
