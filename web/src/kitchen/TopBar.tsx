// The bar above the tickets: which station this is, what waits, and the ways to everything else.

import { useComputed } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { seconds } from '../core/clock'
import { clockTime } from '../core/dates'
import { Icon, type IconName } from '../ui/icons'
import { SyncPill } from '../ui/SyncPill'
import { stationName } from './house'
import type { PanelName } from './keys'
import type { Kitchen } from './kitchen'
import { text } from './texts'

export interface TopBarProps {
  kitchen: Kitchen
  panel: PanelName | null
  onPanel: (panel: PanelName) => void
  onPrintAll: () => void
}

export function TopBar({ kitchen, panel, onPanel, onPrintAll }: TopBarProps) {
  const off = useComputed(() => kitchen.soldOut.value.size).value
  const bumped = useComputed(() => kitchen.bumped.value.length).value
  const tool = (name: PanelName, icon: IconName, label: string, badge?: number) => (
    <Tool icon={icon} label={label} badge={badge} isOn={panel === name} onPress={() => onPanel(name)} />
  )
  return (
    <header class="top">
      <h1 class="top-name">
        <button type="button" class="top-station" onClick={() => onPanel('settings')}>
          <span class="top-title">{screenName(kitchen)}</span>
          <OpenCount kitchen={kitchen} />
        </button>
      </h1>
      <Filter kitchen={kitchen} />
      <Unseen kitchen={kitchen} />
      <nav class="top-tools" aria-label={text('title')}>
        {tool('counts', 'list', text('allDay'))}
        {tool('recall', 'history', text('recall'), bumped)}
        {tool('stock', 'soldOut', text('stock'), off)}
        <Tool icon="print" label={text('printAll')} iconOnly onPress={onPrintAll} />
        <Tool icon="help" label={text('help')} iconOnly isOn={panel === 'help'} onPress={() => onPanel('help')} />
        <Tool
          icon="settings"
          label={text('settings')}
          iconOnly
          isOn={panel === 'settings'}
          onPress={() => onPanel('settings')}
        />
      </nav>
      <SoundLight kitchen={kitchen} />
      <Clock />
      <SyncPill link={kitchen.link} />
    </header>
  )
}

/** What this screen is called: its station, its stations, or the expediter. */
export function screenName(kitchen: Kitchen): string {
  const { desk, stations } = kitchen.settings.value
  if (desk === 'expo') return text('expo')
  if (stations.length === 0) return text('allStations')
  return stations.map((one) => stationName(kitchen.house.facts.value, one)).join(' + ')
}

function OpenCount({ kitchen }: { kitchen: Kitchen }) {
  const count = useComputed(() => kitchen.cards.value.length).value
  return <span class="top-count">{text.count('open', count)}</span>
}

function Unseen({ kitchen }: { kitchen: Kitchen }) {
  const count = kitchen.attention.count.value
  if (count === 0) return null
  return (
    <span class="top-unseen" role="status">
      <Icon name="bell" size={20} /> {text.count('unseen', count)}
    </span>
  )
}

function Filter({ kitchen }: { kitchen: Kitchen }) {
  const stations = kitchen.stations.value
  const chosen = kitchen.filter.value
  if (stations.length < 2) return null
  const choice = (value: string | null, label: string) => (
    <button
      type="button"
      class="filter-choice"
      aria-pressed={chosen === value}
      onClick={() => (kitchen.filter.value = value)}
    >
      {label}
    </button>
  )
  return (
    <fieldset class="filter">
      <legend class="visually-hidden">{text('stationsShown')}</legend>
      {choice(null, text('all'))}
      {stations.map((one) => choice(one, stationName(kitchen.house.facts.value, one)))}
    </fieldset>
  )
}

interface ToolProps {
  icon: IconName
  label: string
  badge?: number | undefined
  isOn?: boolean
  iconOnly?: boolean
  onPress: () => void
  children?: ComponentChildren
}

function Tool({ icon, label, badge, isOn = false, iconOnly = false, onPress }: ToolProps) {
  return (
    <button type="button" class="tool" aria-pressed={isOn} aria-label={label} title={label} onClick={onPress}>
      <Icon name={icon} size={24} />
      {!iconOnly && <span class="tool-words">{label}</span>}
      {badge !== undefined && badge > 0 && <span class="tool-badge">{badge}</span>}
    </button>
  )
}

function SoundLight({ kitchen }: { kitchen: Kitchen }) {
  const isOn = kitchen.settings.value.hasSound && kitchen.sound.isAllowed.value
  if (isOn) return null
  const turnOn = (): void => {
    kitchen.settings.value = { ...kitchen.settings.value, hasSound: true }
    void kitchen.sound.allow()
  }
  return <Tool icon="soundOff" label={text('silent')} iconOnly onPress={turnOn} />
}

function Clock() {
  const time = useComputed(() => clockTime(Math.floor(seconds.value / 60) * 60_000)).value
  return <time class="top-clock">{time}</time>
}
