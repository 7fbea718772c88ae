// How people come in: sign-in links that are open, and the devices that came in with one.

import { useState } from 'preact/hooks'
import { serverNow } from '../core/clock'
import { ago, dayAndTime } from '../core/dates'
import type { DeviceAnswer, InviteAnswer } from '../core/protocol'
import { Button } from '../ui/Button'
import { Chip } from '../ui/Chip'
import { Icon } from '../ui/icons'
import { problemWords } from '../ui/problem-words'
import { toast } from '../ui/Toast'
import { roleName } from '../ui/UserMenu'
import { useAnswer } from '../ui/use-answer'
import { InviteDialog } from './InviteDialog'
import { FormDialog, PanelHead, Waiting } from './parts'
import type { SettingsApi } from './settings-api'
import { text } from './texts'
import { useSave } from './use-save'

/** Both lists. */
export function AccessPanel({ api }: { api: SettingsApi }) {
  return (
    <div class="panels">
      <Invites api={api} />
      <Devices api={api} />
    </div>
  )
}

function Invites({ api }: { api: SettingsApi }) {
  const invites = useAnswer((signal) => api.invites(signal), [api.restaurant])
  const [isMaking, setMaking] = useState(false)
  const revoke = async ({ id, name }: InviteAnswer) => {
    try {
      await api.revokeInvite(id)
      toast({ text: text('inviteRevoked', { name }), kind: 'good' })
    } catch (error) {
      toast({ text: problemWords(error), kind: 'bad' })
    }
    invites.reload()
  }
  return (
    <section class="panel">
      <PanelHead title={text('invitesTitle')} help={text('invitesHelp')}>
        <Button kind="primary" icon="add" onClick={() => setMaking(true)}>
          {text('newInvite')}
        </Button>
      </PanelHead>
      <Waiting answer={invites} />
      {invites.value?.length === 0 && <p class="note">{text('inviteNone')}</p>}
      <ul class="rows">
        {invites.value?.map((invite) => (
          <li key={invite.id} class="row">
            <span class="row-icon">
              <Icon name="key" />
            </span>
            <span class="row-words">
              <strong>
                <bdi>{invite.name}</bdi>
              </strong>
              <span>{aboutInvite(invite)}</span>
            </span>
            <Button icon="close" onClick={() => void revoke(invite)}>
              {text('inviteRevoke')}
            </Button>
          </li>
        ))}
      </ul>
      {isMaking && (
        <InviteDialog
          api={api}
          onClose={() => {
            setMaking(false)
            invites.reload()
          }}
        />
      )}
    </section>
  )
}

function aboutInvite({ roles, stations, uses_left, expires_at }: InviteAnswer): string {
  const until = text('inviteUntil', { when: dayAndTime(Date.parse(expires_at)) })
  const parts = [roles.map(roleName).join(', '), stations.join(', '), text.count('inviteUsesLeft', uses_left), until]
  return parts.filter(Boolean).join(' · ')
}

function Devices({ api }: { api: SettingsApi }) {
  const devices = useAnswer((signal) => api.devices(signal), [api.restaurant])
  const [leaving, setLeaving] = useState<DeviceAnswer | null>(null)
  return (
    <section class="panel">
      <PanelHead title={text('devicesTitle')} help={text('devicesHelp')} />
      <Waiting answer={devices} />
      {devices.value?.length === 0 && <p class="note">{text('devicesNone')}</p>}
      <ul class="rows">
        {devices.value?.map((device) => (
          <li key={device.id} class="row">
            <span class="row-icon">
              <Icon name="device" />
            </span>
            <span class="row-words">
              <strong>
                <bdi>{device.name}</bdi>
              </strong>
              <span>{aboutDevice(device)}</span>
            </span>
            {device.is_this && <Chip tone="accent">{text('deviceThis')}</Chip>}
            <Button icon="signOut" onClick={() => setLeaving(device)}>
              {text('deviceSignOut')}
            </Button>
          </li>
        ))}
      </ul>
      {leaving !== null && (
        <SignOutDevice
          api={api}
          device={leaving}
          onClose={() => {
            setLeaving(null)
            devices.reload()
          }}
        />
      )}
    </section>
  )
}

function aboutDevice({ label, roles, used_at }: DeviceAnswer): string {
  const used = text('deviceUsed', { when: ago(Date.parse(used_at), serverNow()) })
  return [label, roles.map(roleName).join(', '), used].filter(Boolean).join(' · ')
}

function SignOutDevice(props: { api: SettingsApi; device: DeviceAnswer; onClose: () => void }) {
  const { api, device, onClose } = props
  const saving = useSave()
  const go = async () => {
    if (!(await saving.run(() => api.signOutDevice(device.id)))) return
    toast({ text: text('deviceGone', { name: device.name }), kind: 'good' })
    onClose()
  }
  return (
    <FormDialog
      title={text('deviceSignOutTitle', { name: device.name })}
      saving={saving}
      onClose={onClose}
      onSubmit={() => void go()}
      submit={text('deviceSignOut')}
      danger
    >
      <p>{text('deviceSignOutHelp')}</p>
    </FormDialog>
  )
}
