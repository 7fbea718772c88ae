// The way from a panel to a dish or a section. A panel that covers the board makes room first.

import { Button } from '../../ui/Button'
import { p } from '../panel-texts'
import type { Editor } from '../state'
import { scrollToThing } from './following'

/** Whether a thing stands on the board: it is there, and not deleted. Subscribes. */
export function isOnBoard({ model }: Pick<Editor, 'model'>, root: string, id: string): boolean {
  if (root === 'items') return model.item(id).value?.isDeleted === false
  return root === 'sections' && id !== '' && model.sections.value.includes(id)
}

/** Show a thing on the board. */
export function goThere(editor: Pick<Editor, 'panel'>, root: string, id: string): void {
  const panel = document.querySelector('.editor .panel')
  const isCovering = panel !== null && getComputedStyle(panel).position === 'fixed'
  if (!isCovering) return void scrollToThing(root, id)
  editor.panel.value = null
  requestAnimationFrame(() => setTimeout(() => scrollToThing(root, id)))
}

/** A button to a thing; nothing when it is not on the board. */
export function GoThere({ editor, root, id }: { editor: Editor; root: string; id: string }) {
  if (!isOnBoard(editor, root, id)) return null
  return (
    <Button kind="ghost" icon="zoom" onClick={() => goThere(editor, root, id)}>
      {p('go_there')}
    </Button>
  )
}
