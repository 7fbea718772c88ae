// Multi-value registers: `price` is the set of keys `price@<replica>` of a map, each holding
// [value, user, ms]. Several keys mean that nobody has seen the others' write yet; the value read
// meanwhile is the one with the greatest (ms, replica).

import type * as Y from 'yjs'

export interface Candidate {
  readonly replica: string
  readonly value: unknown
  readonly user: string
  readonly ms: number
}

export type Registers = ReadonlyMap<string, readonly Candidate[]>

/** All registers of a map by name, the value to read first. Anything of another shape is ignored. */
export function registersOf(map: Y.Map<unknown>): Registers {
  const found = new Map<string, Candidate[]>()
  map.forEach((entry, key) => {
    const at = key.lastIndexOf('@')
    if (at <= 0 || !Array.isArray(entry) || entry.length < 3) return
    const [value, user, ms] = entry as [unknown, unknown, unknown]
    if (typeof ms !== 'number') return
    const name = key.slice(0, at)
    const candidate = { replica: key.slice(at + 1), value, user: String(user), ms }
    found.set(name, [...(found.get(name) ?? []), candidate])
  })
  for (const candidates of found.values()) candidates.sort(later)
  return found
}

/** The value a register reads as; undefined when it was never written. */
export function valueOf(registers: Registers, name: string): unknown {
  return registers.get(name)?.[0]?.value
}

/** The register a key belongs to: `price@1z` -> `price`. */
export function registerName(key: string): string {
  const at = key.lastIndexOf('@')
  return at <= 0 ? key : key.slice(0, at)
}

/** Write one register: every key seen goes, except our own, which takes the value. */
export function writeRegister(map: Y.Map<unknown>, name: string, value: unknown, user: string): void {
  const doc = map.doc
  if (doc === null) throw new Error('the register is not part of a document')
  const own = `${name}@${doc.clientID.toString(36)}`
  doc.transact(() => {
    for (const key of [...map.keys()]) {
      if (key !== own && registerName(key) === name) map.delete(key)
    }
    map.set(own, [value, user, Date.now()])
  }, 'register')
}

function later(a: Candidate, b: Candidate): number {
  if (a.ms !== b.ms) return b.ms - a.ms
  return a.replica < b.replica ? 1 : -1
}
