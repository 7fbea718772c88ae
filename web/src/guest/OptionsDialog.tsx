// How the page reads: languages, size of the text, appearance.

import { chooseLanguage, LANGUAGE_NAMES, LANGUAGES, language, languageName } from '../core/i18n'
import { Dialog } from '../ui/Dialog'
import { Field } from '../ui/Field'
import { Segmented } from '../ui/Segmented'
import { Select } from '../ui/Select'
import { theme } from '../ui/theme'
import { menuLocale, textSize } from './preferences'
import { closeSheet, useTable } from './table-context'
import { text } from './texts'

export function OptionsDialog() {
  return (
    <Dialog title={text('options')} open onClose={closeSheet}>
      <div class="options">
        <Reading />
      </div>
    </Dialog>
  )
}

function Reading() {
  const table = useTable()
  const locales = table.shelf.current.value?.locales ?? []
  const languages = LANGUAGES.map((one) => ({ value: one, label: LANGUAGE_NAMES[one] }))
  const sizes = [
    { value: 'normal', label: text('sizeNormal') },
    { value: 'large', label: text('sizeLarge') },
    { value: 'larger', label: text('sizeLarger') },
  ] as const
  const looks = [
    { value: 'auto', label: text('automatic') },
    { value: 'light', label: text('light') },
    { value: 'dark', label: text('dark') },
  ] as const
  return (
    <>
      {locales.length > 1 && (
        <Field label={text('menuLanguage')}>
          <Select
            value={table.reading.value}
            options={locales.map((one) => ({ value: one, label: languageName(one) }))}
            onValue={(chosen) => (menuLocale.value = chosen)}
          />
        </Field>
      )}
      <Field label={text('language')}>
        <Select value={language.value} options={languages} onValue={chooseLanguage} />
      </Field>
      <div class="option">
        <span class="field-label">{text('textSize')}</span>
        <Segmented
          label={text('textSize')}
          value={textSize.value}
          options={sizes}
          onChange={(size) => (textSize.value = size)}
        />
      </div>
      <div class="option">
        <span class="field-label">{text('appearance')}</span>
        <Segmented
          label={text('appearance')}
          value={theme.value}
          options={looks}
          onChange={(look) => (theme.value = look)}
        />
      </div>
    </>
  )
}
