// One table: a new one, or a change of one.

import { useState } from 'preact/hooks'
import type { TableAnswer } from '../core/protocol'
import { Field } from '../ui/Field'
import { tableTitle } from '../ui/TableCode'
import { TextInput } from '../ui/TextInput'
import { uiText } from '../ui/texts'
import { typedNumber } from './numbers'
import { FormDialog } from './parts'
import type { SettingsApi } from './settings-api'
import { text } from './texts'
import { useSave } from './use-save'

const SEATS_AT_MOST = 1000

export interface TableDialogProps {
  api: SettingsApi
  table: TableAnswer | null
  onDone: (words: string) => void
  onClose: () => void
}

/** Name, seats and area. */
export function TableDialog({ api, table, onDone, onClose }: TableDialogProps) {
  const [name, setName] = useState(table?.name ?? '')
  const [seats, setSeats] = useState(String(table?.seats ?? 2))
  const [area, setArea] = useState(table?.area ?? '')
  const saving = useSave(['name', 'seats', 'area'])
  const save = async () => {
    const count = typedNumber(seats, 1, 0, SEATS_AT_MOST)
    if (name.trim() === '') return saving.refuse({ name: text('required') })
    if (count === null) return saving.refuse({ seats: text('numberBetween', { min: 0, max: SEATS_AT_MOST }) })
    const body = { name: name.trim(), seats: count, area: area.trim() }
    const work = () => (table === null ? api.createTable(body) : api.changeTable(table.id, body))
    if (await saving.run(work)) onDone(text('tableSaved', { name: tableTitle(body.name) }))
  }
  return (
    <FormDialog
      title={table === null ? text('newTable') : text('editTable', { name: tableTitle(table.name) })}
      saving={saving}
      onClose={onClose}
      onSubmit={() => void save()}
      submit={uiText('save')}
    >
      <Field label={text('tableName')} error={saving.at('name')}>
        <TextInput value={name} onValue={setName} maxLength={100} autocomplete="off" />
      </Field>
      <Field label={text('tableSeats')} error={saving.at('seats')}>
        <TextInput value={seats} onValue={setSeats} inputMode="numeric" autocomplete="off" />
      </Field>
      <Field label={text('tableArea')} hint={text('tableAreaHint')} error={saving.at('area')}>
        <TextInput value={area} onValue={setArea} maxLength={100} autocomplete="off" />
      </Field>
    </FormDialog>
  )
}
