// Open rooms: documents and event rooms, with what an operator can do about one.

import { useState } from 'preact/hooks'
import type { OpenRoom, OpenRoomList } from '../core/protocol'
import { EmptyState } from '../ui/EmptyState'
import { Icon } from '../ui/icons'
import { Menu, type MenuItem } from '../ui/Menu'
import { SearchField } from '../ui/SearchField'
import { Skeleton } from '../ui/Skeleton'
import type { Asked } from './ActionDialog'
import { DataTable, type TableColumn } from './DataTable'
import { count, NOTHING, rate, size } from './format'
import { searchRows } from './rows'
import { sinceWords } from './since'
import { tableText } from './table-texts'
import { kindName, roomName, shortRoom } from './words'

export interface RoomsTableProps {
  list: OpenRoomList | null
  ask: (asked: Asked) => void
}

/** The table of rooms. */
export function RoomsTable({ list, ask }: RoomsTableProps) {
  const [search, setSearch] = useState('')
  if (list === null) return <Skeleton lines={5} />
  if (list.rooms.length === 0) {
    return (
      <EmptyState icon="home" title={tableText('noRooms')}>
        {tableText('noRoomsHint')}
      </EmptyState>
    )
  }
  const rows = searchRows(list.rooms, search, (room) => `${room.id} ${room.title ?? ''} ${kindName(room.kind)}`)
  return (
    <DataTable
      label={tableText('tabRooms')}
      rows={rows}
      columns={columns(list.at_ms)}
      firstSort={{ key: 'connections', isDescending: true }}
      isWarned={(room) => room.slow > 0}
      actions={(room) => (
        <Menu label={tableText('actionsFor', { name: roomName(room) })} items={actionsOf(room, ask)} />
      )}
      tools={
        <>
          <SearchField label={tableText('searchRooms')} value={search} onValue={setSearch} />
          {rows.length === 0 && <span class="note">{tableText('noMatch')}</span>}
        </>
      }
    />
  )
}

function columns(nowMs: number): readonly TableColumn<OpenRoom>[] {
  return [
    { key: 'room', label: tableText('colRoom'), sortBy: roomName, cell: (room) => <RoomCell room={room} /> },
    number('people', tableText('colPeople'), (room) => room.people),
    number('connections', tableText('colConnections'), (room) => room.connections),
    number('rate', tableText('colRate'), (room) => room.per_second_10, rate),
    number('minute', tableText('colRateMinute'), (room) => room.per_second_60, rate),
    number('size', tableText('colSize'), (room) => room.size_bytes, size),
    number(
      'saved',
      tableText('colSaved'),
      (room) => room.saved_at_ms,
      (ms) => (ms === null ? NOTHING : sinceWords(ms, nowMs)),
    ),
    number('waiting', tableText('colWaiting'), (room) => room.waiting),
    {
      key: 'state',
      label: tableText('colState'),
      isWide: true,
      sortBy: severity,
      cell: (room) => <StateCell room={room} />,
    },
  ]
}

function number(
  key: string,
  label: string,
  read: (room: OpenRoom) => number | null,
  show: (value: number | null) => string = count,
): TableColumn<OpenRoom> {
  const cell = (room: OpenRoom) => (read(room) ? show(read(room)) : <span class="ops-nothing">{show(read(room))}</span>)
  return { key, label, isNumber: true, sortBy: read, cell }
}

function RoomCell({ room }: { room: OpenRoom }) {
  return (
    <span class="ops-room">
      <span class="ops-kind">{kindName(room.kind)}</span>
      <bdi class="ops-name">{roomName(room)}</bdi>
      {room.title !== null && room.title !== '' && room.title !== shortRoom(room.id) && (
        <code>{shortRoom(room.id)}</code>
      )}
    </span>
  )
}

function StateCell({ room }: { room: OpenRoom }) {
  return (
    <span class="ops-states">
      {room.slow > 0 && (
        <span class="ops-word is-warn">
          <Icon name="alert" size={14} />
          {tableText.count('stateSlow', room.slow)}
        </span>
      )}
      {room.is_read_only && (
        <span class="ops-word is-info">
          <Icon name="lock" size={14} />
          {tableText('stateReadOnly')}
        </span>
      )}
      {!room.is_open && <span class="ops-word">{tableText('stateClosed')}</span>}
      {room.slow === 0 && !room.is_read_only && room.is_open && (
        <span class="ops-word is-good">{tableText('stateOk')}</span>
      )}
    </span>
  )
}

function severity(room: OpenRoom): number {
  return room.slow > 0 ? 0 : room.is_read_only ? 1 : 2
}

function actionsOf(room: OpenRoom, ask: (asked: Asked) => void): readonly MenuItem[] {
  const name = roomName(room)
  const drain: MenuItem = {
    label: tableText('drain'),
    icon: 'signOut',
    danger: true,
    separated: room.is_document,
    disabled: room.connections === 0,
    onSelect: () => ask({ action: { kind: 'drain', id: room.id }, name, count: room.connections }),
  }
  if (!room.is_document) return [drain]
  const open: MenuItem = {
    label: tableText('openMenu'),
    icon: 'open',
    onSelect: () => window.open(`/menus/${encodeURIComponent(shortRoom(room.id))}`, '_blank', 'noopener'),
  }
  const readOnly: MenuItem = {
    label: room.is_read_only ? tableText('allowEdits') : tableText('makeReadOnly'),
    icon: room.is_read_only ? 'unlock' : 'lock',
    onSelect: () => ask({ action: { kind: 'read-only', id: room.id, on: !room.is_read_only }, name }),
  }
  const snapshot: MenuItem = {
    label: tableText('snapshot'),
    icon: 'archive',
    onSelect: () => ask({ action: { kind: 'snapshot', id: room.id }, name }),
  }
  return [...(room.kind === 'menu' ? [open] : []), readOnly, snapshot, drain]
}
