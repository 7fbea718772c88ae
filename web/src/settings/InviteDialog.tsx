// A sign-in link: for whom and as what, then the link and its QR code, shown this once.

import { useState } from 'preact/hooks'
import { dayAndTime } from '../core/dates'
import type { MadeInvite, Role, StaffAnswer } from '../core/protocol'
import { Button } from '../ui/Button'
import { copyText } from '../ui/copy-text'
import { Dialog } from '../ui/Dialog'
import { Field } from '../ui/Field'
import { Select } from '../ui/Select'
import { svgAddress } from '../ui/TableCode'
import { TextInput } from '../ui/TextInput'
import { uiText } from '../ui/texts'
import { useAnswer } from '../ui/use-answer'
import { typedNumber } from './numbers'
import { FormDialog, Waiting } from './parts'
import { RolePicker, StationPicker } from './RolePicker'
import type { SettingsApi } from './settings-api'
import { text } from './texts'
import { useSave } from './use-save'

const USES_AT_MOST = 100

/** Another device of somebody who works here: the link at once, with an hour to use it. */
export function DeviceDialog({ api, member, onClose }: { api: SettingsApi; member: StaffAnswer; onClose: () => void }) {
  const made = useAnswer(() => api.createInvite({ user: member.user_id, hours: 1 }), [member.user_id])
  if (made.value !== null) return <Made name={member.name} invite={made.value} onClose={onClose} />
  return (
    <Dialog title={member.name} open onClose={onClose}>
      <Waiting answer={made} />
    </Dialog>
  )
}

/** The form, then what it made. */
export function InviteDialog({ api, onClose }: { api: SettingsApi; onClose: () => void }) {
  const [made, setMade] = useState<{ name: string; invite: MadeInvite } | null>(null)
  if (made !== null) return <Made name={made.name} invite={made.invite} onClose={onClose} />
  return <Form api={api} onMade={(name, invite) => setMade({ name, invite })} onClose={onClose} />
}

interface FormProps {
  api: SettingsApi
  onMade: (name: string, invite: MadeInvite) => void
  onClose: () => void
}

function Form({ api, onMade, onClose }: FormProps) {
  const [name, setName] = useState('')
  const [roles, setRoles] = useState<readonly Role[]>(['waiter'])
  const [chosen, setChosen] = useState<readonly string[]>([])
  const [hours, setHours] = useState<'1' | '24' | '168'>('24')
  const [uses, setUses] = useState('1')
  const stations = useAnswer((signal) => api.stations(signal), [])
  const saving = useSave(['name', 'roles', 'hours', 'uses'])
  const make = async () => {
    const count = typedNumber(uses, 1, 1, USES_AT_MOST)
    const errors: Record<string, string> = {}
    if (name.trim() === '') errors.name = text('required')
    if (roles.length === 0) errors.roles = text('staffRolesMissing')
    if (count === null) errors.uses = text('numberBetween', { min: 1, max: USES_AT_MOST })
    saving.refuse(errors)
    if (Object.keys(errors).length > 0 || count === null) return
    const body = { name: name.trim(), roles: [...roles], hours: Number(hours), uses: count }
    const withStations = roles.includes('kitchen') ? { ...body, stations: [...chosen] } : body
    await saving.run(async () => onMade(body.name, await api.createInvite(withStations)))
  }
  return (
    <FormDialog
      title={text('newInvite')}
      saving={saving}
      onClose={onClose}
      onSubmit={() => void make()}
      submit={text('inviteGo')}
    >
      <Field label={text('inviteFor')} hint={text('inviteForHint')} error={saving.at('name')}>
        <TextInput value={name} onValue={setName} maxLength={200} autocomplete="off" />
      </Field>
      <RolePicker chosen={roles} onChange={setRoles} error={saving.at('roles')} />
      {roles.includes('kitchen') && (
        <StationPicker stations={stations.value ?? []} chosen={chosen} onChange={setChosen} />
      )}
      <div class="field-pair">
        <Field label={text('inviteHours')} error={saving.at('hours')}>
          <Select
            value={hours}
            options={[
              { value: '1', label: text('inviteHour') },
              { value: '24', label: text('inviteDay') },
              { value: '168', label: text('inviteWeek') },
            ]}
            onValue={setHours}
          />
        </Field>
        <Field label={text('inviteUses')} error={saving.at('uses')}>
          <TextInput value={uses} onValue={setUses} inputMode="numeric" autocomplete="off" />
        </Field>
      </div>
    </FormDialog>
  )
}

function Made({ name, invite, onClose }: { name: string; invite: MadeInvite; onClose: () => void }) {
  const done = (
    <Button kind="primary" onClick={onClose}>
      {uiText('close')}
    </Button>
  )
  return (
    <Dialog title={name} open onClose={onClose} actions={done}>
      <div class="table-code">
        <img
          class="table-code-picture"
          src={svgAddress(invite.qr)}
          alt={text('invitePicture', { name })}
          width="272"
          height="272"
        />
        <p>{text('inviteShow')}</p>
        <code class="table-code-address">{invite.url}</code>
        <Button icon="copy" onClick={() => void copyText(invite.url)}>
          {uiText('copyAddress')}
        </Button>
        <p class="note">{text('inviteOnce', { when: dayAndTime(Date.parse(invite.expires_at)) })}</p>
      </div>
    </Dialog>
  )
}
