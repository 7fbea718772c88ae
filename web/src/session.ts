// Who this browser is: the token it was opened with, the name the others see, what it may do.

import { element } from './element'

const TOKEN_KEY = 'mirepoix:token'
const NAME_KEY = 'mirepoix:name'
const FRIENDLY_NAMES = ['Basil', 'Saffron', 'Juniper', 'Sorrel', 'Thyme', 'Fennel', 'Olive', 'Ginger', 'Sage', 'Clementine']

// Dark enough for white initials, light enough to outline a field on a dark page.
const COLORS = ['#b4521e', '#4f7a3a', '#8a5a83', '#2f6f8f', '#a3423f', '#7a6420', '#4d62a8', '#2c7a68']

export interface Person {
  readonly name: string
  readonly color: string
}

export interface DocumentInfo {
  readonly id: string
  readonly title: string
  readonly access: 'read' | 'write'
}

/** Why a document cannot be shown, in words for the person in front of it. */
export class Refused extends Error {}

/** Take `?token=` out of the address bar; it lives on for this tab only. */
export function takeToken(): string | null {
  const url = new URL(location.href)
  const given = url.searchParams.get('token')
  if (given !== null) {
    url.searchParams.delete('token')
    history.replaceState(history.state, '', url)
    stored(() => sessionStorage.setItem(TOKEN_KEY, given))
    return given
  }
  return stored(() => sessionStorage.getItem(TOKEN_KEY))
}

/** GET a JSON answer. Throws Refused with a sentence for people. */
export async function getJson(path: string, token: string | null): Promise<unknown> {
  let answer: Response
  try {
    answer = await fetch(path, { headers: token === null ? {} : { Authorization: `Bearer ${token}` } })
  } catch {
    throw new Refused('The server cannot be reached.')
  }
  if (answer.ok) return await answer.json()
  switch (answer.status) {
    case 401: throw new Refused('This page needs a valid link: open it with the one you were sent.')
    case 403: throw new Refused('You may not open this menu.')
    case 404: throw new Refused('There is no such menu on this server.')
    default: throw new Refused(`The server answered with an error (${answer.status}).`)
  }
}

export async function documentInfo(id: string, token: string | null): Promise<DocumentInfo> {
  const info = (await getJson(`/api/v1/documents/${encodeURIComponent(id)}`, token)) as Partial<DocumentInfo>
  return { id, title: info.title ?? id, access: info.access === 'write' ? 'write' : 'read' }
}

/** The name chosen on this device; null when nobody was asked yet. */
export function chosenName(): string | null {
  return stored(() => localStorage.getItem(NAME_KEY))
}

export function rememberName(name: string): void {
  stored(() => localStorage.setItem(NAME_KEY, name))
}

export function friendlyName(seed: number): string {
  return FRIENDLY_NAMES[seed % FRIENDLY_NAMES.length] ?? 'Basil'
}

export function colorFor(seed: number): string {
  return COLORS[seed % COLORS.length] ?? '#4f7a3a'
}

/** A round sign with initials. Announced by its title, not by colour. */
export function avatar(person: Person, hint: string): HTMLElement {
  const sign = element('span', { class: 'avatar', role: 'img', 'aria-label': hint, title: hint }, initials(person.name))
  sign.style.setProperty('--person', person.color)
  return sign
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/)
  const first = Array.from(words[0] ?? '')[0] ?? '?'
  const last = words.length > 1 ? Array.from(words[words.length - 1] ?? '')[0] ?? '' : ''
  return (first + last).toLocaleUpperCase()
}

// Storage is missing in some private windows; then everything lasts as long as the page.
function stored<T>(access: () => T): T | null {
  try {
    return access()
  } catch {
    return null
  }
}
