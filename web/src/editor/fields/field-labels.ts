// Fields as labels, for lists of changes: "Price", "Name, German", "Milk". In sentences they are called
// as in field-words.ts.

import { languageName } from '../../core/i18n'
import { nameById } from '../names'
import { p } from '../panel-texts'
import type { Editor } from '../state'
import { codeLabel } from './code-label'

/** A field as a label. field: a register, `name:<locale>`, `desc:<locale>`, `note`. */
export function fieldLabel({ model }: Pick<Editor, 'model'>, field: string): string {
  const [family = '', ...more] = field.split(':')
  const rest = more.join(':')
  const isTranslated = model.meta.value.locales.length > 1
  const withLanguage = (label: string, locale: string): string =>
    isTranslated && locale !== '' ? `${label}, ${languageName(locale)}` : label
  switch (family) {
    case 'name':
      return withLanguage(p('label_name'), rest)
    case 'desc':
      return withLanguage(p('label_desc'), rest)
    case 'allergen':
    case 'diet':
    case 'additive':
    case 'tag':
      return codeLabel(rest)
    case 'mod':
      return `${p('groups')}: ${nameById(model, 'modgroups', rest) || p('group_unnamed')}`
    case 'var':
    case 'opt': {
      const [id = '', part = '', locale = ''] = more
      const whole = family === 'var' ? p('variation') : p('option')
      return id === '' ? whole : `${whole}: ${withLanguage(SIMPLE[part]?.() ?? part, locale)}`
    }
    default:
      return SIMPLE[family]?.() ?? field
  }
}

const SIMPLE: Readonly<Record<string, () => string>> = {
  name: () => p('label_name'),
  price: () => p('label_price'),
  loc: () => p('label_place'),
  pos: () => p('label_place'),
  note: () => p('note'),
  tax: () => p('tax'),
  spice: () => p('spice'),
  station: () => p('station'),
  prep_s: () => p('preparation'),
  kcal: () => p('kcal'),
  abv: () => p('alcohol'),
  photo: () => p('photo'),
  hidden: () => p('label_hidden'),
  hours: () => p('hours'),
  deleted: () => p('label_deleted'),
  min: () => p('at_least'),
  max: () => p('at_most'),
  currency: () => p('label_currency'),
  locales: () => p('label_languages'),
}
