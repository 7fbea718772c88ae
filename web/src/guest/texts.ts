// The words of the guest page.

import { createTexts } from '../core/i18n'
import en from './texts/en'

export const text = createTexts(en, {
  de: () => import('./texts/de'),
  es: () => import('./texts/es'),
  fr: () => import('./texts/fr'),
})

type Code = Extract<keyof typeof en, `code_${string}`>

/** An allergen or a diet in the language of the page; what the house calls its own way stays as it is. */
export function codeName(code: string): string {
  const key = `code_${code}`
  return isCode(key) ? text(key) : code
}

function isCode(key: string): key is Code {
  return Object.hasOwn(en, key)
}

/** A name for somebody who gives none. draw: from 0 to 1. */
export function someName(draw: number = Math.random()): string {
  const names = text('herbs').split(',')
  return names[Math.floor(draw * names.length)] ?? 'Basil'
}

// What the staff reads on the ticket when a guest calls; in the language of the menu, which the kitchen
// reads, not in that of the guest.
const CALLS: Readonly<Record<string, string>> = {
  de: 'Bitte an den Tisch kommen',
  es: 'Por favor, venir a la mesa',
  fr: 'On vous demande à table',
  en: 'Please come to the table',
}

/** The fixed text of a call. locale: of the menu. */
export function callText(locale: string, name: string): string {
  return `${CALLS[locale.slice(0, 2)] ?? CALLS.en} (${name})`
}
