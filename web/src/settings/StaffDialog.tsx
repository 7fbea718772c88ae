// One person of the staff: a new one, or a change of one.

import { useState } from 'preact/hooks'
import type { Role, StaffAnswer } from '../core/protocol'
import { Field } from '../ui/Field'
import { TextInput } from '../ui/TextInput'
import { uiText } from '../ui/texts'
import { useAnswer } from '../ui/use-answer'
import { FormDialog } from './parts'
import { RolePicker, StationPicker } from './RolePicker'
import type { SettingsApi } from './settings-api'
import { text } from './texts'
import { useSave } from './use-save'

export interface StaffDialogProps {
  api: SettingsApi
  member: StaffAnswer | null
  onDone: (words: string) => void
  onClose: () => void
}

/** Name, roles, and what a role needs to know. */
export function StaffDialog({ api, member, onDone, onClose }: StaffDialogProps) {
  const [name, setName] = useState(member?.name ?? '')
  const [user, setUser] = useState(member?.user_id ?? '')
  const [roles, setRoles] = useState<readonly Role[]>(member?.roles ?? [])
  const [chosen, setChosen] = useState<readonly string[]>(member?.stations ?? [])
  const [locales, setLocales] = useState((member?.locales ?? []).join(', '))
  const stations = useAnswer((signal) => api.stations(signal), [])
  const saving = useSave(['name', 'user_id', 'roles', 'locales'])
  const save = async () => {
    const errors: Record<string, string> = {}
    if (name.trim() === '') errors.name = text('required')
    if (member === null && user.trim() === '') errors.user_id = text('required')
    if (roles.length === 0) errors.roles = text('staffRolesMissing')
    saving.refuse(errors)
    if (Object.keys(errors).length > 0) return
    const body = { name: name.trim(), roles: [...roles], stations: [...chosen], locales: listOf(locales) }
    const work = () =>
      member === null ? api.createStaff({ user_id: user.trim(), ...body }) : api.changeStaff(member.user_id, body)
    if (await saving.run(work)) onDone(text('staffSaved', { name: body.name }))
  }
  return (
    <FormDialog
      title={member === null ? text('newStaff') : text('editStaff', { name: member.name })}
      saving={saving}
      onClose={onClose}
      onSubmit={() => void save()}
      submit={uiText('save')}
    >
      <Field label={text('staffName')} error={saving.at('name')}>
        <TextInput value={name} onValue={setName} maxLength={200} autocomplete="off" />
      </Field>
      <Field label={text('staffUser')} hint={text('staffUserHint')} error={saving.at('user_id')}>
        <TextInput value={user} onValue={setUser} disabled={member !== null} maxLength={180} autocomplete="off" />
      </Field>
      <RolePicker chosen={roles} onChange={setRoles} error={saving.at('roles')} />
      {roles.includes('kitchen') && (
        <StationPicker stations={stations.value ?? []} chosen={chosen} onChange={setChosen} />
      )}
      {roles.includes('translator') && (
        <Field label={text('staffLocales')} hint={text('staffLocalesHint')} error={saving.at('locales')}>
          <TextInput value={locales} onValue={setLocales} autocomplete="off" />
        </Field>
      )}
    </FormDialog>
  )
}

function listOf(typed: string): string[] {
  return typed.split(/[\s,;]+/).filter((code) => code !== '')
}
