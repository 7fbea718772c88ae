// A menu with one dish and everything a row needs around it, without a server: the document, its model,
// edits and undo are the real ones; locks and streams say nothing.

import { computed, signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { Money } from '../../src/core/money'
import type { LiveDocument } from '../../src/core/provider'
import type { HeldLock, Locks } from '../../src/core/yjs/locks'
import { MenuEdits } from '../../src/core/yjs/menu-edits'
import { createMenuModel } from '../../src/core/yjs/menu-model'
import type { FocusedField, Person } from '../../src/core/yjs/presence'
import { UndoStack } from '../../src/core/yjs/undo'
import { Visitors } from '../../src/editor/people/visitors'
import { rightsOf } from '../../src/editor/rights'
import { type Editor, EditorProvider } from '../../src/editor/state'
import { writeRegister } from '../../src/menu/registers'

export interface Fixture {
  readonly editor: Editor
  readonly doc: Y.Doc
  /** Who is here: put somebody into a field. */
  readonly people: { value: readonly Person[] }
  readonly held: { value: ReadonlyMap<string, HeldLock> }
  readonly leases: string[]
}

/** A menu of one section `s` with the dish `soup` at 5.90, in German and English. */
export function openFixture(): Fixture {
  const doc = new Y.Doc()
  doc.transact(() => {
    for (const [key, value] of Object.entries({
      schema: 1,
      currency: 'EUR',
      default_locale: 'de',
      locales: ['de', 'en'],
    })) {
      doc.getMap('meta').set(key, value)
    }
    const section = new Y.Map<unknown>()
    doc.getMap('sections').set('s', section)
    section.set('name', texts('Suppen'))
    section.set('desc', texts(''))
    writeRegister(section, 'pos', 'a', 'server', 0)
    const soup = new Y.Map<unknown>()
    doc.getMap('items').set('soup', soup)
    soup.set('name', texts('Suppe'))
    soup.set('desc', texts(''))
    soup.set('note', new Y.Text())
    writeRegister(soup, 'loc', ['s', 'a'], 'server', 0)
    writeRegister(soup, 'price', 590, 'server', 0)
  })
  const me = { user: 'me' }
  const undo = new UndoStack(doc, () => me)
  const people = signal<readonly Person[]>([])
  const held = signal<ReadonlyMap<string, HeldLock>>(new Map())
  const leases: string[] = []
  const locks = {
    held,
    isStrict: signal(false),
    isKnown: signal(true),
    take: async (item: string, field: string) => {
      leases.push(`take ${item}/${field}`)
      return { kind: 'held' }
    },
    keep: (item: string, field: string) => leases.push(`keep ${item}/${field}`),
    release: async (item: string, field: string) => {
      leases.push(`release ${item}/${field}`)
    },
  }
  const model = createMenuModel(doc)
  const query = signal('')
  const editor = {
    menuId: 'm',
    model,
    undo,
    edits: new MenuEdits(doc, () => me, undo),
    locks: locks as unknown as Locks,
    live: { doc, awareness: new Awareness(doc) } as unknown as LiveDocument,
    visitors: new Visitors(people),
    everybody: people,
    rights: computed(() => rightsOf({ roles: ['manager'], isDeveloper: false }, 'write')),
    money: signal(new Money('en-GB', 'EUR')),
    languages: signal(['de']),
    query,
    words: signal([]),
    found: signal(null),
    panel: signal(null),
  } as unknown as Editor
  return { editor, doc, people, held, leases }
}

export function Around({ fixture, children }: { fixture: Fixture; children: ComponentChildren }) {
  return <EditorProvider value={fixture.editor}>{children}</EditorProvider>
}

/** Somebody else, in a field. */
export function somebody(name: string, field: FocusedField): Person {
  return {
    clientId: 7,
    user: name.toLowerCase(),
    name,
    color: '#123456',
    ink: '#ffffff',
    initials: name.slice(0, 1),
    isIdle: false,
    isMe: false,
    field,
    following: null,
  }
}

function texts(german: string): Y.Map<Y.Text> {
  return new Y.Map([
    ['de', new Y.Text(german)],
    ['en', new Y.Text()],
  ])
}
