// Everything the screen shares while one menu is open: the live document and what is made of it.
// One signal for each thing, so that what somebody types paints one row and not the menu.

import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import { object, string } from '../core/guard'
import { locale as readersLocale } from '../core/i18n'
import type { Link } from '../core/link'
import { Money } from '../core/money'
import { type LiveDocument, openDocument } from '../core/provider'
import { openStream, type Stream } from '../core/stream'
import { Locks } from '../core/yjs/locks'
import { MenuEdits } from '../core/yjs/menu-edits'
import { createMenuModel, type MenuModel } from '../core/yjs/menu-model'
import { introduce, type Person, people } from '../core/yjs/presence'
import { UndoStack } from '../core/yjs/undo'
import type { Item } from '../menu/menu'
import { matches, searchWords } from './bar/search'
import { RowBudget } from './board/row-budget'
import { type Stock, stockFold } from './board/stock'
import { type Issue, type MenuEvents, menuEventsFold } from './conflicts/menu-events'
import { codeLabel } from './fields/code-label'
import { Following } from './people/following'
import type { Jump } from './people/jumps'
import { type Author, RemoteChanges } from './people/remote-changes'
import { pathOf, steady, Visitors } from './people/visitors'
import { type Rights, rightsOf } from './rights'

/** What stands beside the board. */
export type Panel =
  | { readonly kind: 'details'; readonly item: string }
  | { readonly kind: 'section'; readonly section: string }
  | { readonly kind: 'history'; readonly item?: string }
  | { readonly kind: 'versions' }
  | { readonly kind: 'publish' }
  | { readonly kind: 'conflicts' }
  | { readonly kind: 'deleted' }
  | { readonly kind: 'exchange' }

export interface Editor {
  readonly link: Link
  readonly menuId: string
  readonly live: LiveDocument
  readonly model: MenuModel
  readonly edits: MenuEdits
  readonly undo: UndoStack
  readonly locks: Locks
  readonly everybody: ReadonlySignal<readonly Person[]>
  readonly visitors: Visitors
  readonly rows: RowBudget
  readonly changes: RemoteChanges
  readonly jumps: Signal<readonly Jump[]>
  readonly following: Following
  readonly rights: ReadonlySignal<Rights>
  readonly money: ReadonlySignal<Money>
  readonly stock: Stream<Stock>
  readonly events: Stream<MenuEvents>
  /** What the server found about each thing: `items/soup` -> issues. */
  readonly issues: ReadonlySignal<ReadonlyMap<string, readonly Issue[]>>
  /** The languages shown side by side: one or two. */
  readonly languages: Signal<readonly string[]>
  readonly title: Signal<string>
  readonly panel: Signal<Panel | null>
  readonly query: Signal<string>
  readonly words: ReadonlySignal<readonly string[]>
  /** Items that the search found; null: nobody searches. */
  readonly found: ReadonlySignal<ReadonlySet<string> | null>
  close(): Promise<void>
}

const Context = createContext<Editor | null>(null)
export const EditorProvider = Context.Provider

/** The open menu. Throws outside of one. */
export function useEditor(): Editor {
  const editor = useContext(Context)
  if (editor === null) throw new Error('no menu is open here')
  return editor
}

/** Every item that is not deleted, in the order of the menu. */
export function* liveItems(model: MenuModel): Generator<Item> {
  for (const section of [...model.sections.value, '']) {
    for (const id of model.itemsOf(section).value) {
      const item = model.item(id).value
      if (item !== null) yield item
    }
  }
}

/** Open a menu and everything around it. */
export async function openEditor(link: Link, menuId: string): Promise<Editor> {
  const live = await openDocument(link, menuId)
  return assemble(link, menuId, live)
}

/** The same, around a document that is open already. */
export function assemble(link: Link, menuId: string, live: LiveDocument): Editor {
  const me = (): { user: string } => ({ user: writerIn(link) })
  const undo = new UndoStack(live.doc, me)
  const edits = new MenuEdits(live.doc, me, undo, (key) => live.settle(key))
  const model = createMenuModel(live.doc, {
    nameOf: (user, replica) => live.nameOf(user, replica),
    bases: live.bases,
    carried: live.carried,
  })
  const everybody = steady(people(live.awareness))
  const locks = new Locks(link, menuId, (lock) => holderOf(everybody.value, lock))
  const restaurant = link.session.restaurant.peek()
  const stock = openStream(link, `stock:${restaurant}`, stockFold)
  const events = openStream(link, `menu:${menuId}:events`, menuEventsFold)
  const changes = new RemoteChanges(live.doc, {
    isWatching: () => live.state.peek() === 'live',
    authorOf: (client, user) => authorOf(live, everybody.peek(), client, user),
  })
  const query = signal('')
  const words = computed(() => searchWords(query.value))
  const title = signal(rememberedTitle(menuId))
  const stops = [effect(() => presentMyself(link, live)), effect(() => rememberTitle(menuId, title.value))]
  const editor: Editor = {
    link,
    menuId,
    live,
    model,
    edits,
    undo,
    locks,
    everybody,
    visitors: new Visitors(everybody),
    rows: new RowBudget(model),
    changes,
    jumps: signal<readonly Jump[]>([]),
    following: new Following(live.awareness, everybody),
    rights: computed(() => rightsOf(link.session.me.value, live.access.value)),
    money: computed(() => new Money(readersLocale.value, model.meta.value.currency)),
    stock,
    events,
    issues: computed(() => issuesByThing(events.state.value)),
    languages: signal<readonly string[]>([]),
    title,
    panel: signal<Panel | null>(null),
    query,
    words,
    found: computed(() => (words.value.length === 0 ? null : foundItems(model, words.value))),
    async close() {
      for (const stop of stops) stop()
      editor.following.dispose()
      editor.visitors.dispose()
      changes.dispose()
      locks.close()
      stock.close()
      events.close()
      model.dispose()
      undo.dispose()
      await live.close()
    },
  }
  stops.push(
    effect(() => keepLanguages(editor)),
    drawAnew(editor),
    followTitle(editor),
  )
  void askTitle(editor)
  return editor
}

