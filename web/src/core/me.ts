// Who somebody is, and what the device remembers of it: so pages start without a network, as the
// person who worked here last. Staff and guests of one browser are remembered apart.

import { givenName } from './given-name'
import { object, string, tryCheck } from './guard'
import { type MeAnswer, meAnswerGuard } from './protocol'

/** Keys of localStorage. */
export const REMEMBERED = {
  staff: 'mirepoix.me',
  guest: 'mirepoix.guest.me',
  name: 'mirepoix.name',
  restaurant: 'mirepoix.restaurant',
} as const
type Remembered = (typeof REMEMBERED)[keyof typeof REMEMBERED]

export type Role = 'owner' | 'manager' | 'editor' | 'translator' | 'waiter' | 'kitchen' | 'viewer' | 'guest'

/** A restaurant that the person may work in. */
export interface RestaurantOfMe {
  readonly id: string
  readonly name: string
  readonly currency: string
}

/** Who is signed in, as the server last said. */
export interface Me {
  readonly user: string
  readonly name: string
  readonly roles: readonly Role[]
  readonly restaurant: string | null // null: the developer of --dev, who is in all of them
  readonly restaurants: readonly RestaurantOfMe[]
  readonly stations: readonly string[]
  readonly locales: readonly string[]
  readonly table: string | null
  readonly order: string | null
  readonly expiresAtMs: number | null
  readonly isDeveloper: boolean
  readonly serverId: string
  readonly build: string // of the pages that the server has
  readonly secureUrl: string | null
}

/** What a page makes of the server's answer. */
export function meOf(answer: MeAnswer): Me {
  const { expires_at_ms: expiresAtMs, is_developer: isDeveloper, server_id: serverId, ...rest } = answer
  const { secure_url: secureUrl, ...me } = rest
  const name = isDeveloper && answer.name === '' ? remembered(REMEMBERED.name) || givenName() : answer.name
  return { ...me, name, expiresAtMs, isDeveloper, serverId, secureUrl }
}

/** The restaurant of this page; '' when there is none. */
export function restaurantOf(me: Me | null, chosen: string): string {
  const asked = new URLSearchParams(location.search).get('restaurant')
  const known = me?.restaurants.map((one) => one.id) ?? []
  return asked ?? me?.restaurant ?? known.find((id) => id === chosen) ?? known[0] ?? ''
}

/** Whom a token is about, as it says itself; only to find the right memory. */
export function subjectOf(token: string): unknown {
  try {
    const claims: unknown = JSON.parse(atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')))
    return tryCheck(object({ sub: string() }), claims)?.sub
  } catch {
    return undefined
  }
}

/** Who it was, if anybody. */
export function rememberedMe(key: Remembered): MeAnswer | null {
  try {
    return tryCheck(meAnswerGuard, JSON.parse(remembered(key)))
  } catch {
    return null
  }
}

export function remembered(key: Remembered): string {
  try {
    return localStorage.getItem(key) ?? ''
  } catch {
    return ''
  }
}

export function remember(key: Remembered, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {
    // Then the next offline start does not know who we are.
  }
}

export function forget(key: Remembered): void {
  try {
    localStorage.removeItem(key)
  } catch {
    // Nothing was kept.
  }
}
