// The menus of a restaurant: listing, making one, importing one.

import { array, tryCheck } from '../core/guard'
import { language } from '../core/i18n'
import { shortId } from '../core/ids'
import type { Link } from '../core/link'
import {
  type DocumentAnswer,
  documentAnswerGuard,
  documentListGuard,
  type FormatName,
  type ImportAnswer,
  importAnswerGuard,
} from '../core/protocol'
import { ApiError, type Session } from '../core/session'

const PAGES_AT_MOST = 10 // of 100 menus each

/** All menus of the chosen restaurant that the person may open, by name. */
export async function listMenus(session: Session, signal?: AbortSignal): Promise<readonly DocumentAnswer[]> {
  const found: DocumentAnswer[] = []
  let after: string | null = null
  for (let page = 0; page < PAGES_AT_MOST; page += 1) {
    const query = new URLSearchParams({ kind: 'menu', limit: '100' })
    if (session.restaurant.peek() !== '') query.set('restaurant', session.restaurant.peek())
    if (after !== null) query.set('after', after)
    const options = signal === undefined ? {} : { signal }
    const answer = await session.api('GET', `/documents?${query}`, { guard: documentListGuard, ...options })
    found.push(...answer.documents)
    after = answer.next
    if (after === null) break
  }
  return found.sort((a, b) => a.title.localeCompare(b.title))
}

export interface ListedMenus {
  readonly menus: readonly DocumentAnswer[]
  /** Whether the server did not answer, and these are the menus of the last time. */
  readonly isOld: boolean
}

/** The menus as the server says, or as this device saw them last: without a network they open all the same. */
export async function knownMenus({ db, session }: Link, signal?: AbortSignal): Promise<ListedMenus> {
  const key = `home.menus.${session.restaurant.peek()}`
  try {
    const menus = await listMenus(session, signal)
    // Keeping them is a convenience; a device that cannot still shows them.
    db.put('meta', menus, key).catch(() => {})
    return { menus, isOld: false }
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 0) throw error
    const kept = tryCheck(array(documentAnswerGuard), await db.get('meta', key).catch(() => null))
    if (kept === null) throw error
    return { menus: kept, isOld: true }
  }
}

/** Makes an empty menu. */
export function createMenu(session: Session, title: string, locale: string): Promise<DocumentAnswer> {
  const restaurant = session.restaurant.peek()
  const currency = currencyOf(session, restaurant)
  return session.api('POST', '/documents', {
    body: { kind: 'menu', title, locale, ...(restaurant && { restaurant }), ...(currency && { currency }) },
    guard: documentAnswerGuard,
  })
}

/** Makes a menu of a file. format: null takes what the file's name says. */
export async function importMenu(session: Session, file: File, format: FormatName | null): Promise<ImportAnswer> {
  const query = new URLSearchParams({ format: format ?? formatOfName(file.name), title: titleOfName(file.name) })
  // Where the file does not say it itself.
  query.set('locale', language.peek())
  const restaurant = session.restaurant.peek()
  const currency = currencyOf(session, restaurant)
  if (restaurant !== '') query.set('restaurant', restaurant)
  if (currency !== undefined) query.set('currency', currency)
  const content = new Blob([await file.arrayBuffer()], { type: mediaType(format ?? formatOfName(file.name)) })
  return session.api('POST', `/menus/${shortId()}/import?${query}`, { body: content, guard: importAnswerGuard })
}

/** What kind of file a name promises. */
export function formatOfName(name: string): FormatName {
  if (/\.csv$/i.test(name)) return 'csv'
  return /\.jsonld$/i.test(name) ? 'schema.org' : 'plain'
}

/** "asia-bistro.menu.json" -> "Asia bistro". */
export function titleOfName(name: string): string {
  const words = name
    .replace(/\.(?:menu\.)?[a-z]+$/i, '')
    .replace(/[-_]+/g, ' ')
    .trim()
  return words === '' ? name : words.charAt(0).toLocaleUpperCase() + words.slice(1)
}

function currencyOf(session: Session, restaurant: string): string | undefined {
  return session.me.peek()?.restaurants.find((one) => one.id === restaurant)?.currency
}

function mediaType(format: FormatName): string {
  if (format === 'csv') return 'text/csv'
  return format === 'schema.org' ? 'application/ld+json' : 'application/json'
}