/** Who stands in a register as its writer; developers are all the same user, so their name tells more. */
export function writerIn({ session }: Link): string {
  const me = session.me.peek()
  return (me?.isDeveloper ? me.name : me?.user) ?? ''
}

/** Who holds a field, or asks for it; the one who is in it, where several windows are the same user. */
function holderOf(everybody: readonly Person[], lock: { field: string; user: string; name: string }): string {
  const others = everybody.filter(({ isMe, user }) => !isMe && user === lock.user)
  const inside = others.find(({ field }) => field !== null && pathOf(field) === lock.field)
  return inside?.name ?? others[0]?.name ?? lock.name
}

function foundItems(model: MenuModel, words: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>()
  for (const item of liveItems(model)) if (matches(item, words, codeLabel)) found.add(item.id)
  return found
}

function issuesByThing({ issues }: MenuEvents): ReadonlyMap<string, readonly Issue[]> {
  const found = new Map<string, Issue[]>()
  for (const issue of issues.values()) {
    const thing = `${issue.target.root}/${issue.target.id}`
    found.set(thing, [...(found.get(thing) ?? []), issue])
  }
  return found
}

function authorOf(
  live: LiveDocument,
  everybody: readonly Person[],
  client: number | null,
  user: string | null,
): Author {
  const person =
    everybody.find((one) => one.clientId === client && !one.isMe) ??
    everybody.find((one) => one.user === user && !one.isMe)
  if (person !== undefined) return { user: person.user, name: person.name, color: person.color }
  const name = live.nameOf(user ?? '', client === null ? '' : client.toString(36))
  return { user: user ?? name, name, color: '' }
}

function presentMyself(link: Link, live: LiveDocument): void {
  const me = link.session.me.value
  if (me === null) return
  const role = me.roles[0]
  introduce(live.awareness, { user: me.user, name: me.name, ...(role === undefined ? {} : { role }) })
}

/** After a search the menu is drawn from the top, a few rows at once, as when it was opened. */
function drawAnew({ found, rows }: Editor): () => void {
  let isSearching = false
  return effect(() => {
    const wasSearching = isSearching
    isSearching = found.value !== null
    if (wasSearching && !isSearching) rows.restart()
  })
}

/** Show the menu's own language first; a language that is no more is not shown. */
function keepLanguages({ model, languages, menuId }: Editor): void {
  if (!model.isReady.value) return
  const { locale, locales } = model.meta.value
  const wished = languages.value.length > 0 ? languages.value : rememberedLanguages(menuId)
  const shown = wished.filter((one) => locales.includes(one))
  const next = shown.length > 0 ? shown : [locale]
  if (next.join() !== languages.value.join()) languages.value = next
  remember(`languages:${menuId}`, next.join())
}

/** Whoever renames the menu renames it in every open window. */
function followTitle({ events, title }: Editor): () => void {
  const told = computed(() => events.state.value.title)
  return effect(() => {
    if (told.value !== null) title.value = told.value
  })
}

async function askTitle(editor: Editor): Promise<void> {
  try {
    const path = `/api/v1/documents/${encodeURIComponent(editor.menuId)}`
    const { title } = await editor.link.session.api('GET', path, { guard: object({ title: string() }) })
    if (title !== '') editor.title.value = title
  } catch {
    // Offline: the title of last time is shown.
  }
}

function rememberedTitle(menuId: string): string {
  return remembered(`title:${menuId}`) ?? ''
}

function rememberTitle(menuId: string, title: string): void {
  if (title !== '') remember(`title:${menuId}`, title)
}

function rememberedLanguages(menuId: string): readonly string[] {
  return (remembered(`languages:${menuId}`) ?? '').split(',').filter((one) => one !== '')
}

function remembered(key: string): string | null {
  try {
    return localStorage.getItem(`mirepoix.${key}`)
  } catch {
    return null // a browser that keeps nothing
  }
}

function remember(key: string, value: string): void {
  try {
    localStorage.setItem(`mirepoix.${key}`, value)
  } catch {
    // It is asked or chosen again next time.
  }
}
