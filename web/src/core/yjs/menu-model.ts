// The menu of a live document as signals, one for each thing, so that a remote price change renders
// one card. The roots are observed deeply once; after each transaction only the sections, items and
// groups that it touched are read again, and only the lists that they stood or stand in are sorted.

import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import * as Y from 'yjs'
import { byCodePoint } from '../../menu/code_points'
import {
  type Group,
  groupOf,
  type Item,
  inOrder,
  inPlace,
  isMap,
  isText,
  itemOf,
  type Meta,
  metaOf,
  type Section,
  sectionOf,
} from '../../menu/menu'
import type { Plain } from '../../menu/registers'
import { type ConflictCandidate, type Container, type FieldConflict, isSame, partConflicts } from '../conflicts'
import { byId, deletedMs, Things } from './things'

export type MenuMeta = Meta

export interface MenuModel {
  /** False until a menu is there: loaded from the device or the server. */
  readonly isReady: ReadonlySignal<boolean>
  readonly meta: ReadonlySignal<MenuMeta>
  /** Ids of the live sections, in order. */
  readonly sections: ReadonlySignal<readonly string[]>
  /** A section, also a deleted one; its `items` are empty, see itemsOf. */
  section(id: string): ReadonlySignal<Section | null>
  /** Ids of the live items of a section, in order; '' is the tray of those whose section is gone. */
  itemsOf(section: string): ReadonlySignal<readonly string[]>
  item(id: string): ReadonlySignal<Item | null>
  readonly groups: ReadonlySignal<readonly Group[]>
  /** The one deleted last comes first. */
  readonly deletedItems: ReadonlySignal<readonly string[]>
  readonly deletedSections: ReadonlySignal<readonly string[]>
  text(kind: 'sections' | 'items', id: string, field: 'name' | 'desc' | 'note', locale: string): Y.Text | null
  readonly conflicts: ReadonlySignal<readonly FieldConflict[]>
  /** The conflicts of one thing; the same array for as long as they are the same. */
  conflictsOf(container: Container, id: string): ReadonlySignal<readonly FieldConflict[]>
  dispose(): void
}

export interface MenuModelOptions {
  /** Whom to show for the writer of a value; may read signals. */
  readonly nameOf?: (userId: string, replica: string) => string
  /** What a field was before this device edited it: `${container}/${id}/${field}` -> value. */
  readonly bases?: ReadonlySignal<ReadonlyMap<string, Plain>>
  /** Conflicts that do not stand in the document itself: LiveDocument.carried. */
  readonly carried?: ReadonlySignal<readonly FieldConflict[]>
}

/** Read a document and follow it until `dispose`. */
export function createMenuModel(doc: Y.Doc, options: MenuModelOptions = {}): MenuModel {
  return new FollowedMenu(doc, options)
}

type Ids = readonly string[]

const NO_IDS: Ids = []
const NO_CONFLICTS: readonly FieldConflict[] = []
const ROOTS = ['sections', 'items', 'modgroups'] as const

class FollowedMenu implements MenuModel {
  readonly meta: Signal<MenuMeta>
  readonly isReady: ReadonlySignal<boolean>
  readonly sections = signal<Ids>(NO_IDS)
  readonly groups = signal<readonly Group[]>([])
  readonly deletedItems = signal<Ids>(NO_IDS)
  readonly deletedSections = signal<Ids>(NO_IDS)
  readonly conflicts: ReadonlySignal<readonly FieldConflict[]>

  private readonly found = {
    sections: new Things<Section>('sections', sectionOf),
    items: new Things<Item>('items', itemOf),
    modgroups: new Things<Group>('modgroups', groupOf),
  }
  private readonly lists = new Map<string, Signal<Ids>>() // section, '' for the tray -> item ids
  private readonly ofThings = new Map<string, ReadonlySignal<readonly FieldConflict[]>>()
  private readonly open = new Map<string, readonly FieldConflict[]>() // container/id -> questions
  private readonly own = signal(0) // counts the changes of `open`
  private readonly touched = { sections: new Set<string>(), items: new Set<string>(), modgroups: new Set<string>() }
  private isMetaTouched = false
  private readonly undoing: Array<() => void> = []

