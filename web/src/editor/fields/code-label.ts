// Codes in the reader's words. A legend's codes are words already; the fourteen of the EU and the
// usual diets are translated.

import { t } from '../texts'
import { type Diet, type EuAllergen, isDiet, isEuAllergen } from './codes'

/** "milk" -> "Milk", "Milch"; what is not known is shown as it is. */
export function codeLabel(code: string): string {
  if (isEuAllergen(code)) return t(`allergen_${code}` satisfies `allergen_${EuAllergen}`)
  if (isDiet(code)) return t(`diet_${code}` satisfies `diet_${Diet}`)
  return code
}
