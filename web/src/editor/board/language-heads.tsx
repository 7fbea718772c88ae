// Which languages stand side by side, and how much of each is written. One is always shown; a second
// one may stand beside it. Managers add further ones.

import { useComputed } from '@preact/signals'
import { languageName } from '../../core/i18n'
import { Icon } from '../../ui/icons'
import { Menu } from '../../ui/Menu'
import { type Editor, liveItems, useEditor } from '../state'
import { t } from '../texts'
import { isAddingLanguage } from './adding-language'
import { type Progress, progressOf } from './translation'

/** The heads of the columns of texts, when a menu has several languages or may get one. */
export function LanguageHeads() {
  const editor = useEditor()
  const { locales } = editor.model.meta.value
  const shown = editor.languages.value
  if (locales.length < 2) return editor.rights.value.managing ? <FirstTranslation /> : null
  return (
    <div class={shown.length > 1 ? 'language-heads is-side-by-side' : 'language-heads'}>
      {shown.map((locale, column) => (
        <LanguageHead key={`${column}`} locale={locale} column={column} />
      ))}
      {shown.length < 2 && <SecondLanguage />}
    </div>
  )
}

function LanguageHead({ locale, column }: { locale: string; column: number }) {
  const editor = useEditor()
  const { locales, locale: own } = editor.model.meta.value
  const shown = editor.languages.value
  const choices = locales.map((one) => ({
    label: languageName(one),
    checked: one === locale,
    onSelect: () => choose(editor, column, one),
  }))
  const further = {
    label: t('language_add'),
    icon: 'add' as const,
    separated: true,
    onSelect: openDialog,
  }
  const close = {
    label: t('language_close'),
    icon: 'close' as const,
    separated: true,
    onSelect: () => {
      editor.languages.value = shown.filter((_, at) => at !== column)
    },
  }
  return (
    <div class="language-head">
      <Menu
        label={t('language_choose')}
        items={[...choices, ...(editor.rights.value.managing ? [further] : []), ...(shown.length > 1 ? [close] : [])]}
        align="start"
        class="language-button"
      >
        <Icon name="language" size={18} />
        <span>{languageName(locale)}</span>
        <Icon name="down" size={16} />
      </Menu>
      {locale !== own && <ProgressBar locale={locale} />}
    </div>
  )
}

function SecondLanguage() {
  const editor = useEditor()
  const { locales } = editor.model.meta.value
  const [first] = editor.languages.value
  const items = locales
    .filter((one) => one !== first)
    .map((one) => ({
      label: languageName(one),
      onSelect: () => {
        editor.languages.value = [first ?? one, one]
      },
    }))
  return (
    <Menu label={t('language_beside')} items={items} align="start" class="language-button is-quiet">
      <Icon name="add" size={16} />
      <span>{t('language_beside')}</span>
    </Menu>
  )
}

function FirstTranslation() {
  return (
    <div class="language-heads">
      <button type="button" class="language-button is-quiet" onClick={openDialog}>
        <Icon name="language" size={18} />
        <span>{t('language_add')}</span>
      </button>
    </div>
  )
}

function ProgressBar({ locale }: { locale: string }) {
  const editor = useEditor()
  const progress = useComputed(() => progressIn(editor, locale)).value
  return (
    <span class="language-progress" title={t('translated_of', { written: progress.written, wanted: progress.wanted })}>
      <span class="bar" aria-hidden="true">
        <span class="bar-part" style={{ '--part': `${progress.percent}%` }} />
      </span>
      {t('translated', { percent: progress.percent })}
    </span>
  )
}

function progressIn({ model }: Editor, locale: string): Progress {
  const sections = model.sections.value.map((id) => model.section(id).value).filter((one) => one !== null)
  return progressOf([...sections, ...liveItems(model)], locale, model.meta.value.locale)
}

/** Put a language into a column; when the other column has it, they change places. */
function choose(editor: Editor, column: number, locale: string): void {
  const shown = [...editor.languages.peek()]
  const other = shown.indexOf(locale)
  const before = shown[column]
  if (other >= 0 && other !== column && before !== undefined) shown[other] = before
  shown[column] = locale
  editor.languages.value = shown
}

function openDialog(): void {
  isAddingLanguage.value = true
}