  constructor(
    private readonly doc: Y.Doc,
    private readonly options: MenuModelOptions,
  ) {
    this.meta = signal(metaOf(doc))
    this.isReady = computed(() => this.meta.value.schema !== null)
    this.conflicts = computed(() => this.allConflicts())
    for (const root of ROOTS) for (const id of doc.getMap(root).keys()) this.touched[root].add(id)
    this.follow()
    this.refresh()
  }

  section(id: string): ReadonlySignal<Section | null> {
    return this.found.sections.signal(id)
  }

  item(id: string): ReadonlySignal<Item | null> {
    return this.found.items.signal(id)
  }

  itemsOf(section: string): ReadonlySignal<Ids> {
    return this.list(section)
  }

  text(kind: 'sections' | 'items', id: string, field: 'name' | 'desc' | 'note', locale: string): Y.Text | null {
    const map = this.doc.getMap(kind).get(id)
    const texts = isMap(map) ? map.get(field) : undefined
    const text = field !== 'note' && isMap(texts) ? texts.get(locale) : texts
    return isText(text) ? text : null
  }

  conflictsOf(container: Container, id: string): ReadonlySignal<readonly FieldConflict[]> {
    const key = `${container}/${id}`
    const known = this.ofThings.get(key)
    if (known !== undefined) return known
    let last = NO_CONFLICTS
    const made = computed(() => {
      const now = this.conflicts.value.filter((one) => one.container === container && one.id === id)
      if (!isSame(now, last)) last = now
      return last
    })
    this.ofThings.set(key, made)
    return made
  }

  dispose(): void {
    for (const stop of this.undoing.splice(0)) stop()
  }

  // -- following -----------------------------------------------------------------------------

  private follow(): void {
    for (const root of ROOTS) {
      const map = this.doc.getMap(root)
      const listener = (events: Array<Y.YEvent<Y.AbstractType<unknown>>>): void => this.note(root, events)
      map.observeDeep(listener)
      this.undoing.push(() => map.unobserveDeep(listener))
    }
    const meta = this.doc.getMap('meta')
    const onMeta = (): void => {
      this.isMetaTouched = true
    }
    meta.observeDeep(onMeta)
    this.undoing.push(() => meta.unobserveDeep(onMeta))
    const onTransaction = (): void => this.refresh()
    this.doc.on('afterTransaction', onTransaction)
    this.undoing.push(() => this.doc.off('afterTransaction', onTransaction))
  }

  private note(root: Container, events: Array<Y.YEvent<Y.AbstractType<unknown>>>): void {
    const touched = this.touched[root]
    for (const event of events) {
      const [id] = event.path
      if (typeof id === 'string') touched.add(id)
      else if (event instanceof Y.YMapEvent) for (const key of event.keysChanged) touched.add(String(key))
    }
  }

  /** Read again what the last transaction touched. */
  private refresh(): void {
    const { sections, items, modgroups } = this.touched
    if (!this.isMetaTouched && sections.size + items.size + modgroups.size === 0) return
    batch(() => {
      if (this.isMetaTouched) this.meta.value = metaOf(this.doc)
      this.refreshSectionsAndItems(sections, items)
      if (this.read('modgroups', modgroups)) this.groups.value = this.found.modgroups.live().sort(byId)
      this.isMetaTouched = false
      for (const set of [sections, items, modgroups]) set.clear()
    })
  }

