// Who is here, and where. An awareness state is
// {user: {id, name, ...}, focus: {container, id, field, locale?} | null, cursor,
// idle, since, following}.
// The server stamps user.id and, where the token has one, user.name; a developer's name is the one that
// the device chose, and each of a developer's windows counts as a person. Writes are sent at most ten
// times a second, the last one always.

import { computed, type ReadonlySignal, signal } from '@preact/signals'
import type { Awareness } from 'y-protocols/awareness'
import { isObject } from '../../menu/registers'
import {
  cursorsByPath,
  type FocusedField,
  NAME_LIMIT,
  type Person,
  peopleOf,
  type RemoteCursor,
} from './presence-states'

export { COLORS, colorOf, type FocusedField, initialsOf, type Person, type RemoteCursor } from './presence-states'

export interface MyPresence {
  readonly user: string
  readonly name: string
  readonly role?: string
  readonly device?: string
}

export interface OwnCursor {
  readonly path: string
  readonly anchor: unknown
  readonly head: unknown
  readonly typing: boolean
}

const IDLE_AFTER_MS = 60_000
const WRITES_PER_SECOND = 10
const NO_CURSORS: readonly RemoteCursor[] = []

/** Everybody here: me first, then by when they came; one entry for each person. */
export function people(awareness: Awareness): ReadonlySignal<readonly Person[]> {
  return hubOf(awareness).people
}

/** Say who I am. `name` shows where the server knows no name. */
export function introduce(awareness: Awareness, me: MyPresence): void {
  const { user, ...rest } = me
  setField(awareness, 'user', { id: user, ...rest, name: me.name.slice(0, NAME_LIMIT) })
  if (hubOf(awareness).pendingOrLocal().since === undefined) setField(awareness, 'since', Date.now())
  touch(awareness)
}

/** Say which field I am in; null: none. */
export function focusField(awareness: Awareness, field: FocusedField | null): void {
  setField(awareness, 'focus', field)
  touch(awareness)
}

/** Follow somebody (by client id); null ends it. */
export function follow(awareness: Awareness, clientId: number | null): void {
  setField(awareness, 'following', clientId)
}

/** Keep to myself where I am, or show it again; that I am here is always shown. */
export function hidePlace(awareness: Awareness, isHidden: boolean): void {
  hubOf(awareness).hide(isHidden)
}

/** Whether I keep to myself where I am. */
export function isPlaceHidden(awareness: Awareness): ReadonlySignal<boolean> {
  return hubOf(awareness).isHidden
}

/** Call it on any own input: ends being idle. */
export function touch(awareness: Awareness): void {
  hubOf(awareness).touch()
}

/** Who else is in this field. */
export function visitorsOf(everybody: readonly Person[], field: FocusedField): readonly Person[] {
  return everybody.filter(({ isMe, field: theirs }) => !isMe && theirs !== null && isSameField(theirs, field))
}

/** Who follows me. */
export function followersOf(everybody: readonly Person[], clientId: number): readonly Person[] {
  return everybody.filter(({ isMe, following }) => !isMe && following === clientId)
}

export function isSameField(a: FocusedField, b: FocusedField): boolean {
  return a.container === b.container && a.id === b.id && a.field === b.field && a.locale === b.locale
}

/** The carets of others in one text field. path: as given to bindText. */
export function cursorsAt(awareness: Awareness, path: string): ReadonlySignal<readonly RemoteCursor[]> {
  return hubOf(awareness).cursorsAt(path)
}

/** Show where my caret is; null takes it away if it is in `path`. */
export function showCursor(awareness: Awareness, path: string, cursor: OwnCursor | null): void {
  const shown = hubOf(awareness).place.cursor
  if (cursor === null && !(isObject(shown) && shown.path === path)) return
  setField(awareness, 'cursor', cursor)
}

function setField(awareness: Awareness, field: string, value: unknown): void {
  hubOf(awareness).set(field, value)
}

const hubs = new WeakMap<Awareness, Hub>()

function hubOf(awareness: Awareness): Hub {
  const known = hubs.get(awareness)
  if (known !== undefined) return known
  const made = new Hub(awareness)
  hubs.set(awareness, made)
  return made
}

/** All that is derived from one awareness, read once for each change. */
class Hub {
  readonly people: ReadonlySignal<readonly Person[]>
  readonly isHidden = signal(false)
  /** Where I am, also while it is hidden. */
  readonly place: Record<string, unknown> = {}
  private readonly version = signal(0)
  private readonly cursors = new Map<string, ReadonlySignal<readonly RemoteCursor[]>>()
  private readonly byPath: ReadonlySignal<ReadonlyMap<string, readonly RemoteCursor[]>>
  private pending: Record<string, unknown> = {}
  private timer: ReturnType<typeof setTimeout> | null = null
  private idleTimer: ReturnType<typeof setTimeout> | null = null
  private sentMs = 0

  constructor(private readonly awareness: Awareness) {
    this.people = computed(() => {
      void this.version.value
      return peopleOf(awareness)
    })
    this.byPath = computed(() => {
      void this.version.value
      return cursorsByPath(awareness)
    })
    awareness.on('change', () => this.version.value++)
    awareness.on('destroy', () => this.stop())
  }

  cursorsAt(path: string): ReadonlySignal<readonly RemoteCursor[]> {
    const known = this.cursors.get(path)
    if (known !== undefined) return known
    const made = computed(() => this.byPath.value.get(path) ?? NO_CURSORS)
    this.cursors.set(path, made)
    return made
  }

  /** Change a field of my state, soon. Without a state (I have left) nothing is said. */
  set(field: string, value: unknown): void {
    const isPlace = field === 'focus' || field === 'cursor'
    if (isPlace) this.place[field] = value
    this.pending[field] = isPlace && this.isHidden.peek() ? null : value
    if (this.timer !== null) return
    const wait = this.sentMs + 1000 / WRITES_PER_SECOND - Date.now()
    if (wait <= 0) this.send()
    else this.timer = setTimeout(() => this.send(), wait)
  }

  hide(isHidden: boolean): void {
    this.isHidden.value = isHidden
    for (const [field, value] of Object.entries(this.place)) this.set(field, value)
  }

  touch(): void {
    if (this.idleTimer !== null) clearTimeout(this.idleTimer)
    if (this.pendingOrLocal().idle !== false) this.set('idle', false)
    this.idleTimer = setTimeout(() => this.set('idle', true), IDLE_AFTER_MS)
  }

  pendingOrLocal(): Record<string, unknown> {
    return { ...this.awareness.getLocalState(), ...this.pending }
  }

  private send(): void {
    this.timer = null
    const local = this.awareness.getLocalState()
    const pending = this.pending
    this.pending = {}
    this.sentMs = Date.now()
    if (local !== null) this.awareness.setLocalState({ ...local, ...pending })
  }

  private stop(): void {
    for (const timer of [this.timer, this.idleTimer]) if (timer !== null) clearTimeout(timer)
  }
}
