// A further language for the menu. The server adds it, with an empty text for everything: of two texts
// that two browsers make at once one would get lost.

import { effect, useSignal } from '@preact/signals'
import { editsAnswerGuard } from '../../core/protocol'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { Field } from '../../ui/Field'
import { Select } from '../../ui/Select'
import { TextInput } from '../../ui/TextInput'
import { failureWords } from '../failure-words'
import { type Editor, useEditor } from '../state'
import { t } from '../texts'
import { isAddingLanguage, languagesToAdd, tagOf } from './adding-language'

const NONE = ''
const OTHER = 'other'

/** The dialog, while a language is to be added. */
export function LanguageDialog() {
  return isAddingLanguage.value ? <NewLanguage /> : null
}

function NewLanguage() {
  const editor = useEditor()
  const { locales } = editor.model.meta.value
  const chosen = useSignal(NONE)
  const typed = useSignal('')
  const failure = useSignal<string | null>(null)
  const tag = chosen.value === OTHER ? tagOf(typed.value) : chosen.value || null
  const close = (): void => {
    isAddingLanguage.value = false
  }
  const add = async (): Promise<void> => {
    if (tag === null) return
    try {
      await addLanguage(editor, tag)
      close()
    } catch (error) {
      failure.value = failureWords(error)
    }
  }
  return (
    <Dialog
      title={t('language_add')}
      open
      onClose={close}
      actions={
        <Button kind="primary" disabled={tag === null} onClick={() => void add()}>
          {t('language_add')}
        </Button>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void add()
        }}
      >
        <Field label={t('language')} hint={t('language_add_hint')} error={failure.value}>
          <Select
            value={chosen.value}
            options={[
              { value: NONE, label: t('language_choose') },
              ...languagesToAdd(locales).map(({ tag, name }) => ({ value: tag, label: name })),
              { value: OTHER, label: t('language_other') },
            ]}
            onValue={(value) => {
              chosen.value = value
            }}
          />
        </Field>
        {chosen.value === OTHER && (
          <Field label={t('language_tag')} hint={t('language_tag_hint')}>
            <TextInput
              value={typed.value}
              autocapitalize="none"
              spellcheck={false}
              onValue={(value) => {
                typed.value = value
              }}
            />
          </Field>
        )}
      </form>
    </Dialog>
  )
}

async function addLanguage({ link, menuId, model, languages }: Editor, tag: string): Promise<void> {
  const path = `/api/v1/menus/${encodeURIComponent(menuId)}/edits`
  const body = { edits: [{ edit: 'add_locale', locale: tag }] }
  await link.session.api('POST', path, { body, guard: editsAnswerGuard })
  // The answer may be here before the edit itself is; only then it can be shown.
  const stop = effect(() => {
    if (!model.meta.value.locales.includes(tag)) return
    const [first] = languages.peek()
    if (first !== tag) languages.value = first === undefined ? [tag] : [first, tag]
    queueMicrotask(() => stop())
  })
}
