// One station: a new one, or a change of one. Its id is what menus say, so it never changes.

import { useState } from 'preact/hooks'
import type { StationAnswer } from '../core/protocol'
import { Field } from '../ui/Field'
import { TextInput } from '../ui/TextInput'
import { uiText } from '../ui/texts'
import { shownNumber, typedNumber } from './numbers'
import { FormDialog } from './parts'
import type { SettingsApi } from './settings-api'
import { text } from './texts'
import { useSave } from './use-save'

const MINUTE = 60
const DAY = 86_400
const ID = /^[A-Za-z0-9._~-]{1,64}$/

export interface StationDialogProps {
  api: SettingsApi
  station: StationAnswer | null
  onDone: (words: string) => void
  onClose: () => void
}

/** Name and ages. */
export function StationDialog({ api, station, onDone, onClose }: StationDialogProps) {
  const [id, setId] = useState(station?.id ?? '')
  const [name, setName] = useState(station?.name ?? '')
  const [warn, setWarn] = useState(shownNumber(station?.warn_seconds ?? 300, MINUTE))
  const [late, setLate] = useState(shownNumber(station?.late_seconds ?? 600, MINUTE))
  const saving = useSave(['id', 'name', 'warn_seconds', 'late_seconds'])
  const save = async () => {
    const ages = { warn_seconds: typedNumber(warn, MINUTE, 1, DAY), late_seconds: typedNumber(late, MINUTE, 1, DAY) }
    const errors = wrong(id, name, ages.warn_seconds, ages.late_seconds)
    if (Object.keys(errors).length > 0 || ages.warn_seconds === null || ages.late_seconds === null) {
      return saving.refuse(errors)
    }
    const body = { name: name.trim(), warn_seconds: ages.warn_seconds, late_seconds: ages.late_seconds }
    const work = () => (station === null ? api.createStation({ id, ...body }) : api.changeStation(station.id, body))
    if (await saving.run(work)) onDone(text('stationSaved', { name: body.name }))
  }
  const suggest = (value: string) => {
    setName(value)
    if (station === null && (id === '' || id === idOf(name))) setId(idOf(value))
  }
  return (
    <FormDialog
      title={station === null ? text('newStation') : text('editStation', { name: station.name })}
      saving={saving}
      onClose={onClose}
      onSubmit={() => void save()}
      submit={uiText('save')}
    >
      <Field label={text('stationName')} error={saving.at('name')}>
        <TextInput value={name} onValue={suggest} maxLength={200} autocomplete="off" />
      </Field>
      <Field label={text('stationId')} hint={text('stationIdHint')} error={saving.at('id')}>
        <TextInput value={id} onValue={setId} disabled={station !== null} maxLength={64} autocomplete="off" />
      </Field>
      <div class="field-pair">
        <Field label={text('stationWarn')} error={saving.at('warn_seconds')}>
          <TextInput value={warn} onValue={setWarn} inputMode="decimal" suffix={text('unitMinutes')} />
        </Field>
        <Field label={text('stationLate')} error={saving.at('late_seconds')}>
          <TextInput value={late} onValue={setLate} inputMode="decimal" suffix={text('unitMinutes')} />
        </Field>
      </div>
    </FormDialog>
  )
}

/** "Bar & Café" -> "bar-cafe": what menus can say. */
export function idOf(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  return plain
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64)
}

function wrong(id: string, name: string, warn: number | null, late: number | null): Record<string, string> {
  const errors: Record<string, string> = {}
  if (name.trim() === '') errors.name = text('required')
  if (!ID.test(id)) errors.id = text('stationIdBad')
  const bounds = text('numberBetween', { min: 1, max: DAY / MINUTE })
  if (warn === null) errors.warn_seconds = bounds
  if (late === null) errors.late_seconds = bounds
  else if (warn !== null && late <= warn) errors.late_seconds = text('stationLateBad')
  return errors
}
