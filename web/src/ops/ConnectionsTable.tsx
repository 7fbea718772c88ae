// Open connections: who, from which device, how well, and with how much unsent.

import type { Signal } from '@preact/signals'
import type { OpenConnection, OpenConnectionList } from '../core/protocol'
import { EmptyState } from '../ui/EmptyState'
import { Icon } from '../ui/icons'
import { Menu } from '../ui/Menu'
import { SearchField } from '../ui/SearchField'
import { Skeleton } from '../ui/Skeleton'
import type { Asked } from './ActionDialog'
import { DataTable, type TableColumn } from './DataTable'
import { count, milliseconds } from './format'
import { LIMITS, levelOf } from './health'
import { sinceWords } from './since'
import { tableText } from './table-texts'
import { opsText } from './texts'
import { doorName, roleName } from './words'

const ROOMS_SHOWN = 2
const DIGITS_SHOWN = 7 // of a build, as people write the hashes of commits

export interface ConnectionsTableProps {
  list: OpenConnectionList | null
  /** The server searches, because it shows only so many. */
  search: Signal<string>
  ask: (asked: Asked) => void
}

/** The table of connections. */
export function ConnectionsTable({ list, search, ask }: ConnectionsTableProps) {
  if (list === null) return <Skeleton lines={5} />
  const shown = list.connections
  if (shown.length === 0 && search.value === '') return <EmptyState icon="people" title={tableText('noConnections')} />
  return (
    <DataTable
      label={tableText('tabConnections')}
      rows={shown}
      columns={columns(list.at_ms)}
      firstSort={{ key: 'status', isDescending: false }}
      isWarned={(one) => one.is_slow}
      actions={(one) => (
        <Menu
          label={tableText('actionsFor', { name: nameOf(one) })}
          items={[
            {
              label: tableText('disconnect'),
              icon: 'signOut',
              danger: true,
              onSelect: () => ask({ action: { kind: 'disconnect', id: one.id }, name: nameOf(one) }),
            },
          ]}
        />
      )}
      tools={
        <>
          <SearchField
            label={tableText('searchConnections')}
            value={search.value}
            onValue={(value) => {
              search.value = value
            }}
          />
          {shown.length === 0 && <span class="note">{tableText('noMatch')}</span>}
          {shown.length < list.total && (
            <span class="note">{tableText('shownOf', { shown: shown.length, total: list.total })}</span>
          )}
        </>
      }
    />
  )
}

function columns(nowMs: number): readonly TableColumn<OpenConnection>[] {
  return [
    { key: 'user', label: tableText('colUser'), sortBy: nameOf, cell: (one) => <PersonCell one={one} /> },
    {
      key: 'status',
      label: tableText('colStatus'),
      isWide: true,
      sortBy: severity,
      cell: (one) => <StatusCell one={one} />,
    },
    { key: 'device', label: tableText('colDevice'), sortBy: (one) => one.device || null, cell: deviceOf },
    { key: 'version', label: tableText('colVersion'), sortBy: (one) => one.app || null, cell: versionOf },
    { key: 'door', label: tableText('colDoor'), sortBy: (one) => one.door, cell: (one) => doorName(one.door) },
    {
      key: 'rtt',
      label: tableText('colRtt'),
      isNumber: true,
      sortBy: (one) => one.rtt_ms,
      cell: (one) => <Rtt ms={one.rtt_ms} />,
    },
    {
      key: 'unsynced',
      label: tableText('colUnsynced'),
      isNumber: true,
      sortBy: (one) => one.unsynced,
      cell: (one) => (one.unsynced ? count(one.unsynced) : <span class="ops-nothing">{count(one.unsynced)}</span>),
    },
    {
      key: 'since',
      label: tableText('colSince'),
      isNumber: true,
      sortBy: (one) => one.since_ms,
      cell: (one) => sinceWords(one.since_ms, nowMs),
    },
    { key: 'rooms', label: tableText('colRooms'), isWide: true, sortBy: (one) => one.rooms.length, cell: roomsOf },
  ]
}

function nameOf(one: OpenConnection): string {
  return one.name ?? one.user ?? tableText('someone')
}

function PersonCell({ one }: { one: OpenConnection }) {
  if (one.user === null) return <em class="note">{tableText('signingIn')}</em>
  return (
    <span class="ops-room">
      <bdi class="ops-name">{nameOf(one)}</bdi>
      <span class="ops-kind">{one.roles.map(roleName).join(', ')}</span>
    </span>
  )
}

function StatusCell({ one }: { one: OpenConnection }) {
  return (
    <span class="ops-states">
      {one.is_slow && (
        <span class="ops-word is-warn">
          <Icon name="alert" size={14} />
          {tableText('slow')}
        </span>
      )}
      <span class={one.status === 'active' ? 'ops-word is-good' : 'ops-word'}>
        {one.status === 'active' ? tableText('statusActive') : tableText('statusIdle')}
      </span>
    </span>
  )
}

function severity(one: OpenConnection): number {
  return one.is_slow ? 0 : one.is_old ? 1 : one.status === 'active' ? 2 : 3
}

function deviceOf(one: OpenConnection) {
  return one.device === '' ? <span class="note">{tableText('noDevice')}</span> : <bdi>{one.device}</bdi>
}

function versionOf(one: OpenConnection) {
  if (one.app === '') return <span class="note">{tableText('noDevice')}</span>
  return (
    <span class="ops-states">
      <code title={one.app}>{shortVersion(one.app)}</code>
      {one.is_old && <span class="ops-word is-info">{tableText('oldVersion')}</span>}
    </span>
  )
}

/** "kitchen/1a2b3c4" for "kitchen/1a2b3c4d5e6f". */
export function shortVersion(app: string): string {
  return app.replace(/[0-9a-f]{12}$/, (build) => build.slice(0, DIGITS_SHOWN))
}

function Rtt({ ms }: { ms: number | null }) {
  const level = levelOf(ms, LIMITS.rttMs)
  if (level === 'good') return <>{milliseconds(ms)}</>
  return (
    <span class={`ops-word is-${level}`}>
      {milliseconds(ms)} {level === 'warn' ? opsText('levelWarn') : opsText('levelBad')}
    </span>
  )
}

function roomsOf(one: OpenConnection) {
  const rest = one.rooms.length - ROOMS_SHOWN
  return (
    <span class="ops-rooms" title={one.rooms.join('\n')}>
      {one.rooms.slice(0, ROOMS_SHOWN).map((room) => (
        <code key={room}>{room}</code>
      ))}
      {rest > 0 && <span class="note">+{rest}</span>}
    </span>
  )
}
