// Who sits at the table, as their devices tell each other (`here`, `gone`, `handover`): never stored,
// and nobody's right depends on it but what this page offers. The host is whoever came first of those
// who are here, unless the table was handed over; every device comes to the same answer by itself.

import { number, object, optional, string, tryCheck } from '../core/guard'

export const HERE_EVERY_MS = 20_000
/** Not heard of for so long: gone. Two messages may be lost. */
export const GONE_AFTER_MS = 50_000
export const NAME_LIMIT = 24

export interface Person {
  readonly guest: string // id of the device at this table
  readonly name: string
  readonly sinceMs: number // when they sat down, by the server's clock
  readonly heardMs: number
}

/** Who was given the table, and when; the newest one counts. */
export interface Handover {
  readonly to: string
  readonly atMs: number
}

export interface Table {
  readonly people: ReadonlyMap<string, Person>
  readonly handover: Handover | null
}

export const NOBODY: Table = { people: new Map(), handover: null }

const HANDOVER = object({ to: string(), at: number() })
const HERE = object({ g: string(), n: string(), s: number(), h: optional(HANDOVER) })
const GONE = object({ g: string() })

/** What a device says of itself. */
export function hereBody(me: Person, handover: Handover | null): object {
  const here = { g: me.guest, n: me.name, s: me.sinceMs }
  return handover === null ? here : { ...here, h: { to: handover.to, at: handover.atMs } }
}

/** The table after something was said. What is out of form changes nothing. */
export function heard(table: Table, kind: string, body: unknown, nowMs: number): Table {
  if (kind === 'here') {
    const here = tryCheck(HERE, body)
    if (here === null || here.g === '') return table
    const people = new Map(table.people)
    // A clock that runs ahead must not win the table for ever, nor one that says "since 1970".
    const known = people.get(here.g)
    const sinceMs = known?.sinceMs ?? Math.min(here.s, nowMs)
    people.set(here.g, { guest: here.g, name: cleanName(here.n), sinceMs, heardMs: nowMs })
    const told = here.h === undefined ? null : { to: here.h.to, atMs: here.h.at }
    return { people, handover: newest(table.handover, told) }
  }
  if (kind === 'gone') {
    const gone = tryCheck(GONE, body)
    if (gone === null || !table.people.has(gone.g)) return table
    const people = new Map(table.people)
    people.delete(gone.g)
    return { ...table, people }
  }
  if (kind === 'handover') {
    const given = tryCheck(HANDOVER, body)
    return given === null ? table : { ...table, handover: newest(table.handover, { to: given.to, atMs: given.at }) }
  }
  return table
}

/** The table without those of whom nothing was heard for long. me: is always here. */
export function swept(table: Table, me: string, nowMs: number): Table {
  const silent = [...table.people.values()].filter((one) => one.guest !== me && nowMs - one.heardMs > GONE_AFTER_MS)
  if (silent.length === 0) return table
  const people = new Map(table.people)
  for (const { guest } of silent) people.delete(guest)
  return { ...table, people }
}

/** Everybody here, who came first first. */
export function seated(table: Table): readonly Person[] {
  return [...table.people.values()].sort((a, b) => a.sinceMs - b.sinceMs || (a.guest < b.guest ? -1 : 1))
}

/** The guest who looks after the order; null while nobody is here. */
export function hostOf(table: Table): string | null {
  const { handover, people } = table
  if (handover !== null && people.has(handover.to)) return handover.to
  return seated(table)[0]?.guest ?? null
}

/** Whether a guest may change a line: their own, and the host every one. */
export function mayEdit(table: Table, me: string, owner: string | null): boolean {
  return owner === me || hostOf(table) === me
}

/** The guest whose device drew the id of a line. */
export function ownerOf(line: string): string | null {
  return /^([0-9a-z]{10})\.[0-9a-z]{10}$/.exec(line)?.[1] ?? null
}

/** A name as it is shown and sent: no line breaks, not long. */
export function cleanName(name: string): string {
  return [...name.replace(/\s+/g, ' ').trim()].slice(0, NAME_LIMIT).join('')
}

function newest(one: Handover | null, other: Handover | null): Handover | null {
  if (one === null || other === null) return one ?? other
  if (one.atMs !== other.atMs) return one.atMs > other.atMs ? one : other
  return one.to < other.to ? one : other
}
