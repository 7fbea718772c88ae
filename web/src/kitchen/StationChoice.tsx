// Which tickets this screen shows: those of all stations, of some, or all of them for the expediter.

import { Icon } from '../ui/icons'
import { stationName } from './house'
import type { Kitchen } from './kitchen'
import type { Settings } from './settings'
import { text } from './texts'

const EXPO = 'expo'

/** Large buttons, for fingers; a press takes effect at once. */
export function StationChoice({ kitchen }: { kitchen: Kitchen }) {
  const settings = kitchen.settings.value
  const mine = kitchen.link.session.me.value?.stations ?? []
  const named = kitchen.house.facts.value.stations.map((one) => one.id)
  const all = [...new Set([...named, ...kitchen.stations.value, ...settings.stations])].filter((id) => id !== EXPO)
  const stations = mine.length === 0 ? all : all.filter((id) => mine.includes(id))
  const set = (change: Partial<Settings>): void => {
    kitchen.filter.value = null
    kitchen.settings.value = { ...settings, ...change }
  }
  const toggle = (id: string): void => {
    const chosen = settings.stations.includes(id)
      ? settings.stations.filter((one) => one !== id)
      : [...settings.stations, id]
    set({ desk: 'station', stations: chosen })
  }
  const isStation = settings.desk === 'station'
  return (
    <div class="station-choice">
      <Choice
        label={text('allStations')}
        isOn={isStation && settings.stations.length === 0}
        onPress={() => set({ desk: 'station', stations: [] })}
      />
      {stations.map((id) => (
        <Choice
          key={id}
          label={stationName(kitchen.house.facts.value, id)}
          isOn={isStation && settings.stations.includes(id)}
          onPress={() => toggle(id)}
        />
      ))}
      {(mine.length === 0 || mine.includes(EXPO)) && (
        <Choice label={text('expo')} isOn={!isStation} onPress={() => set({ desk: 'expo', stations: [] })} />
      )}
    </div>
  )
}

function Choice({ label, isOn, onPress }: { label: string; isOn: boolean; onPress: () => void }) {
  return (
    <button type="button" class="station-button" aria-pressed={isOn} onClick={onPress}>
      <Icon name={isOn ? 'check' : 'circle'} size={24} />
      <span dir="auto">{label}</span>
    </button>
  )
}
