// What the server noticed about a menu, as sentences, and the ways out that take one press.

import { languageName } from '../../core/i18n'
import type { Plain } from '../../menu/registers'
import { plain } from '../../menu/registers'
import { fieldWords, valueWords } from '../fields/field-words'
import { nameById } from '../names'
import { p } from '../panel-texts'
import type { Editor } from '../state'
import type { Issue } from './menu-events'

type Context = Pick<Editor, 'model' | 'money'>

/** One sentence about an issue. */
export function issueWords(context: Context, issue: Issue): string {
  const { root, id, field } = issue.target
  const thing = id === '' ? p('the_menu') : nameById(context.model, root, id) || p('something')
  const what = fieldWords(context, root, field)
  switch (issue.kind) {
    case 'prices':
      return p('issue_prices', { thing })
    case 'allergens':
      return p('issue_allergens', { thing, what })
    case 'diets':
      return p('issue_diets', { thing, what })
    case 'deleted':
      return p('issue_deleted', { thing })
    case 'unplaced':
      return p('issue_unplaced', { thing })
    case 'moves':
      return p('issue_moves', { thing })
    case 'double_replace':
      return p('issue_double', { thing, what })
    case 'stale':
      return p('issue_stale', { thing, what })
    case 'names':
      return p('issue_names', { thing })
    case 'price_missing':
      return p('issue_price_missing', { thing })
    case 'price_free':
      return p('issue_price_free', { thing })
    case 'price_jump':
      return p('issue_price_jump', { thing })
    case 'price_negative':
    case 'money':
      return p('issue_money', { thing })
    case 'currency':
      return p('issue_currency')
    case 'choice_range':
    case 'choice_missing':
      return p('issue_choice', { thing })
    case 'variations':
      return p('issue_variations', { thing })
    case 'translations':
      return translationWords(context, field.replace(/^locale:/, ''))
    default:
      return p('issue_other', { thing, what })
  }
}

function translationWords({ model }: Context, locale: string): string {
  const language = languageName(locale)
  return p(locale === model.meta.value.locale ? 'issue_texts' : 'issue_translations', { language })
}

/** Buttons that end an issue, with the body of the request. */
export function remediesOf(context: Context, issue: Issue): ReadonlyArray<{ label: string; body: object }> {
  switch (issue.kind) {
    case 'double_replace':
    case 'stale':
    case 'moves':
      return issue.candidates.map((one, keep) => ({
        label: p('keep_value', { value: shortened(valueWords(context, issue.target.field, asPlain(one.value))) }),
        body: { keep },
      }))
    case 'variations':
      return [{ label: p('restore'), body: { choice: 'restore' } }]
    default:
      return []
  }
}

function asPlain(value: unknown): Plain {
  return plain(value)
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 38)}…` : text
}
