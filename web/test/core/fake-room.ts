// A menu's room as the server has it, and pages that are connected to it: for tests of the provider.
// Frames arrive at once; marks are answered when the test says that the commit is done, or at once.

import { type ReadonlySignal, type Signal, signal } from '@preact/signals'
import * as Y from 'yjs'
import type { Channel, Notice, RoomListener, RoomSubscription } from '../../src/core/channel'
import { type Database, openDatabase } from '../../src/core/db'
import type { Link } from '../../src/core/link'
import { decodeSync, encodeSync, type SyncKind } from '../../src/core/sync-frames'
import type { UnsyncedSource } from '../../src/core/sync-state'
import type { Tabs } from '../../src/core/tabs'

export class FakeRoom {
  doc = new Y.Doc()
  epoch = 'e1'
  schema = 1
  access: 'read' | 'write' = 'write'
  savesAtOnce = true
  /** Every message that a page sent, by kind. */
  readonly heard: string[] = []
  readonly marks: number[] = []
  readonly pages = new Set<FakePage>()
  private held: Array<() => void> = []

  constructor(content: Uint8Array) {
    this.doc.clientID = 99
    Y.applyUpdate(this.doc, content)
  }

  /** The history is replaced: the same menu, in another document. */
  replace(epoch: string, content: Uint8Array): void {
    this.doc = new Y.Doc()
    this.doc.clientID = 98
    Y.applyUpdate(this.doc, content)
    this.epoch = epoch
  }

  /** Somebody else edits. */
  edit(work: (doc: Y.Doc) => void): void {
    const before = Y.encodeStateVector(this.doc)
    this.doc.transact(() => work(this.doc))
    this.show(Y.encodeStateAsUpdate(this.doc, before), null)
  }

  /** What was held back is on disk now. */
  commit(): void {
    for (const answer of this.held.splice(0)) answer()
  }

  take(page: FakePage, data: Uint8Array): void {
    const message = decodeSync(data)
    if (message === null) return
    this.heard.push(message.kind)
    if (message.kind === 'step1') page.say('step2', Y.encodeStateAsUpdate(this.doc, message.bytes))
    if (message.kind === 'awareness') this.showAll(page, 'awareness', message.bytes)
    if ((message.kind === 'step2' || message.kind === 'update') && this.access === 'write') {
      Y.applyUpdate(this.doc, message.bytes)
      this.show(message.bytes, page)
    }
  }

  mark(page: FakePage, n: number): void {
    this.marks.push(n)
    const answer = (): void => page.listener?.saved?.(n)
    if (this.access === 'read') return
    if (this.savesAtOnce) answer()
    else this.held.push(answer)
  }

  forgetHeld(): void {
    this.held = []
  }

  private show(update: Uint8Array, author: FakePage | null): void {
    this.showAll(author, 'update', update)
  }

  private showAll(author: FakePage | null, kind: SyncKind, bytes: Uint8Array): void {
    for (const page of this.pages) if (page !== author) page.say(kind, bytes)
  }
}

/** One page: what a provider needs of a link. */
export class FakePage {
  readonly socketState: Signal<'connecting' | 'open' | 'waiting' | 'refused'> = signal('connecting')
  listener: RoomListener | null = null
  askedEpoch: number | string | null = null
  isSubscribed = false
  hasLeft = false
  servesState = true
  readonly sources: UnsyncedSource[] = []
  readonly link: Link

  constructor(
    private room: FakeRoom,
    readonly db: Database,
    tabs: Tabs = new FakeTabs([]),
    user = 'ana',
  ) {
    const channel: Channel = {
      subscribe: (_, listener, cursor) => this.subscribe(listener, cursor?.epoch ?? null),
      command: () => Promise.reject(new Error('no commands here')),
      onNotice: () => () => {},
    }
    const session = { me: signal({ user, name: user.toUpperCase(), isDeveloper: false }), api: () => this.state() }
    const addSource = (source: UnsyncedSource): (() => void) => {
      this.sources.push(source)
      return () => {}
    }
    const sync = { addSource }
    this.link = { channel, db, tabs, session, sync, socket: { state: this.socketState } } as unknown as Link
  }

