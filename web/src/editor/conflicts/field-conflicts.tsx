// Questions that a merge left, as cards: in place beside what they are about, and the same in the list.
// Deciding is an ordinary edit, which everybody sees and anybody may make.

import type { FieldConflict } from '../../core/conflicts'
import { isMoney } from '../../core/conflicts'
import type { Plain } from '../../menu/registers'
import { Button } from '../../ui/Button'
import { ConflictCard } from '../../ui/ConflictCard'
import { Icon } from '../../ui/icons'
import { fieldWords, valueWords } from '../fields/field-words'
import { nameById } from '../names'
import { type Editor, useEditor, writerIn } from '../state'
import { t } from '../texts'

/** One question. thing: of what, such as the name of the dish. */
export function FieldConflictCard({ conflict, thing }: { conflict: FieldConflict; thing?: string }) {
  const editor = useEditor()
  const me = writerIn(editor.link)
  const field = fieldWords(editor, conflict.container, conflict.field)
  if (conflict.kind === 'text') {
    return <ReadAgain conflict={conflict} field={field} thing={thing} />
  }
  const canDecide = mayDecide(editor, conflict)
  const other = isMoney(conflict.field) ? { onOther: () => goTo(editor, conflict) } : {}
  return (
    <ConflictCard<Plain>
      conflict={conflict}
      format={(value) => valueWords(editor, conflict.field, value)}
      onKeep={(value) => void editor.edits.resolve(conflict, value)}
      field={conflict.kind === 'deleted' ? t('whether_deleted') : field}
      thing={thing}
      me={me}
      disabled={!canDecide}
      {...other}
    />
  )
}

function ReadAgain(props: { conflict: FieldConflict; field: string; thing: string | undefined }) {
  const { conflict, field, thing } = props
  const editor = useEditor()
  return (
    <article class="conflict-card is-note">
      <p class="conflict-title">
        <Icon name="info" size={18} />
        <span>
          {t('both_edited_text', { field, thing: thing ?? nameById(editor.model, conflict.container, conflict.id) })}
        </span>
      </p>
      <div class="conflict-actions">
        <Button onClick={() => void editor.edits.resolve(conflict, true)}>{t('reads_well')}</Button>
      </div>
    </article>
  )
}

/** Allergens are for managers; the rest for whoever may write the field. */
function mayDecide({ rights }: Editor, conflict: FieldConflict): boolean {
  const { managing, prices, structure, food } = rights.value
  switch (conflict.kind) {
    case 'allergens':
      return managing
    case 'prices':
      return prices
    case 'diets':
      return food
    default:
      return structure
  }
}

function goTo(editor: Editor, { container, id, field }: FieldConflict): void {
  if (container === 'items' && field === 'price') {
    document.querySelector<HTMLInputElement>(`[data-path="${CSS.escape(`items/${id}/price`)}"]`)?.focus()
  } else if (container === 'items') {
    editor.panel.value = { kind: 'details', item: id }
  }
}
