// The short names of variations, options and groups, one field for each language that is shown.

import { languageName } from '../../core/i18n'
import type { Texts } from '../../menu/menu'
import { useEditor } from '../state'
import { RegisterField } from './register-field'

export interface NameInputsProps {
  container: 'items' | 'modgroups'
  id: string
  /** The register without its language: `var:large:name`, `name`. */
  start: string
  names: Texts
  label: string
  onCommit: (locale: string, words: string | null) => void
}

/** Names by language. */
export function NameInputs({ container, id, start, names, label, onCommit }: NameInputsProps) {
  const editor = useEditor()
  const languages = editor.languages.value
  return (
    <div class="names">
      {languages.map((locale) => (
        <RegisterField
          key={locale}
          container={container}
          id={id}
          register={`${start}:${locale}`}
          label={languages.length > 1 ? `${label}, ${languageName(locale)}` : label}
          value={names.get(locale) ?? ''}
          isReadOnly={!editor.rights.value.text(locale)}
          onCommit={(words) => onCommit(locale, typeof words === 'string' ? words : null)}
        />
      ))}
    </div>
  )
}
