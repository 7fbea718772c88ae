// Who sits here. The host can hand the order over; everybody can change their own name.

import { useState } from 'preact/hooks'
import { Avatar } from '../ui/Avatar'
import { announce } from '../ui/announce'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Field } from '../ui/Field'
import { TextInput } from '../ui/TextInput'
import { colorOf } from './names'
import { cleanName, NAME_LIMIT, type Person, seated } from './people'
import { closeSheet, useTable } from './table-context'
import { text } from './texts'

export function PeopleDialog() {
  const table = useTable()
  const people = seated(table.company.table.value)
  const isHost = table.company.host.value === table.guest
  return (
    <Dialog title={text('people')} open onClose={closeSheet}>
      <ul class="people">
        {people.map((one) => (
          <Seat key={one.guest} person={one} mayHandOver={isHost} />
        ))}
      </ul>
      <p class="hint">{text('hostHint')}</p>
      <OwnName />
      <h3 class="people-more">{text('invite')}</h3>
      <p class="hint">{text('inviteHint')}</p>
    </Dialog>
  )
}

function Seat({ person, mayHandOver }: { person: Person; mayHandOver: boolean }) {
  const table = useTable()
  const name = person.name || text('guest')
  const isMe = person.guest === table.guest
  const handOver = () => {
    table.company.handOver(person.guest)
    announce(text('handedOver', { name }))
  }
  return (
    <li>
      <Avatar name={name} color={colorOf(table, person.guest)} />
      <span class="people-name">
        <bdi>{isMe ? text('you', { name }) : name}</bdi>
        {table.company.host.value === person.guest && <small>{text('host')}</small>}
      </span>
      {mayHandOver && !isMe && <Button onClick={handOver}>{text('handOver', { name })}</Button>}
    </li>
  )
}

function OwnName() {
  const table = useTable()
  const [name, setName] = useState(table.visit.value.name)
  const save = (event: Event) => {
    event.preventDefault()
    const clean = cleanName(name)
    if (clean !== '') table.rename(clean)
  }
  return (
    <form class="own-name" onSubmit={save}>
      <Field label={text('rename')}>
        <TextInput value={name} onValue={setName} maxLength={NAME_LIMIT} autocomplete="given-name" />
      </Field>
      <Button type="submit" disabled={cleanName(name) === '' || cleanName(name) === table.visit.value.name}>
        {text('save')}
      </Button>
    </form>
  )
}
