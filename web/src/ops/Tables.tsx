// Rooms, connections, people and counters in tabs, and the question before an action.

import { useState } from 'preact/hooks'
import { Tabs } from '../ui/Tabs'
import { ActionDialog, type Asked } from './ActionDialog'
import { ConnectionsTable } from './ConnectionsTable'
import { Counters } from './Counters'
import { PeopleList } from './PeopleList'
import { RoomsTable } from './RoomsTable'
import type { Operations, View } from './state'
import { tableText } from './table-texts'

export interface TablesProps {
  operations: Operations
  views: readonly View[]
}

/** The tabs that the person may see. */
export function Tables({ operations, views }: TablesProps) {
  const [asked, setAsked] = useState<Asked | null>(null)
  const { view, rooms, connections, seen, search } = operations
  const labels: Readonly<Record<View, string>> = {
    rooms: tableText('tabRooms'),
    connections: tableText('tabConnections'),
    people: tableText('tabPeople'),
    counters: tableText('tabCounters'),
  }
  return (
    <section class="ops-tables" aria-label={tableText('tables')}>
      <Tabs
        label={tableText('tables')}
        value={view.value}
        tabs={views.map((value) => ({ value, label: labels[value] }))}
        onChange={(value) => {
          view.value = value
        }}
      >
        {view.value === 'rooms' && <RoomsTable list={rooms.value} ask={setAsked} />}
        {view.value === 'connections' && <ConnectionsTable list={connections.value} search={search} ask={setAsked} />}
        {view.value === 'people' && <PeopleList list={connections.value} />}
        {view.value === 'counters' && seen.value !== null && <Counters seen={seen.value} operations={operations} />}
      </Tabs>
      <ActionDialog asked={asked} operations={operations} onClose={() => setAsked(null)} />
    </section>
  )
}
