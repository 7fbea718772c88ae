// Who is here: a person once, with all their devices.

import type { OpenConnectionList } from '../core/protocol'
import { Avatar } from '../ui/Avatar'
import { EmptyState } from '../ui/EmptyState'
import { Skeleton } from '../ui/Skeleton'
import { type PersonHere, peopleOf } from './people'
import { tableText } from './table-texts'
import { opsText } from './texts'
import { roleName } from './words'

// Ten grounds on which white or black initials are easy to read; the same person has the same one.
const COLORS = [
  '#1f6f8b',
  '#8a4f1d',
  '#5b3f94',
  '#2d7143',
  '#a13a5e',
  '#3c5a99',
  '#7a6a10',
  '#8c2f2f',
  '#3f6b6b',
  '#6a4a3a',
] as const

/** The people. */
export function PeopleList({ list }: { list: OpenConnectionList | null }) {
  if (list === null) return <Skeleton lines={4} />
  const people = peopleOf(list.connections)
  if (people.length === 0) return <EmptyState icon="people" title={tableText('noConnections')} />
  return (
    <ul class="ops-people">
      {people.map((person) => (
        <Person key={person.id} person={person} />
      ))}
    </ul>
  )
}

function Person({ person }: { person: PersonHere }) {
  const details = [
    person.roles.map(roleName).join(', '),
    person.devices.length > 0 ? person.devices.join(', ') : opsText.count('devices', person.connections),
  ].filter(Boolean)
  return (
    <li class="ops-person">
      <Avatar name={person.name} color={colorOf(person.id)} idle={person.isIdle} />
      <div class="ops-person-words">
        <bdi class="ops-name">{person.name}</bdi>
        <p class="note">{details.join(' · ')}</p>
        <p class="ops-rooms">
          {person.rooms.slice(0, 4).map((room) => (
            <code key={room}>{room}</code>
          ))}
          {person.rooms.length > 4 && <span class="note">+{person.rooms.length - 4}</span>}
        </p>
      </div>
      <span class={person.isIdle ? 'ops-word' : 'ops-word is-good'}>
        {person.isIdle ? tableText('statusIdle') : tableText('statusActive')}
      </span>
    </li>
  )
}

function colorOf(id: string): string {
  let hash = 0
  for (const letter of id) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 9973
  return COLORS[hash % COLORS.length] ?? COLORS[0]
}
