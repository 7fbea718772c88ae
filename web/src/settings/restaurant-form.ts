// The fields of a restaurant and their rules; the bounds are those of the server.

import { formatNumber } from '../core/i18n'
import type { RestaurantAnswer, RestaurantChange } from '../core/protocol'
import { shownNumber, typedNumber } from './numbers'
import { text } from './texts'

export type NumberKey =
  | 'tax'
  | 'price_grace_seconds'
  | 'recall_seconds'
  | 'low_stock'
  | 'guest_session_seconds'
  | 'order_retention_days'
  | 'personal_retention_days'
export type TextKey = 'name' | 'time_zone' | 'currency' | 'business_day_hour'
export type Draft = Readonly<Record<NumberKey | TextKey, string>>

export interface NumberRule {
  readonly factor: number // units of the server in one of the form
  readonly min: number // in units of the server
  readonly max: number
}

export const NUMBER_RULES: Readonly<Record<NumberKey, NumberRule>> = {
  tax: { factor: 100, min: 0, max: 10_000 },
  price_grace_seconds: { factor: 60, min: 0, max: 86_400 },
  recall_seconds: { factor: 60, min: 0, max: 86_400 },
  low_stock: { factor: 1, min: 0, max: 10_000 },
  guest_session_seconds: { factor: 3600, min: 60, max: 86_400 },
  order_retention_days: { factor: 1, min: 7, max: 36_500 },
  personal_retention_days: { factor: 1, min: 0, max: 36_500 },
}
const NUMBER_KEYS = Object.keys(NUMBER_RULES) as readonly NumberKey[]

/** What the form shows of a restaurant. */
export function draftOf(settings: RestaurantAnswer): Draft {
  const number = (key: NumberKey) => shownNumber(settings[key], NUMBER_RULES[key].factor)
  return {
    name: settings.name,
    time_zone: settings.time_zone,
    currency: settings.currency,
    business_day_hour: String(settings.business_day_hour),
    tax: number('tax'),
    price_grace_seconds: number('price_grace_seconds'),
    recall_seconds: number('recall_seconds'),
    low_stock: number('low_stock'),
    guest_session_seconds: number('guest_session_seconds'),
    order_retention_days: number('order_retention_days'),
    personal_retention_days: number('personal_retention_days'),
  }
}

/** What has changed, or what is wrong at which field. */
export function changeOf(draft: Draft, before: Draft): { change: RestaurantChange; errors: Record<string, string> } {
  const change: RestaurantChange = {}
  const errors: Record<string, string> = {}
  if (draft.name.trim() === '') errors.name = text('required')
  else if (draft.name !== before.name) change.name = draft.name.trim()
  if (draft.time_zone !== before.time_zone) change.time_zone = draft.time_zone
  if (draft.currency !== before.currency) change.currency = draft.currency
  if (draft.business_day_hour !== before.business_day_hour) change.business_day_hour = Number(draft.business_day_hour)
  for (const key of NUMBER_KEYS) {
    if (draft[key] === before[key]) continue
    const { factor, min, max } = NUMBER_RULES[key]
    const value = typedNumber(draft[key], factor, min, max)
    if (value === null) errors[key] = between(min / factor, max / factor)
    else change[key] = value
  }
  return { change, errors }
}

function between(min: number, max: number): string {
  const round = (value: number) => formatNumber(value, { maximumFractionDigits: 2 })
  return text('numberBetween', { min: round(min), max: round(max) })
}
