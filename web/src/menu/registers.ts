// Multi-value registers: `price` is the set of keys `price@<replica>` of a map, each holding
// [value, user id, ms]. The replica follows the last `@`. Several keys left: their writers had not
// seen each other; all are candidates, and the one with the greatest (ms, replica) is read meanwhile.
// What is read here is, value by value, what collab/menus/registers.py reads: tests/vectors/menus.json.

import type * as Y from 'yjs'
import { byCodePoint } from './code_points'

export interface Candidate {
  readonly replica: string
  readonly value: Plain
  readonly userId: string
  readonly ms: number
}

/** By name, in the order of code points; the candidate that is read comes first. */
export type Registers = ReadonlyMap<string, readonly Candidate[]>

/** What a register may hold, once it is read. */
export type Plain = null | boolean | number | bigint | string | Uint8Array | readonly Plain[] | PlainObject
export type PlainObject = { readonly [key: string]: Plain }

/** The registers among the entries of a map. Anything that does not have the form is left out. */
export function readRegisters(entries: Iterable<readonly [string, unknown]>): Registers {
  const found = new Map<string, Candidate[]>()
  for (const [key, entry] of entries) {
    const name = registerName(key)
    if (name === null || !Array.isArray(entry) || entry.length < 3) continue
    const [value, user, time] = entry as unknown[]
    const ms = integerOf(time)
    if (ms === null) continue
    const candidate = {
      replica: key.slice(name.length + 1),
      value: plain(value),
      userId: typeof user === 'string' ? user : '',
      ms,
    }
    const candidates = found.get(name)
    if (candidates === undefined) found.set(name, [candidate])
    else candidates.push(candidate)
  }
  for (const candidates of found.values()) candidates.sort(laterFirst)
  return new Map([...found].sort(([a], [b]) => byCodePoint(a, b)))
}

/** What the register reads as; null when it was never written. */
export function valueIn(registers: Registers, name: string): Plain {
  return registers.get(name)?.[0]?.value ?? null
}

/** The register that a key belongs to: `price@1z` -> `price`; null for another kind of key. */
export function registerName(key: string): string | null {
  const at = key.lastIndexOf('@')
  return at > 0 ? key.slice(0, at) : null
}

/** The replica id of a Y.Doc. */
export function replicaOf(doc: Y.Doc): string {
  return doc.clientID.toString(36)
}

/**
 * Write one register: every key of it that is seen goes, except our own, which takes the value.
 * ms: the wall clock. One transaction; a surrounding one is joined.
 */
export function writeRegister(map: Y.Map<unknown>, name: string, value: unknown, userId: string, ms: number): void {
  const doc = map.doc
  if (doc === null) throw new Error('the register is not part of a document')
  const own = `${name}@${replicaOf(doc)}`
  doc.transact(() => {
    for (const key of [...map.keys()]) {
      if (key !== own && registerName(key) === name) map.delete(key)
    }
    map.set(own, [value, userId, ms])
  }, 'register')
}

/** A whole number, whatever type it came as; null for anything else, also beyond 2^53. */
export function integerOf(value: unknown): number | null {
  const number = typeof value === 'bigint' ? Number(value) : value
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) return null
  // A bigint that was rounded was beyond 2^53 too, except for 2^53 itself, which is not safe.
  return number === 0 ? 0 : number // -0 is 0
}

/** A value as plain data: no undefined, whole numbers as numbers, at every depth. */
export function plain(value: unknown): Plain {
  if (value === undefined || value === null) return null
  if (typeof value === 'bigint') return integerOf(value) ?? value
  if (typeof value === 'number') return integerOf(value) ?? value
  if (Array.isArray(value)) return value.map(plain)
  if (isObject(value))
    return Object.fromEntries(
      Object.keys(value)
        .sort(byCodePoint)
        .map((key) => [key, plain(value[key])]),
    )
  return value as Plain
}

/** Whether it is a plain object: no list, no bytes, no shared type. */
export function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function laterFirst(a: Candidate, b: Candidate): number {
  return b.ms - a.ms || byCodePoint(b.replica, a.replica)
}
