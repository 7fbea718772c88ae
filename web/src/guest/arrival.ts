// From the code in the address to a table. The small part that everybody needs at once: the visit, and
// a page for everything that can go wrong with it. What a table needs (connection, order, menu) is
// loaded meanwhile, so that the first words are there early.

import { type Signal, signal } from '@preact/signals'
import type { FunctionComponent } from 'preact'
import { codeOf, dropToken, enter, keepVisit, keptVisit, type NoVisit, type Visit } from './visit'

export type Arrival =
  | { readonly kind: 'coming' }
  | { readonly kind: 'no_visit'; readonly why: NoVisit | 'no_code' }
  | { readonly kind: 'welcome'; readonly visit: Visit; readonly enter: (name: string) => void }
  | { readonly kind: 'table'; readonly View: FunctionComponent }
  | { readonly kind: 'over'; readonly visit: Visit; readonly Receipt: FunctionComponent | null }

const RETRY_MS = 4000
const RELOADED = 'mirepoix.guest.reloaded'
const RELOAD_PAUSE_MS = 60_000

/** Where this guest is. */
export const arrival: Signal<Arrival> = signal({ kind: 'coming' })

/** Come in; never throws. */
export async function arrive(): Promise<void> {
  const code = codeOf(location.pathname)
  if (code === null) {
    arrival.value = { kind: 'no_visit', why: 'no_code' }
    return
  }
  void seating().catch(() => undefined) // loads while the server answers
  const visit = keptVisit(code, Date.now()) ?? (await comeIn(code))
  if (visit === null) return
  if (visit.name === '') {
    arrival.value = { kind: 'welcome', visit, enter: (name) => void sitDown(named(visit, name)) }
    return
  }
  await sitDown(visit)
}

/** The token was refused: the visit ended, or only the token's time. The code says which. */
export async function askAgain(visit: Visit): Promise<void> {
  dropToken(visit.code)
  const found = await enter(visit.code, Date.now())
  if (found === 'unreachable' || found === 'too_many') {
    setTimeout(() => void askAgain(visit), RETRY_MS)
    return
  }
  if (found !== 'invalid') {
    if (mayReload()) location.reload()
  } else if (arrival.peek().kind !== 'over') {
    arrival.value = { kind: 'over', visit, Receipt: null }
  }
}

const seating = () => import('./seating')

async function comeIn(code: string): Promise<Visit | null> {
  const found = await enter(code, Date.now())
  if (typeof found !== 'string') return found
  arrival.value = { kind: 'no_visit', why: found }
  if (found === 'unreachable') setTimeout(() => void arrive(), RETRY_MS)
  return null
}

async function sitDown(visit: Visit): Promise<void> {
  arrival.value = { kind: 'coming' }
  try {
    await (await seating()).sitDown(visit)
  } catch {
    // The rest of the page did not load: the network went away between two files.
    arrival.value = { kind: 'no_visit', why: 'unreachable' }
    setTimeout(() => location.reload(), RETRY_MS)
  }
}

function named(visit: Visit, name: string): Visit {
  const changed = { ...visit, name }
  keepVisit(changed)
  return changed
}

/** Never round and round: once a minute. */
function mayReload(): boolean {
  try {
    const last = Number(sessionStorage.getItem(RELOADED) ?? 0)
    if (Date.now() - last < RELOAD_PAUSE_MS) return false
    sessionStorage.setItem(RELOADED, String(Date.now()))
    return true
  } catch {
    return false
  }
}
