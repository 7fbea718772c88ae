// Who else is here: up to five discs, then a number that opens the whole list. One's own disc is the button
// of the user menu beside them; only in the list of everybody it stands once more, as "you".

import { Avatar } from './Avatar'
import { Popover } from './Popover'
import { uiText } from './texts'

/** A person as this part needs it; `Person` of core/yjs/presence fits. */
export interface PresentPerson {
  readonly clientId: number
  readonly name: string
  readonly color: string
  readonly ink?: string | undefined
  readonly initials?: string | undefined
  readonly isIdle: boolean
  readonly isMe: boolean
  readonly role?: string | undefined
  readonly device?: string | undefined
}

export interface PresenceProps<P extends PresentPerson> {
  people: readonly P[]
  onPick?: ((person: P) => void) | undefined
}

const SHOWN = 5

/** The stack of discs; picking somebody scrolls to them. Nothing for whoever is alone. */
export function Presence<P extends PresentPerson>({ people, onPick }: PresenceProps<P>) {
  const others = people.filter((one) => !one.isMe)
  if (others.length === 0) return null
  const first = others.slice(0, others.length > SHOWN ? SHOWN - 1 : SHOWN)
  const hidden = others.length - first.length
  return (
    <ul class="presence" aria-label={uiText.count('othersHere', others.length)}>
      {first.map((person) => (
        <li key={person.clientId}>
          <button type="button" class="presence-person" onClick={() => onPick?.(person)}>
            <Face person={person} />
          </button>
        </li>
      ))}
      {hidden > 0 && (
        <li>
          <Popover
            label={uiText.count('peopleHere', people.length)}
            trigger={(props) => (
              <button type="button" class="presence-more" aria-label={uiText('andMore', { n: hidden })} {...props}>
                +{hidden}
              </button>
            )}
          >
            {(close) => <Everybody people={people} pick={onPick} close={close} />}
          </Popover>
        </li>
      )}
    </ul>
  )
}

function Everybody<P extends PresentPerson>(props: {
  people: readonly P[]
  pick: ((person: P) => void) | undefined
  close: () => void
}) {
  return (
    <ul class="presence-list">
      {props.people.map((person) => (
        <li key={person.clientId}>
          <button
            type="button"
            class="menu-item"
            onClick={() => {
              props.close()
              props.pick?.(person)
            }}
          >
            <Face person={person} />
            <span class="menu-words">{titleOf(person)}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}

function Face({ person }: { person: PresentPerson }) {
  return (
    <Avatar
      name={person.name}
      color={person.color}
      ink={person.ink}
      initials={person.initials}
      title={titleOf(person)}
      idle={person.isIdle}
      size="small"
    />
  )
}

function titleOf(person: PresentPerson): string {
  const name = person.isMe ? uiText('youSuffix', { name: person.name }) : person.name
  return [name, person.role, person.device, person.isIdle ? uiText('idle') : ''].filter(Boolean).join(' · ')
}
