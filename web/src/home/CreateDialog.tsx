// A new menu needs a name and a first language; it opens at once.

import { useState } from 'preact/hooks'
import { LANGUAGES, language, languageName } from '../core/i18n'
import type { Link } from '../core/link'
import { Banner } from '../ui/Banner'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Field } from '../ui/Field'
import { problemField, problemWords } from '../ui/problem-words'
import { Select } from '../ui/Select'
import { TextInput } from '../ui/TextInput'
import { uiText } from '../ui/texts'
import { createMenu } from './menus-api'
import { text } from './texts'

const MENU_LANGUAGES = [...LANGUAGES, 'it', 'pt', 'nl', 'pl', 'tr', 'ar', 'el', 'ja', 'zh', 'ko', 'vi', 'th']

export interface MenuDialogProps {
  link: Link
  open: boolean
  onClose: () => void
}

/** The form. */
export function CreateDialog({ link, open, onClose }: MenuDialogProps) {
  const [title, setTitle] = useState('')
  const [locale, setLocale] = useState<string>(language.peek())
  const [isBusy, setBusy] = useState(false)
  const [isMissing, setMissing] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const create = async () => {
    if (isBusy) return
    setMissing(title.trim() === '')
    if (title.trim() === '') return
    setBusy(true)
    setError(null)
    try {
      const menu = await createMenu(link.session, title.trim(), locale)
      location.assign(`/menus/${encodeURIComponent(menu.id)}`)
    } catch (problem) {
      setError(problem)
      setBusy(false)
    }
  }
  const isAboutTitle = problemField(error) === 'title'
  return (
    <Dialog
      title={text('createTitle')}
      open={open}
      onClose={onClose}
      onSubmit={() => void create()}
      actions={
        <>
          <Button onClick={onClose}>{uiText('cancel')}</Button>
          <Button kind="primary" type="submit" busy={isBusy}>
            {text('createGo')}
          </Button>
        </>
      }
    >
      {error !== null && !isAboutTitle && <Banner kind="bad">{problemWords(error)}</Banner>}
      <Field
        label={text('createName')}
        hint={text('createNameHint')}
        error={isMissing ? text('createNameMissing') : isAboutTitle ? problemWords(error) : null}
      >
        <TextInput value={title} onValue={setTitle} maxLength={200} autocomplete="off" />
      </Field>
      <Field label={text('createLanguage')}>
        <Select
          value={locale}
          options={MENU_LANGUAGES.map((code) => ({ value: code, label: languageName(code) }))}
          onValue={setLocale}
        />
      </Field>
    </Dialog>
  )
}
