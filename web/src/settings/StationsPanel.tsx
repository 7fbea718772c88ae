// Stations of the kitchen: when their tickets turn amber and red, and in which order they are shown.

import { useState } from 'preact/hooks'
import { formatNumber } from '../core/i18n'
import type { StationAnswer } from '../core/protocol'
import { announce } from '../ui/announce'
import { Button } from '../ui/Button'
import { Chip } from '../ui/Chip'
import { EmptyState } from '../ui/EmptyState'
import { IconButton } from '../ui/IconButton'
import { Menu } from '../ui/Menu'
import { problemWords } from '../ui/problem-words'
import { toast } from '../ui/Toast'
import { uiText } from '../ui/texts'
import { useAnswer } from '../ui/use-answer'
import { FormDialog, PanelHead, Waiting } from './parts'
import { StationDialog } from './StationDialog'
import type { SettingsApi } from './settings-api'
import { text } from './texts'
import { useSave } from './use-save'

type Doing = { kind: 'new' } | { kind: 'edit' | 'delete'; station: StationAnswer }

/** The list in the order of the screens. */
export function StationsPanel({ api }: { api: SettingsApi }) {
  const stations = useAnswer((signal) => api.stations(signal), [api.restaurant])
  const [doing, setDoing] = useState<Doing | null>(null)
  const all = stations.value ?? []
  const done = (words: string) => {
    setDoing(null)
    stations.reload()
    toast({ text: words, kind: 'good' })
  }
  const move = async (station: StationAnswer, by: -1 | 1) => {
    const order = moved(all, station, by)
    stations.set(order)
    try {
      // Only those whose place is another one now.
      const shifted = order
        .map((one, position) => ({ one, position }))
        .filter(({ one, position }) => one.position !== position)
      for (const { one, position } of shifted) await api.changeStation(one.id, { position })
      announce(text('stationSaved', { name: station.name }))
    } catch (error) {
      toast({ text: problemWords(error), kind: 'bad' })
    }
    stations.reload()
  }
  const add = (
    <Button kind="primary" icon="add" onClick={() => setDoing({ kind: 'new' })}>
      {text('newStation')}
    </Button>
  )
  return (
    <section class="panel">
      <PanelHead title={text('tabStations')} help={text('stationsHelp')}>
        {all.length > 0 && add}
      </PanelHead>
      <Waiting answer={stations} />
      {stations.value?.length === 0 && (
        <EmptyState icon="pan" title={text('stationsEmpty')} action={add}>
          {text('stationsEmptyHelp')}
        </EmptyState>
      )}
      <ul class="rows">
        {all.map((station, index) => (
          <StationRow
            key={station.id}
            station={station}
            isFirst={index === 0}
            isLast={index === all.length - 1}
            onMove={(by) => void move(station, by)}
            onDo={(kind) => setDoing({ kind, station })}
          />
        ))}
      </ul>
      {doing?.kind === 'delete' && (
        <DeleteStation api={api} station={doing.station} onDone={done} onClose={() => setDoing(null)} />
      )}
      {(doing?.kind === 'new' || doing?.kind === 'edit') && (
        <StationDialog
          api={api}
          station={doing.kind === 'edit' ? doing.station : null}
          onDone={done}
          onClose={() => setDoing(null)}
        />
      )}
    </section>
  )
}

interface StationRowProps {
  station: StationAnswer
  isFirst: boolean
  isLast: boolean
  onMove: (by: -1 | 1) => void
  onDo: (kind: 'edit' | 'delete') => void
}

function StationRow({ station, isFirst, isLast, onMove, onDo }: StationRowProps) {
  const { name } = station
  const minutes = (seconds: number) => formatNumber(seconds / 60, { maximumFractionDigits: 1 })
  return (
    <li class="row row-ordered">
      <span class="row-mark" dir="auto">
        {name}
      </span>
      <span class="row-words">
        {text('stationAges', { warn: minutes(station.warn_seconds), late: minutes(station.late_seconds) })}
        {station.id === 'expo' && ` · ${text('expoHint')}`}
      </span>
      <Chip title={text('stationId')}>{station.id}</Chip>
      <span class="row-moves">
        <IconButton icon="up" label={text('stationUp', { name })} disabled={isFirst} onClick={() => onMove(-1)} />
        <IconButton icon="down" label={text('stationDown', { name })} disabled={isLast} onClick={() => onMove(1)} />
      </span>
      <Menu
        label={`${uiText('more')}: ${name}`}
        items={[
          { label: text('edit'), icon: 'edit', onSelect: () => onDo('edit') },
          { label: text('delete'), icon: 'trash', danger: true, separated: true, onSelect: () => onDo('delete') },
        ]}
      />
    </li>
  )
}

interface DeleteStationProps {
  api: SettingsApi
  station: StationAnswer
  onDone: (words: string) => void
  onClose: () => void
}

function DeleteStation({ api, station: { id, name }, onDone, onClose }: DeleteStationProps) {
  const saving = useSave()
  const go = async () => {
    if (await saving.run(() => api.deleteStation(id))) onDone(text('stationDeleted', { name }))
  }
  return (
    <FormDialog
      title={text('stationDeleteTitle', { name })}
      saving={saving}
      onClose={onClose}
      onSubmit={() => void go()}
      submit={text('delete')}
      danger
    >
      <p>{text('stationDeleteHelp')}</p>
    </FormDialog>
  )
}

/** The list with one station a place up or down. */
export function moved<T>(all: readonly T[], one: T, by: -1 | 1): readonly T[] {
  const from = all.indexOf(one)
  const to = from + by
  if (from < 0 || to < 0 || to >= all.length) return all
  const rest = all.filter((each) => each !== one)
  return [...rest.slice(0, to), one, ...rest.slice(to)]
}
