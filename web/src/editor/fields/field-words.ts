// Fields and their values in the reader's words: "the price", "9.50 €", "Milk: may contain". For
// conflict cards, the history and differences between versions.

import { isMoney } from '../../core/conflicts'
import { formatNumber, languageName } from '../../core/i18n'
import { isObject, type Plain } from '../../menu/registers'
import { nameById } from '../names'
import type { Editor } from '../state'
import { t } from '../texts'
import { codeLabel } from './code-label'
import { hoursInWords } from './hours'

type Context = Pick<Editor, 'model' | 'money'>

/** A field as people call it. field: a register, `name:<locale>`, `desc:<locale>`, `note`, '' for the whole. */
export function fieldWords({ model }: Context, root: string, field: string): string {
  const [family = '', ...more] = field.split(':')
  const rest = more.join(':')
  const isTranslated = model.meta.value.locales.length > 1
  const inLanguage = (words: string): string =>
    isTranslated && rest !== '' ? t('in_language', { field: words, language: languageName(rest) }) : words
  switch (family) {
    case 'name':
      return inLanguage(t('field_name'))
    case 'desc':
      return inLanguage(t('field_description'))
    case 'allergen':
    case 'diet':
    case 'additive':
    case 'tag':
      return codeLabel(rest)
    case 'var':
    case 'opt':
      return choiceFieldWords(family, rest)
    case 'mod':
      return t('field_choice', { name: nameById(model, 'modgroups', rest) || t('unnamed') })
    case 'deleted':
      return root === 'modgroups' ? t('field_deleted_choice') : t('field_deleted')
    default:
      return SIMPLE[family]?.() ?? field
  }
}

/** A value of a field as people read it; '–' when there is none. */
export function valueWords(context: Context, field: string, value: Plain | undefined): string {
  if (value === null || value === undefined || value === '') return t('nothing_there')
  if (isMoney(field) && typeof value === 'number') return context.money.value.full(value)
  const last = field.slice(field.lastIndexOf(':') + 1)
  if (last === 'pos') return t('value_place')
  if (field.startsWith('mod:')) return t(value === false ? 'no' : 'yes')
  if (field === 'deleted' || last === 'deleted') return t(value === true ? 'value_deleted' : 'value_kept')
  if (field.startsWith('allergen:')) return levelWords(value)
  if (typeof value === 'boolean') return t(value ? 'yes' : 'no')
  if (typeof value === 'number') return numberWords(field, value)
  if (typeof value === 'string') return field === 'photo' ? t('a_photo') : value
  return listWords(context, field, value)
}

const SIMPLE: Readonly<Record<string, () => string>> = {
  '': () => t('field_all'),
  price: () => t('field_price'),
  loc: () => t('field_place'),
  pos: () => t('field_place'),
  note: () => t('field_note'),
  tax: () => t('field_tax'),
  spice: () => t('field_spice'),
  station: () => t('field_station'),
  prep_s: () => t('field_prep'),
  kcal: () => t('field_kcal'),
  abv: () => t('field_abv'),
  photo: () => t('field_photo'),
  hidden: () => t('field_hidden'),
  hours: () => t('field_hours'),
  min: () => t('field_min'),
  max: () => t('field_max'),
  currency: () => t('field_currency'),
  locales: () => t('field_locales'),
}

const CHOICE_PARTS: Readonly<Record<string, () => string>> = {
  price: () => t('field_price'),
  pos: () => t('field_place'),
  deleted: () => t('field_deleted'),
}

function choiceFieldWords(family: 'var' | 'opt', rest: string): string {
  const part = rest.slice(rest.indexOf(':') + 1)
  const whole = family === 'var' ? t('a_variation') : t('an_option')
  const field = CHOICE_PARTS[part]?.() ?? t('field_name')
  return t('field_of', { field, thing: whole })
}

function levelWords(value: Plain): string {
  switch (value) {
    case 'contains':
    case true:
      return t('level_contains')
    case 'may':
      return t('level_may')
    case 'free':
    case false:
      return t('level_free')
    default:
      return t('level_unknown')
  }
}

function numberWords(field: string, value: number): string {
  switch (field) {
    case 'tax':
      return formatNumber(value / 10_000, { style: 'percent', maximumFractionDigits: 2 })
    case 'abv':
      return formatNumber(value / 10_000, { style: 'percent', maximumFractionDigits: 2 })
    case 'prep_s':
      return t('minutes', { n: Math.round(value / 6) / 10 })
    default:
      return formatNumber(value)
  }
}

function listWords({ model }: Context, field: string, value: Plain): string {
  if (!Array.isArray(value)) return JSON.stringify(value)
  if (field === 'loc') return nameById(model, 'sections', String(value[0] ?? ''))
  if (field !== 'hours') return value.map(String).join(', ')
  return hoursInWords(
    value.flatMap((one) => {
      const { day, from, to } = fieldsOf(one)
      return typeof day === 'number' ? [{ day, opens: String(from), closes: String(to) }] : []
    }),
  )
}

function fieldsOf(value: Plain): Readonly<Record<string, Plain>> {
  return isObject(value) ? value : {}
}
