// Name and description of a dish or a section, in every language that is shown, side by side.

import { Fragment } from 'preact'
import { languageName } from '../../core/i18n'
import type { Texts } from '../../menu/menu'
import { TextField } from '../fields/text-field'
import { useEditor } from '../state'
import { t } from '../texts'
import { isMissing } from './translation'

const LOOKS = {
  items: {
    isHeading: false,
    name: { class: 'dish-name', placeholder: 'name_placeholder' },
    description: { class: 'dish-description', placeholder: 'description_placeholder' },
  },
  sections: {
    isHeading: true,
    name: { class: 'section-name', placeholder: 'section_placeholder' },
    description: { class: 'section-note', placeholder: 'section_note_placeholder' },
  },
} as const

export interface ThingTextsProps {
  container: keyof typeof LOOKS
  thing: { readonly id: string; readonly name: Texts; readonly description: Texts }
  /** What it is called in labels. */
  name: string
}

/** The two texts, each to be written by whom its language belongs to. */
export function ThingTexts({ container, thing, name }: ThingTextsProps) {
  const editor = useEditor()
  const own = editor.model.meta.value.locale
  const languages = editor.languages.value
  const look = LOOKS[container]
  const Name = look.isHeading ? 'h2' : Fragment
  const shared = (texts: Texts, locale: string, placeholder: string) => ({
    value: texts.get(locale) ?? '',
    placeholder: locale === own ? placeholder : (texts.get(own) ?? ''),
    isReadOnly: !editor.rights.value.text(locale),
    isMissing: isMissing(texts, locale, own),
  })
  return (
    <div class={languages.length > 1 ? 'texts is-side-by-side' : 'texts'}>
      {languages.map((locale) => (
        <div class="texts-of" key={locale}>
          <Name>
            <TextField
              place={{ container, id: thing.id, field: 'name', locale }}
              label={t('name_of', { name, language: languageName(locale) })}
              class={look.name.class}
              {...shared(thing.name, locale, t(look.name.placeholder))}
            />
          </Name>
          <TextField
            place={{ container, id: thing.id, field: 'desc', locale }}
            label={t('description_of', { name, language: languageName(locale) })}
            class={look.description.class}
            multiline
            {...shared(thing.description, locale, t(look.description.placeholder))}
          />
        </div>
      ))}
    </div>
  )
}
