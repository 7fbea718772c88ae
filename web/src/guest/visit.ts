// A guest's visit: the code on the table for a token, which this page keeps to itself. The cookie of
// the browser is left alone: it may be a waiter's, who tries the code on their own phone.

import { nullable, number, object, string, tryCheck } from '../core/guard'
import { shortId } from '../core/ids'
import { cleanName } from './people'

export interface Visit {
  readonly code: string
  readonly token: string
  readonly expiresMs: number
  readonly restaurant: string
  readonly restaurantName: string
  readonly table: string
  readonly tableName: string
  readonly zone: string
  readonly order: string | null
  /** Who this device is at the table: goes into the ids of its lines. */
  readonly guest: string
  readonly name: string // '': not asked yet
  readonly sinceMs: number
}

/** Why there is no visit. */
export type NoVisit = 'invalid' | 'too_many' | 'unreachable'

const KEPT = object({
  code: string(),
  token: string(),
  expiresMs: number(),
  restaurant: string(),
  restaurantName: string(),
  table: string(),
  tableName: string(),
  zone: string(),
  order: nullable(string()),
  guest: string(),
  name: string(),
  sinceMs: number(),
})
const ANSWER = object({
  token: string(),
  expires_in_seconds: number(),
  restaurant: string(),
  table: string(),
  order: nullable(string()),
  restaurant_name: string(),
  table_name: string(),
  time_zone: string(),
})

const LAST = 'mirepoix.guest.last'
const NAME = 'mirepoix.guest.name'
const keyOf = (code: string): string => `mirepoix.visit.${code}`

/** The code in the address, `/t/{code}`; the last one used for `/guest`; null: none. */
export function codeOf(path: string, storage: Storage = localStorage): string | null {
  const found = /^\/t\/([^/]+)/.exec(path)?.[1]
  return found === undefined ? kept(storage, LAST) : decoded(found)
}

/** The visit that this device has for a code, unless its token has ended. */
export function keptVisit(code: string, nowMs: number, storage: Storage = localStorage): Visit | null {
  const visit = parsed(kept(storage, keyOf(code)))
  return visit === null || visit.expiresMs <= nowMs ? null : visit
}

/** Keep a visit on the device, and the name for the next table. */
export function keepVisit(visit: Visit, storage: Storage = localStorage): void {
  try {
    storage.setItem(keyOf(visit.code), JSON.stringify(visit))
    storage.setItem(LAST, visit.code)
    if (visit.name !== '') storage.setItem(NAME, visit.name)
  } catch {
    // A browser that keeps nothing asks for a name again; the order itself is on the server.
  }
}

/** The token is worthless; who this device was stays known, so that its lines stay its own. */
export function dropToken(code: string, storage: Storage = localStorage): void {
  const visit = parsed(kept(storage, keyOf(code)))
  if (visit !== null) keepVisit({ ...visit, expiresMs: 0 }, storage)
}

/** The name that was used last on this device. */
export function lastName(storage: Storage = localStorage): string {
  return cleanName(kept(storage, NAME) ?? '')
}

/** Come in with a code. now: ms. */
export async function enter(
  code: string,
  nowMs: number,
  storage: Storage = localStorage,
  ask: typeof fetch = fetch,
): Promise<Visit | NoVisit> {
  let response: Response
  let answer: unknown
  try {
    response = await ask('/api/v1/visits', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      credentials: 'omit',
      body: JSON.stringify({ code, cookie: false }),
    })
    answer = await response.json()
  } catch {
    return 'unreachable'
  }
  if (response.status === 429) return 'too_many'
  if (response.status >= 500) return 'unreachable'
  const found = response.ok ? tryCheck(ANSWER, answer) : null
  if (found === null) return 'invalid'
  const before = parsed(kept(storage, keyOf(code)))
  const visit: Visit = {
    code,
    token: found.token,
    expiresMs: nowMs + found.expires_in_seconds * 1000,
    restaurant: found.restaurant,
    restaurantName: found.restaurant_name,
    table: found.table,
    tableName: found.table_name,
    zone: found.time_zone,
    order: found.order,
    guest: before?.guest ?? shortId(),
    name: before?.name ?? '',
    sinceMs: before?.sinceMs ?? nowMs,
  }
  keepVisit(visit, storage)
  return visit
}

function parsed(json: string | null): Visit | null {
  if (json === null) return null
  try {
    return tryCheck(KEPT, JSON.parse(json))
  } catch {
    return null
  }
}

function kept(storage: Storage, key: string): string | null {
  try {
    return storage.getItem(key)
  } catch {
    return null
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
