// What awareness states say: people, and carets. Anything may stand in them: what has another form than
// expected is left out.

import type { Awareness } from 'y-protocols/awareness'
import { isObject } from '../../menu/registers'

export interface FocusedField {
  readonly container: 'sections' | 'items' | 'modgroups' | 'menu'
  readonly id: string
  readonly field: string
  readonly locale?: string
}

export interface Person {
  readonly clientId: number
  readonly user: string
  readonly name: string
  readonly role?: string
  readonly device?: string
  readonly color: string
  readonly ink: string // readable on `color`: contrast 4.5:1 and more
  readonly initials: string
  readonly isIdle: boolean
  readonly isMe: boolean
  readonly field: FocusedField | null
  readonly following: number | null
}

/** Where somebody's caret is, as it came over the wire; positions are Yjs's relative ones as JSON. */
export interface RemoteCursor {
  readonly clientId: number
  readonly name: string
  readonly color: string
  readonly anchor: unknown
  readonly head: unknown
  readonly isTyping: boolean
}

export const NAME_LIMIT = 40
const DEVELOPER = 'developer'
const WHITE = '#ffffff'
const DARK = '#1f1b16'

type State = Readonly<Record<string, unknown>>
type Paint = readonly [color: string, ink: string]

/** Ground and ink of a person; every pair has a contrast of at least 4.5:1 (there is a test). */
export const COLORS: readonly Paint[] = [
  ['#b4481b', WHITE],
  ['#1d6fa3', WHITE],
  ['#4b7a2b', WHITE],
  ['#8a4a9e', WHITE],
  ['#e0a526', DARK],
  ['#b8325a', WHITE],
  ['#20796b', WHITE],
  ['#6b5fb5', WHITE],
  ['#7a5c3a', WHITE],
  ['#5fb3c9', DARK],
]

/** The colour that a person has unless somebody else has it. key: user id, or whatever names the person. */
export function colorOf(key: string): Paint {
  let hash = 0x811c9dc5 // FNV-1a
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193)
  return COLORS[(hash >>> 0) % COLORS.length] ?? [DARK, WHITE]
}

/**
 * The colour of everybody here by key, each another one while there are enough. The same on every
 * screen: it depends only on who is here and when they came.
 */
function colorsOf(awareness: Awareness): ReadonlyMap<string, Paint> {
  const keys = [...awareness.getStates()]
    .sort(([a, one], [b, other]) => sinceOf(one) - sinceOf(other) || a - b)
    .map(([clientId, state]) => keyOf(clientId, state))
  const free = new Set(COLORS)
  const found = new Map<string, Paint>()
  for (const key of keys) {
    if (found.has(key)) continue
    const wished = COLORS.indexOf(colorOf(key))
    const inTurn = COLORS.map((_, at) => COLORS[(wished + at) % COLORS.length])
    const paint = inTurn.find((one) => one !== undefined && free.has(one)) ?? colorOf(key)
    free.delete(paint)
    found.set(key, paint)
  }
  return found
}

/** One or two letters: of the first and the last word. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/)
  const first = [...(words[0] ?? '')][0] ?? '?'
  const last = words.length > 1 ? ([...(words.at(-1) ?? '')][0] ?? '') : ''
  return (first + last).toLocaleUpperCase()
}

/** Everybody, me first, then by when they came; one entry for each person. */
export function peopleOf(awareness: Awareness): readonly Person[] {
  const found = new Map<string, { readonly person: Person; readonly since: number }>()
  const colors = colorsOf(awareness)
  for (const [clientId, state] of awareness.getStates()) {
    const isMe = clientId === awareness.clientID
    const person = personOf(clientId, state, isMe, colors)
    if (person === null) continue
    const key = keyOf(clientId, state)
    const known = found.get(key)
    const since = sinceOf(state)
    if (known === undefined || isBetter(person, known.person)) found.set(key, { person, since })
  }
  const sorted = [...found.values()].sort(
    (a, b) =>
      Number(b.person.isMe) - Number(a.person.isMe) || a.since - b.since || a.person.clientId - b.person.clientId,
  )
  return sorted.map(({ person }) => person)
}

/** Of several windows of one person: this one, else the one where something is done. */
function isBetter(one: Person, other: Person): boolean {
  if (one.isMe !== other.isMe) return one.isMe
  if (one.isIdle !== other.isIdle) return !one.isIdle
  return other.field === null && one.field !== null
}

function personOf(clientId: number, state: State, isMe: boolean, colors: ReadonlyMap<string, Paint>): Person | null {
  const { user } = state
  if (!isObject(user)) return null
  const id = userOf(state)
  const name = wordOf(user.name) ?? (id === '' ? '?' : id)
  const key = keyOf(clientId, state)
  const [color, ink] = colors.get(key) ?? colorOf(key)
  const role = wordOf(user.role)
  const device = wordOf(user.device)
  return {
    clientId,
    user: id,
    name,
    ...(role === null ? {} : { role }),
    ...(device === null ? {} : { device }),
    color,
    ink,
    initials: initialsOf(name),
    isIdle: state.idle === true,
    isMe,
    field: fieldOf(state.focus),
    following: typeof state.following === 'number' ? state.following : null,
  }
}

// All of a developer's windows have one user id, and whoever tries two wants to see two people.
function keyOf(clientId: number, state: State): string {
  const id = userOf(state)
  return id === DEVELOPER || id === '' ? `#${clientId}` : id
}

function userOf({ user }: State): string {
  return isObject(user) && typeof user.id === 'string' ? user.id : ''
}

function sinceOf({ since }: State): number {
  return typeof since === 'number' ? since : 0
}

function fieldOf(value: unknown): FocusedField | null {
  if (!isObject(value)) return null
  const { container, id, field, locale } = value
  if (container !== 'sections' && container !== 'items' && container !== 'modgroups' && container !== 'menu')
    return null
  if (typeof id !== 'string' || typeof field !== 'string') return null
  return typeof locale === 'string' ? { container, id, field, locale } : { container, id, field }
}

/** The carets of others, by the path of their text. */
export function cursorsByPath(awareness: Awareness): ReadonlyMap<string, readonly RemoteCursor[]> {
  const found = new Map<string, RemoteCursor[]>()
  const colors = colorsOf(awareness)
  for (const [clientId, state] of awareness.getStates()) {
    const cursor: unknown = state.cursor
    if (clientId === awareness.clientID || !isObject(cursor)) continue
    const { path, anchor, head, typing } = cursor
    const person = personOf(clientId, state, false, colors)
    if (typeof path !== 'string' || person === null) continue
    const shown = { clientId, name: person.name, color: person.color, anchor, head, isTyping: typing === true }
    found.set(path, [...(found.get(path) ?? []), shown])
  }
  return found
}

function wordOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, NAME_LIMIT) : null
}
