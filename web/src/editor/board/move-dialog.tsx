// "Move to…": the same places that a drag reaches, by choosing a section and a neighbour.

import { useSignal } from '@preact/signals'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { Field } from '../../ui/Field'
import { Select } from '../../ui/Select'
import { nameById } from '../names'
import { useEditor } from '../state'
import { t } from '../texts'
import { type Movable, moveItem, moveSection, moving } from './actions'

const FIRST = ':first' // no id holds a colon

/** The dialog, when something is to be moved. */
export function MoveDialog() {
  const what = moving.value
  return what === null ? null : <Move what={what} key={what.id} />
}

function Move({ what }: { what: Movable }) {
  const editor = useEditor()
  const { model } = editor
  const sections = model.sections.value
  const place = model.item(what.id).peek()?.place[0] ?? ''
  const section = useSignal(sections.includes(place) ? place : (sections[0] ?? ''))
  const after = useSignal(FIRST)
  const container = what.kind === 'item' ? 'items' : 'sections'
  const neighbours = (what.kind === 'item' ? model.itemsOf(section.value).value : sections).filter(
    (one) => one !== what.id,
  )
  const close = (): void => {
    moving.value = null
  }
  const move = (): void => {
    const first = neighbours[0]
    const spot = after.value !== FIRST ? { after: after.value } : first === undefined ? 'end' : { before: first }
    if (what.kind === 'item') moveItem(editor, what.id, section.value, spot)
    else moveSection(editor, what.id, spot)
    close()
  }
  return (
    <Dialog
      title={t('move_named', { name: nameById(model, container, what.id) })}
      open
      onClose={close}
      onSubmit={move}
      actions={
        <>
          <Button onClick={close}>{t('cancel')}</Button>
          <Button kind="primary" type="submit" disabled={what.kind === 'item' && sections.length === 0}>
            {t('move_here')}
          </Button>
        </>
      }
    >
      {what.kind === 'item' && (
        <Field label={t('move_section')}>
          <Select
            value={section.value}
            options={sections.map((id) => ({ value: id, label: nameById(model, 'sections', id) }))}
            onValue={(id) => {
              section.value = id
              after.value = FIRST
            }}
          />
        </Field>
      )}
      <Field label={t('move_place')}>
        <Select
          value={after.value}
          options={[
            { value: FIRST, label: t('move_first') },
            ...neighbours.map((id) => ({
              value: id,
              label: t('move_after', { name: nameById(model, container, id) }),
            })),
          ]}
          onValue={(id) => {
            after.value = id
          }}
        />
      </Field>
    </Dialog>
  )
}
