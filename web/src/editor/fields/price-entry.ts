// What becomes of a price that somebody typed. Pure: the field shows it, this decides it.
// Nothing is guessed: what could be two amounts is asked, what is none is said.

import type { Money } from '../../core/money'

export const PRICE_LIMIT_MINOR = 10 ** 12

export type PriceOutcome =
  | { readonly kind: 'same' }
  | { readonly kind: 'set'; readonly minor: number }
  | { readonly kind: 'cleared' }
  | { readonly kind: 'ambiguous'; readonly choices: readonly [number, number] }
  | { readonly kind: 'error'; readonly reason: 'not_a_price' | 'negative' | 'too_much' }

/** What the typed text asks for. current: the price that stands, in minor units; null: none. */
export function priceOutcome(typed: string, current: number | null, money: Pick<Money, 'parse'>): PriceOutcome {
  const text = typed.trim()
  if (text === '') return current === null ? { kind: 'same' } : { kind: 'cleared' }
  if (/^[-−–]\s*[\d.,]/.test(text)) return { kind: 'error', reason: 'negative' }
  const parsed = money.parse(text)
  if (parsed === null) return { kind: 'error', reason: isTooLong(text) ? 'too_much' : 'not_a_price' }
  if ('ambiguous' in parsed) return { kind: 'ambiguous', choices: parsed.ambiguous }
  if (parsed.minor > PRICE_LIMIT_MINOR) return { kind: 'error', reason: 'too_much' }
  return parsed.minor === current ? { kind: 'same' } : { kind: 'set', minor: parsed.minor }
}

/** Whether a price that changed elsewhere may replace what stands in the field. */
export function followsRemote(draft: string | null, shownBefore: string): boolean {
  return draft === null || draft === shownBefore
}

function isTooLong(text: string): boolean {
  return text.replace(/\D/g, '').length > 12
}
