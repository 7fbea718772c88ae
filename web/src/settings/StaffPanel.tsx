// Who works here. Removing somebody says beforehand what it does: it signs them out everywhere.

import { useState } from 'preact/hooks'
import type { StaffAnswer } from '../core/protocol'
import { Avatar } from '../ui/Avatar'
import { Button } from '../ui/Button'
import { Chip } from '../ui/Chip'
import { EmptyState } from '../ui/EmptyState'
import { Menu } from '../ui/Menu'
import { problemWords } from '../ui/problem-words'
import { toast } from '../ui/Toast'
import { uiText } from '../ui/texts'
import { roleName } from '../ui/UserMenu'
import { useAnswer } from '../ui/use-answer'
import { DeviceDialog } from './InviteDialog'
import { FormDialog, PanelHead, Waiting } from './parts'
import { StaffDialog } from './StaffDialog'
import type { SettingsApi } from './settings-api'
import { text } from './texts'
import { useSave } from './use-save'

type Doing = { kind: 'new' } | { kind: 'edit' | 'device' | 'remove' | 'deactivate'; member: StaffAnswer }

/** The list, a hundred people at a time. */
export function StaffPanel({ api }: { api: SettingsApi }) {
  const first = useAnswer((signal) => api.staff(null, signal), [api.restaurant])
  const [doing, setDoing] = useState<Doing | null>(null)
  const all = first.value?.staff ?? []
  const done = (words: string) => {
    setDoing(null)
    first.reload()
    toast({ text: words, kind: 'good' })
  }
  const activate = async (member: StaffAnswer) => {
    try {
      await api.changeStaff(member.user_id, { is_active: true })
      done(text('staffSaved', { name: member.name }))
    } catch (error) {
      toast({ text: problemWords(error), kind: 'bad' })
    }
  }
  const more = async () => {
    const next = first.value?.next ?? null
    if (next === null) return
    try {
      const page = await api.staff(next)
      first.set({ staff: [...all, ...page.staff], next: page.next })
    } catch (error) {
      toast({ text: problemWords(error), kind: 'bad' })
    }
  }
  const add = (
    <Button kind="primary" icon="add" onClick={() => setDoing({ kind: 'new' })}>
      {text('newStaff')}
    </Button>
  )
  return (
    <section class="panel">
      <PanelHead title={text('tabStaff')} help={text('staffHelp')}>
        {all.length > 0 && add}
      </PanelHead>
      <Waiting answer={first} />
      {first.value?.staff.length === 0 && (
        <EmptyState icon="people" title={text('staffEmpty')} action={add}>
          {text('staffEmptyHelp')}
        </EmptyState>
      )}
      <ul class="rows">
        {all.map((member) => (
          <StaffRow
            key={member.user_id}
            member={member}
            onDo={(kind) => setDoing({ kind, member })}
            onActivate={() => void activate(member)}
          />
        ))}
      </ul>
      {first.value?.next != null && <Button onClick={() => void more()}>{text('staffAll')}</Button>}
      {(doing?.kind === 'new' || doing?.kind === 'edit') && (
        <StaffDialog
          api={api}
          member={doing.kind === 'edit' ? doing.member : null}
          onDone={done}
          onClose={() => setDoing(null)}
        />
      )}
      {doing?.kind === 'device' && <DeviceDialog api={api} member={doing.member} onClose={() => setDoing(null)} />}
      {(doing?.kind === 'remove' || doing?.kind === 'deactivate') && (
        <Leaving api={api} what={doing.kind} member={doing.member} onDone={done} onClose={() => setDoing(null)} />
      )}
    </section>
  )
}

interface StaffRowProps {
  member: StaffAnswer
  onDo: (kind: 'edit' | 'device' | 'remove' | 'deactivate') => void
  onActivate: () => void
}

function StaffRow({ member, onDo, onActivate }: StaffRowProps) {
  const words = [member.roles.map(roleName).join(', '), member.stations.join(', ')].filter(Boolean).join(' · ')
  return (
    <li class="row">
      <Avatar name={member.name} idle={!member.is_active} />
      <span class="row-words">
        <strong>
          <bdi>{member.name}</bdi>
        </strong>
        <span>{words}</span>
      </span>
      {!member.is_active && (
        <Chip tone="warn" icon="pause">
          {text('staffInactive')}
        </Chip>
      )}
      <Button icon="edit" aria-label={text('editStaff', { name: member.name })} onClick={() => onDo('edit')}>
        {text('edit')}
      </Button>
      <Menu
        label={`${uiText('more')}: ${member.name}`}
        items={[
          ...(member.is_active
            ? [{ label: text('staffDevice'), icon: 'qr' as const, onSelect: () => onDo('device') }]
            : []),
          member.is_active
            ? { label: text('staffDeactivate'), icon: 'pause', onSelect: () => onDo('deactivate') }
            : { label: text('staffActivate'), icon: 'play', onSelect: onActivate },
          {
            label: text('staffRemove'),
            icon: 'trash',
            danger: true,
            separated: true,
            onSelect: () => onDo('remove'),
          },
        ]}
      />
    </li>
  )
}

interface LeavingProps {
  api: SettingsApi
  what: 'remove' | 'deactivate'
  member: StaffAnswer
  onDone: (words: string) => void
  onClose: () => void
}

function Leaving({ api, what, member: { user_id, name }, onDone, onClose }: LeavingProps) {
  const saving = useSave()
  const isRemoval = what === 'remove'
  const go = async () => {
    const work = () => (isRemoval ? api.deleteStaff(user_id) : api.changeStaff(user_id, { is_active: false }))
    if (await saving.run(work)) onDone(isRemoval ? text('staffRemoved', { name }) : text('staffDeactivated', { name }))
  }
  return (
    <FormDialog
      title={isRemoval ? text('staffRemoveTitle', { name }) : text('staffDeactivateTitle', { name })}
      saving={saving}
      onClose={onClose}
      onSubmit={() => void go()}
      submit={isRemoval ? text('staffRemove') : text('staffDeactivate')}
      danger
    >
      <p>{isRemoval ? text('staffRemoveHelp', { name }) : text('staffDeactivateHelp', { name })}</p>
    </FormDialog>
  )
}
