// Where a dish or a section is taken to be dragged; drag.ts finds it by its class. What moves it by
// keyboard is said by board.tsx under `drag-help`.

import { Icon } from '../../ui/icons'
import { useEditor } from '../state'
import { t } from '../texts'

/** A handle for who may move things. label: names what it moves. */
export function DragHandle({ label }: { label: string }) {
  const editor = useEditor()
  if (!editor.rights.value.structure) return null
  return (
    <button type="button" class="handle" aria-label={label} title={t('drag_hint')} aria-describedby="drag-help">
      <Icon name="drag" size={18} />
    </button>
  )
}
