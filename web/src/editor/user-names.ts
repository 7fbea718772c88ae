// Who somebody is, by the id that the server writes into history and versions: the names of those who
// are or were here, else of the staff, for those who may read the list. Nobody is shown an id.

import { type Signal, signal } from '@preact/signals'
import { staffListGuard } from '../core/protocol'
import { ApiError } from '../core/session'
import { p } from './panel-texts'
import type { Editor } from './state'

type Staff = ReadonlyMap<string, string> // user id -> name

const UNASKED: Staff = new Map()
const lists = new WeakMap<Editor, Signal<Staff>>()

/** Somebody as people know them. Subscribes: the list of staff may still be on its way. */
export function nameOfUser(editor: Editor, user: string, replica = ''): string {
  if (user === 'server' || user === 'import') return p('the_server')
  const me = editor.link.session.me.value
  if (user === me?.user && me.name !== '') return me.name
  const known = editor.live.nameOf(user, replica)
  if (known !== '' && known !== user) return known
  // Developers of a demo write their names instead of ids.
  return staffOf(editor).value.get(user) ?? (me?.isDeveloper === true && user !== me.user ? user : p('somebody'))
}

function staffOf(editor: Editor): Signal<Staff> {
  const asked = lists.get(editor)
  if (asked !== undefined) return asked
  const staff = signal(UNASKED)
  lists.set(editor, staff)
  const me = editor.link.session.me.peek()
  const mayRead = me !== null && (me.isDeveloper || me.roles.includes('owner') || me.roles.includes('manager'))
  if (mayRead) void read(editor, staff)
  return staff
}

async function read({ link }: Editor, staff: Signal<Staff>): Promise<void> {
  let after: string | null = ''
  try {
    while (after !== null) {
      const query = new URLSearchParams({ restaurant: link.session.restaurant.peek(), limit: '100' })
      if (after !== '') query.set('after', after)
      const page = await link.session.api('GET', `/api/v1/staff?${query}`, { guard: staffListGuard })
      staff.value = new Map([...staff.peek(), ...page.staff.map((one) => [one.user_id, one.name] as const)])
      after = page.next
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error // not allowed, or offline: "somebody" has to do
  }
}
