// What the menu is called, in the head of the page and in lists: changed in one place, not letter by
// letter, as it is no part of the live document.

import { useSignal } from '@preact/signals'
import { documentAnswerGuard } from '../../core/protocol'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { Field } from '../../ui/Field'
import { TextInput } from '../../ui/TextInput'
import { failureWords } from '../failure-words'
import { useEditor } from '../state'
import { t } from '../texts'
import { isRenaming } from './renaming'

const LONGEST = 200

/** The dialog, while the menu is to be renamed. */
export function TitleDialog() {
  return isRenaming.value ? <Title /> : null
}

function Title() {
  const { link, menuId, title } = useEditor()
  const typed = useSignal(title.peek())
  const failure = useSignal<string | null>(null)
  const close = (): void => {
    isRenaming.value = false
  }
  const rename = async (): Promise<void> => {
    const wanted = typed.peek().trim()
    if (wanted === '') return
    try {
      const path = `/api/v1/documents/${encodeURIComponent(menuId)}`
      title.value = (
        await link.session.api('PATCH', path, { body: { title: wanted }, guard: documentAnswerGuard })
      ).title
      close()
    } catch (error) {
      failure.value = failureWords(error)
    }
  }
  return (
    <Dialog
      title={t('rename_menu')}
      open
      onClose={close}
      actions={
        <Button kind="primary" disabled={typed.value.trim() === ''} onClick={() => void rename()}>
          {t('rename')}
        </Button>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void rename()
        }}
      >
        <Field label={t('menu_title')} error={failure.value ?? undefined}>
          <TextInput
            value={typed.value}
            maxLength={LONGEST}
            onValue={(value) => {
              typed.value = value
            }}
          />
        </Field>
      </form>
    </Dialog>
  )
}
