// Who works here, by the ids that the server writes: names from the room `presence`. It forgets who went
// home an hour ago; a name that was told while this screen was open stays known. Pure.

import type { RoomEvent } from '../core/channel'
import { array, object, string, tryCheck } from '../core/guard'
import type { Fold } from '../core/stream'

export type Names = Readonly<Record<string, string>> // user id -> name

const PERSON = object({ user: object({ id: string(), name: string() }) })
const SNAPSHOT = object({ people: array(PERSON) })

/** How the room becomes names; for openStream. */
export const namesFold: Fold<Names> = {
  initial: {},
  snapshot(body) {
    const people = tryCheck(SNAPSHOT, body)?.people ?? []
    return Object.fromEntries(people.map(({ user }) => [user.id, user.name]))
  },
  event(names: Names, event: RoomEvent) {
    const user = tryCheck(PERSON, event.body)?.user
    return user === undefined || names[user.id] === user.name ? names : { ...names, [user.id]: user.name }
  },
  version: 1,
}

/** "Wanda W.": as people call each other across a pass; a ticket has no room for more. */
export function calledOf(name: string): string {
  const [first = '', ...rest] = name.trim().split(/\s+/)
  const initial = [...(rest.at(-1) ?? '')][0]
  return initial === undefined ? first : `${first} ${initial}.`
}

/** The names of some people; whoever is not known is left out, for an id tells nobody anything. */
export function namesOf(names: Names, users: readonly string[]): readonly string[] {
  return users.map((user) => names[user] ?? '').filter((name) => name !== '')
}