  private refreshSectionsAndItems(sections: ReadonlySet<string>, items: ReadonlySet<string>): void {
    const stale = new Set<string>() // sections whose lists may differ now
    const before = new Map([...items].map((id) => [id, this.found.items.get(id)]))
    const wereLive = new Set([...sections].filter((id) => this.isLive(id)))
    if (this.read('sections', sections)) this.sortSections(sections, wereLive, stale)
    this.read('items', items)
    let isDeletedStale = false
    for (const [id, was] of before) {
      const now = this.found.items.get(id)
      if (was?.isDeleted !== now?.isDeleted) isDeletedStale = true
      if (isSame(placeOf(was), placeOf(now))) continue
      for (const one of [was, now]) if (one !== undefined) stale.add(this.isLive(one.place[0]) ? one.place[0] : '')
    }
    for (const section of stale) this.sortItems(section)
    if (isDeletedStale || deletedAgain(before, this.found.items)) {
      set(this.deletedItems, this.found.items.deletedIds())
    }
  }

  private sortSections(touched: ReadonlySet<string>, wereLive: ReadonlySet<string>, stale: Set<string>): void {
    set(
      this.sections,
      this.found.sections
        .live()
        .sort(inOrder)
        .map(({ id }) => id),
    )
    set(this.deletedSections, this.found.sections.deletedIds())
    for (const id of touched) {
      if (this.isLive(id) !== wereLive.has(id)) stale.add(id).add('') // its items come from or go to the tray
    }
  }

  private sortItems(section: string): void {
    const isHere = (item: Item): boolean => (section === '' ? !this.isLive(item.place[0]) : item.place[0] === section)
    const items = section === '' || this.isLive(section) ? this.found.items.live().filter(isHere) : []
    set(
      this.list(section),
      items.sort(inPlace).map(({ id }) => id),
    )
  }

  private isLive(section: string): boolean {
    return this.found.sections.get(section)?.isDeleted === false
  }

  private list(section: string): Signal<Ids> {
    const known = this.lists.get(section)
    if (known !== undefined) return known
    const made = signal<Ids>(NO_IDS)
    this.lists.set(section, made)
    return made
  }

  private read(root: Container, ids: ReadonlySet<string>): boolean {
    for (const id of ids) {
      const part = this.found[root].read(this.doc, id)
      const asked = part === null ? NO_CONFLICTS : partConflicts(root, part)
      const key = `${root}/${id}`
      if (isSame(asked, this.open.get(key) ?? NO_CONFLICTS)) continue
      if (asked.length > 0) this.open.set(key, asked)
      else this.open.delete(key)
      this.own.value++
    }
    return ids.size > 0
  }

  private allConflicts(): readonly FieldConflict[] {
    void this.own.value
    const { nameOf, bases, carried } = this.options
    const known = bases?.value
    const own = [...this.open.values()].flat().map((one): FieldConflict => {
      const base = known?.get(`${one.container}/${one.id}/${one.field}`)
      return base === undefined ? one : { ...one, base }
    })
    return [...own, ...(carried?.value ?? [])]
      .map((one) => (nameOf === undefined ? one : { ...one, candidates: one.candidates.map(namedBy(nameOf)) }))
      .sort((a, b) => byCodePoint(a.key, b.key))
  }
}

/** A candidate with the name to show; nobody knows who wrote a text that two people edited. */
function namedBy(nameOf: (userId: string, replica: string) => string) {
  return (one: ConflictCandidate): ConflictCandidate =>
    one.userId === '' && one.replica === '' ? one : { ...one, name: nameOf(one.userId, one.replica) }
}

function set(list: Signal<Ids>, ids: Ids): void {
  if (!isSame(list.peek(), ids)) list.value = ids
}

function placeOf(item: Item | undefined): readonly string[] | null {
  return item === undefined || item.isDeleted ? null : item.place
}

/** Whether something that was and is deleted was deleted anew: the order of the list is by time. */
function deletedAgain(before: ReadonlyMap<string, Item | undefined>, now: Things<Item>): boolean {
  for (const [id, was] of before) {
    const is = now.get(id)
    if (was?.isDeleted && is?.isDeleted && deletedMs(was) !== deletedMs(is)) return true
  }
  return false
}