  /** The socket opens, and the room with it. */
  connect(): void {
    const { room, listener } = this
    this.socketState.value = 'open'
    if (listener === null || this.hasLeft) return
    this.isSubscribed = true
    const { epoch, schema, access } = room
    const isOther = this.askedEpoch !== null && this.askedEpoch !== epoch
    if (!isOther) room.pages.add(this)
    this.askedEpoch = epoch
    listener.subscribed?.({ room: 'menu:m', epoch, top: 0, recovered: false, schema, access })
    if (isOther) this.notice('epoch_changed')
    else if (access === 'write') this.say('step1', Y.encodeStateVector(room.doc))
  }

  cut(): void {
    this.room.pages.delete(this)
    this.socketState.value = 'waiting'
    if (this.isSubscribed) this.listener?.disconnected?.()
    this.isSubscribed = false
  }

  /** The place ends with this. */
  notice(code: string): void {
    const notice: Notice = { code, reason: code, details: {} }
    this.isSubscribed = false
    this.room.pages.delete(this)
    this.listener?.refused?.(notice)
  }

  say(kind: SyncKind, bytes: Uint8Array): void {
    if (this.isSubscribed) this.listener?.sync?.(encodeSync({ kind, bytes }))
  }

  private subscribe(listener: RoomListener, epoch: number | string | null): RoomSubscription {
    this.listener = listener
    this.askedEpoch = epoch
    const page = this
    return {
      cursor: null,
      get isSubscribed() {
        return page.isSubscribed
      },
      seen: () => {},
      sendSync: (data) => page.isSubscribed && page.room.take(page, data),
      mark: (n) => page.isSubscribed && page.room.mark(page, n),
      say: () => {},
      restart: () => {},
      leave: () => {
        page.room.pages.delete(page)
        page.isSubscribed = false
        page.hasLeft = true
      },
    }
  }

  private async state(): Promise<Response> {
    if (!this.servesState) throw new Error('unreachable')
    return new Response(new Uint8Array(Y.encodeStateAsUpdate(this.room.doc)))
  }
}

type TabListener = (content: never, from: string) => void

/** Tabs of one browser share the list. */
export class FakeTabs implements Tabs {
  readonly id = Math.random().toString(36)
  private readonly listeners = new Map<string, Set<TabListener>>()

  constructor(private readonly all: FakeTabs[]) {
    all.push(this)
  }

  post(type: string, content: unknown): void {
    for (const tab of this.all)
      if (tab !== this) for (const listener of tab.listeners.get(type) ?? []) listener(content as never, this.id)
  }

  on(type: string, listener: TabListener): () => void {
    const listeners = this.listeners.get(type) ?? new Set()
    this.listeners.set(type, listeners.add(listener))
    return () => listeners.delete(listener)
  }

  lead(): () => void {
    return () => {}
  }

  close(): void {
    this.all.splice(this.all.indexOf(this), 1)
  }
}

let databases = 0

/** A database of its own. */
export function freshDatabase(): Promise<Database> {
  databases++
  return openDatabase('server', `user-${databases}`)
}

/** A database whose writes fail while `isBroken`. */
export function breakable(db: Database): { readonly db: Database; isBroken: boolean } {
  const unsafe = signal(false)
  const broken = {
    isBroken: false,
    db: {
      ...db,
      name: db.name,
      unsafe: unsafe as ReadonlySignal<boolean>,
      evicted: db.evicted,
      storage: db.storage,
      read: db.read.bind(db),
      get: db.get.bind(db),
      put: db.put.bind(db),
      delete: db.delete.bind(db),
      protect: () => {},
      close: () => db.close(),
      write: async (...args: Parameters<Database['write']>) => {
        unsafe.value = broken.isBroken
        if (broken.isBroken) throw new DOMException('full', 'QuotaExceededError')
        return db.write(...args)
      },
    } as Database,
  }
  return broken
}
