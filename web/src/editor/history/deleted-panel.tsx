// What was deleted lately: nothing is lost, everything can be brought back.

import { useComputed } from '@preact/signals'
import { serverNow } from '../../core/clock'
import { ago } from '../../core/dates'
import { Button } from '../../ui/Button'
import { EmptyState } from '../../ui/EmptyState'
import { restoreItem } from '../board/actions'
import { itemName, sectionName } from '../names'
import { PanelFrame } from '../panel-frame'
import { p } from '../panel-texts'
import { nameOfUser } from '../people/user-names'
import { type Editor, useEditor } from '../state'

interface Gone {
  readonly kind: 'item' | 'section'
  readonly id: string
  readonly name: string
  readonly by: string
  readonly atMs: number
}

/** Deleted dishes and sections, the latest first. */
export function DeletedPanel(_: { panel: unknown }) {
  const editor = useEditor()
  const gone = useComputed(() => goneIn(editor))
  return (
    <PanelFrame title={p('deleted_title')}>
      {gone.value.length === 0 && (
        <EmptyState icon="trash" title={p('deleted_none')}>
          {p('deleted_hint')}
        </EmptyState>
      )}
      <ul class="gone">
        {gone.value.map((one) => (
          <li key={`${one.kind} ${one.id}`}>
            <div>
              <strong dir="auto">{one.name}</strong>
              <p class="note">
                {p(one.kind === 'item' ? 'deleted_dish_by' : 'deleted_section_by', {
                  name: one.by || p('somebody'),
                  when: ago(one.atMs, serverNow()),
                })}
              </p>
            </div>
            <Button
              icon="undo"
              disabled={!editor.rights.value.structure}
              onClick={() =>
                void (one.kind === 'item' ? restoreItem(editor, one.id) : editor.edits.restoreSection(one.id))
              }
            >
              {p('restore')}
            </Button>
          </li>
        ))}
      </ul>
    </PanelFrame>
  )
}

function goneIn(editor: Editor): readonly Gone[] {
  const { model } = editor
  const own = model.meta.value.locale
  const items = model.deletedItems.value.flatMap((id) => {
    const item = model.item(id).value
    return item === null
      ? []
      : [{ kind: 'item' as const, id, name: itemName(item, own), mark: item.registers.get('deleted')?.[0] }]
  })
  const sections = model.deletedSections.value.flatMap((id) => {
    const section = model.section(id).value
    return section === null
      ? []
      : [{ kind: 'section' as const, id, name: sectionName(section, own), mark: section.registers.get('deleted')?.[0] }]
  })
  return [...items, ...sections]
    .map(({ mark, ...one }) => ({
      ...one,
      by: mark === undefined ? '' : nameOfUser(editor, mark.userId, mark.replica),
      atMs: mark?.ms ?? 0,
    }))
    .sort((a, b) => b.atMs - a.atMs)
}
