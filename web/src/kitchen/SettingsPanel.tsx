// How this screen is set up. Everything takes effect at once, and stays on this device.

import type { ComponentChildren } from 'preact'
import { chooseLanguage, LANGUAGE_NAMES, LANGUAGES, language } from '../core/i18n'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Field } from '../ui/Field'
import { Segmented } from '../ui/Segmented'
import { Select } from '../ui/Select'
import { Switch } from '../ui/Switch'
import type { Kitchen } from './kitchen'
import { StationChoice } from './StationChoice'
import { type Settings, TEXT_SIZES } from './settings'
import { Tones } from './Tones'
import { text } from './texts'

const COLUMNS = [0, 1, 2, 3, 4, 5, 6] as const
export function SettingsPanel({ kitchen, open, onClose }: { kitchen: Kitchen; open: boolean; onClose: () => void }) {
  return (
    <Dialog title={text('settingsTitle')} open={open} onClose={onClose} side>
      <div class="settings-panel">
        <Group title={text('shows')}>
          <StationChoice kitchen={kitchen} />
        </Group>
        <Layout kitchen={kitchen} />
        <SoundChoice kitchen={kitchen} />
        <Device kitchen={kitchen} />
      </div>
    </Dialog>
  )
}

function Group({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="settings-group">
      <h3>{title}</h3>
      {children}
    </section>
  )
}

function change(kitchen: Kitchen, some: Partial<Settings>): void {
  kitchen.settings.value = { ...kitchen.settings.value, ...some }
}

function Layout({ kitchen }: { kitchen: Kitchen }) {
  const { columns, textSize, theme } = kitchen.settings.value
  return (
    <Group title={text('layout')}>
      <Field label={text('columns')}>
        <Select
          value={String(columns)}
          options={COLUMNS.map((n) => ({ value: String(n), label: n === 0 ? text('columnsAuto') : String(n) }))}
          onValue={(value: string) => change(kitchen, { columns: Number(value) })}
        />
      </Field>
      <p class="settings-label">{text('textSize')}</p>
      <Segmented
        label={text('textSize')}
        value={String(textSize)}
        options={TEXT_SIZES.map((size) => ({ value: String(size), label: `${size} %` }))}
        onChange={(value) => change(kitchen, { textSize: Number(value) })}
      />
      <p class="settings-label">{text('theme')}</p>
      <Segmented
        label={text('theme')}
        value={theme}
        options={[
          { value: 'dark', label: text('dark'), icon: 'moon' },
          { value: 'light', label: text('light'), icon: 'sun' },
        ]}
        onChange={(value) => change(kitchen, { theme: value })}
      />
    </Group>
  )
}

function SoundChoice({ kitchen }: { kitchen: Kitchen }) {
  const { hasSound, volume, repeats } = kitchen.settings.value
  return (
    <Group title={text('sound')}>
      <Switch
        label={text('soundOn')}
        checked={hasSound}
        onChange={(isOn) => {
          change(kitchen, { hasSound: isOn })
          if (isOn) void kitchen.sound.allow()
        }}
      />
      <Switch label={text('repeats')} checked={repeats} onChange={(isOn) => change(kitchen, { repeats: isOn })} />
      <label class="volume">
        <span>{text('volume')}</span>
        <input
          type="range"
          min="5"
          max="100"
          step="5"
          value={volume}
          onInput={(event) => change(kitchen, { volume: Number(event.currentTarget.value) })}
        />
        <output>{volume} %</output>
      </label>
      <Tones kitchen={kitchen} />
    </Group>
  )
}

function Device({ kitchen }: { kitchen: Kitchen }) {
  const { quietHour } = kitchen.settings.value
  const { session } = kitchen.link
  const hours = [...Array(24).keys()]
  return (
    <Group title={text('settings')}>
      <Field label={text('quietHour')} hint={text('quietHint')}>
        <Select
          value={quietHour === null ? '' : String(quietHour)}
          options={[
            { value: '', label: text('never') },
            ...hours.map((hour) => ({ value: String(hour), label: `${String(hour).padStart(2, '0')}:00` })),
          ]}
          onValue={(value: string) => change(kitchen, { quietHour: value === '' ? null : Number(value) })}
        />
      </Field>
      <Field label={text('language')}>
        <Select
          value={language.value}
          options={LANGUAGES.map((one) => ({ value: one, label: LANGUAGE_NAMES[one] }))}
          onValue={(value) => chooseLanguage(value)}
        />
      </Field>
      <div class="settings-actions">
        <Button icon="open" onClick={() => void document.documentElement.requestFullscreen?.()}>
          {text('fullScreen')}
        </Button>
        <Button icon="signOut" onClick={() => void session.signOut()}>
          {text('signOut')}
        </Button>
      </div>
      <p class="hint">{text('person', { name: session.me.value?.name ?? '' })}</p>
    </Group>
  )
}
