// Strict locks: the server also sets back what others write to a held field. A manager's choice.

import { toast } from '../../ui/Toast'
import { failureWords } from '../failure-words'
import type { Editor } from '../state'
import { t } from '../texts'

/** Make the locks of the menu strict, or advisory again. */
export async function setStrictLocks(editor: Editor, on: boolean): Promise<void> {
  const path = `/api/v1/menus/${encodeURIComponent(editor.menuId)}/strict-locks`
  try {
    await editor.link.session.api('PUT', path, { body: { on } })
    toast({ text: t(on ? 'strict_on' : 'strict_off'), kind: 'good' })
  } catch (error) {
    toast({ text: failureWords(error), kind: 'bad' })
  }
}
