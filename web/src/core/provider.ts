// One menu live: its Yjs document, kept on the device and in step with the server over the rooms socket.
// The device comes first: what is stored shows at once, the network later. Updates of a short tick leave
// as one frame followed by a mark; `saved` answers it after the commit. What is not acknowledged is
// counted in edits, stored, and counted again after a reload. On every (re)connect both sides exchange
// state vectors, and a mark behind our answer covers everything. A history with another epoch is never
// merged: see DocumentState 'replaced'.

import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness'
import * as Y from 'yjs'
import type { Plain } from '../menu/registers'
import type { Notice, RoomListener, RoomSubscription, Subd } from './channel'
import type { FieldConflict } from './conflicts'
import { DirtyFields } from './dirty-fields'
import { type DirtyField, DocStore, type LoadedDocument } from './docstore'
import { EditLog } from './edit-log'
import { tryCheck } from './guard'
import { LateEdits } from './late-edits'
import type { Link } from './link'
import type { DocumentNotice, DocumentState, ExportedChanges, LiveDocument } from './live-document'
import { textsOf } from './merged-texts'
import { Names } from './names'
import { onLeave } from './network'
import { accessGuard, writerListGuard } from './protocol'
import { Questions } from './questions'
import { decodeSync, encodeSync, type SyncKind } from './sync-frames'

export type { DocumentNotice, DocumentState, ExportedChanges, LiveDocument } from './live-document'

/** Open a menu; resolves as soon as what is on the device is there. Never rejects. */
export async function openDocument(link: Link, menuId: string): Promise<LiveDocument> {
  const store = new DocStore(link.db, menuId)
  const loaded = await store.load().catch(() => null) // `db.unsafe` says it
  const access = await store.access().catch(() => null)
  return new Provider(link, menuId, store, loaded, access)
}

const SCHEMA = 1
const TICK_MS = 25 // edits of one tick leave together
const OVERDUE_CHECK_MS = 5000
const STATE_PATIENCE_MS = 10_000
const AWAY_MS = 15_000 // a shorter cut is no time apart: people saw what they wrote
// Origins of transactions that are no edits of this page.
const FROM_STORE = Symbol('store')
const FROM_SERVER = Symbol('server')
const FROM_LATE = Symbol('late') // counts as an edit: it may not be stored yet
const GONE = new Set(['not_found', 'room_not_found', 'document_not_found', 'deleted'])
const FINAL = new Set(['structure', 'too_large', 'document_full', 'deleted']) // it would be refused again and again

class Provider implements LiveDocument {
  readonly doc = new Y.Doc()
  readonly awareness = new Awareness(this.doc)
  readonly access = signal<'read' | 'write' | null>(null)
  readonly state: Signal<DocumentState>
  readonly refusal = signal<string | null>(null)
  readonly unsynced: ReadonlySignal<number>
  readonly bases: ReadonlySignal<ReadonlyMap<string, Plain>>
  readonly carried: ReadonlySignal<readonly FieldConflict[]>

  private readonly names: Names
  private readonly questions: Questions
  private readonly dirty: DirtyFields
  private readonly log: EditLog
  private readonly late: LateEdits
  private readonly subscription: RoomSubscription
  private readonly listeners = new Set<(notice: DocumentNotice) => void>()
  private readonly stops: Array<() => void> = []
  private hasContent: boolean
  private epoch: number | string | null // of what is in memory
  private schema = SCHEMA
  private awaySinceMs: number | null // null: in step, or nothing was here to be apart from
  private isExchanged = false // the server has our answer to its SyncStep1: single updates may follow
  private timer: ReturnType<typeof setTimeout> | null = null
  private isClosed = false

  constructor(
    private readonly link: Link,
    readonly menuId: string,
    private readonly store: DocStore,
    loaded: LoadedDocument | null,
    access: 'read' | 'write' | null,
  ) {
    this.applyStored(loaded?.updates ?? [])
    this.epoch = loaded?.epoch ?? null
    this.hasContent = this.epoch !== null
    if (this.hasContent) this.access.value = access // until the server says it anew
    this.awaySinceMs = this.hasContent ? 0 : null
    this.state = signal(this.hasContent ? 'local' : 'loading')
    this.names = new Names(this.awareness, link.session.me, async () => {
      const path = `/api/v1/menus/${encodeURIComponent(menuId)}/writers`
      return (await link.session.api('GET', path, { guard: writerListGuard })).writers
    })
    this.questions = new Questions(this.doc, store, link.session.me)
    this.carried = this.questions.carried
    this.dirty = new DirtyFields(this.doc, loaded?.dirty ?? [])
    this.log = new EditLog({
      doc: this.doc,
      menuId,
      store,
      dirty: this.dirty,
      tabs: link.tabs,
      unacknowledged: loaded?.unacknowledged ?? [],
      replaced: (late) => void this.replaced(late),
      apply: (updates) => this.applyStored(updates),
    })
    this.unsynced = this.log.unsynced
    this.bases = this.log.bases
    this.late = new LateEdits(link.db.name, menuId)
    this.follow()
    for (const bytes of this.late.take(this.epoch)) Y.applyUpdate(this.doc, bytes, FROM_LATE)
    const cursor = this.epoch === null ? undefined : { epoch: this.epoch, offset: 0 }
    this.subscription = link.channel.subscribe(`menu:${menuId}`, this.listener(), cursor)
    this.questions.ask(loaded?.asked ?? [])
  }

  notices(listener: (notice: DocumentNotice) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  readonly nameOf = (userId: string, replica: string): string => this.names.of(userId, replica)

  readonly settle = (key: string): void => this.questions.settle(key)

  exportChanges(): ExportedChanges {
    const state = Y.encodeStateAsUpdate(this.doc)
    return { menu: this.menuId, epoch: this.epoch, state: base64(state), edits: this.dirty.all() }
  }

  async flush(): Promise<void> {
    this.send()
    await this.log.flush()
  }

  async close(): Promise<void> {
    if (this.isClosed) return
    this.awareness.setLocalState(null)
    await this.flush()
    this.isClosed = true
    for (const stop of this.stops.splice(0)) stop()
    if (this.timer !== null) clearTimeout(this.timer)
    this.subscription.leave()
    this.awareness.destroy()
    this.doc.destroy()
  }

  // -- following -----------------------------------------------------------------------------

  private follow(): void {
    const { link, doc, awareness } = this
    const onUpdate = (bytes: Uint8Array, origin: unknown): void => this.updated(bytes, origin)
    const onAwareness = (changes: { added: number[]; updated: number[]; removed: number[] }, origin: unknown): void => {
      const own = doc.clientID
      const isOwn = changes.added.includes(own) || changes.updated.includes(own)
      // Others were told that we left: then we say that we are here.
      if (changes.removed.includes(own) || (isOwn && origin !== FROM_SERVER)) this.sendAwareness()
    }
    doc.on('update', onUpdate)
    awareness.on('update', onAwareness)
    const overdue = setInterval(() => this.sendOverdue(), OVERDUE_CHECK_MS)
    this.stops.push(
      () => doc.off('update', onUpdate),
      () => awareness.off('update', onAwareness),
      () => clearInterval(overdue),
      () => this.names.stop(),
      () => this.dirty.stop(),
      () => this.log.stop(),
      onLeave(() => this.leave()),
      link.sync.addSource({
        label: this.menuId,
        unsynced: this.unsynced,
        attention: computed(() => this.attention()),
        flush: () => this.flush(),
      }),
      effect(() => {
        const { value } = link.socket.state
        if (value === 'waiting' || value === 'refused') this.cut()
      }),
      effect(() => {
        const { value } = this.access
        if (value !== null) this.store.noteAccess(value).catch(() => {}) // `db.unsafe` says it
      }),
    )
  }

  private listener(): RoomListener {
    return {
      subscribed: (info) => this.subscribed(info),
      sync: (data) => this.receive(data),
      saved: (n) => this.log.acknowledge(n),
      refused: (notice) => this.refused(notice),
      notice: (notice) => this.noticed(notice),
      disconnected: () => this.cut(),
    }
  }

  /** Edits kept here that the server does not take, and questions. */
  private attention(): number {
    const isStuck = this.state.value === 'refused' || this.state.value === 'deleted' || this.access.value === 'read'
    return (isStuck && this.unsynced.value > 0 ? 1 : 0) + this.carried.value.length
  }

  private get mayWrite(): boolean {
    return this.access.peek() === 'write' && this.state.peek() !== 'newer' && this.state.peek() !== 'replaced'
  }

  // -- what happens here ---------------------------------------------------------------------

  private updated(bytes: Uint8Array, origin: unknown): void {
    if (origin === FROM_STORE) return
    if (origin === FROM_SERVER) {
      this.log.heard(bytes)
      return
    }
    this.log.edited(bytes)
    this.link.db.protect()
    this.timer ??= setTimeout(() => this.send(), TICK_MS)
  }

  /** Let what was edited since the last tick leave; it is stored meanwhile. */
  private send(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    const batch = this.log.take()
    if (batch !== null && this.isExchanged && this.mayWrite) this.sendEdits(batch)
  }

  /** The page may be about to end: nothing that takes time is sure to happen. */
  private leave(): void {
    this.send()
    this.late.keep(this.epoch, this.log.unstored())
  }

  private sendOverdue(): void {
    if (!this.isExchanged || !this.mayWrite) return
    const batch = this.log.overdue()
    if (batch !== null) this.sendEdits(batch)
  }

  private sendEdits({ n, bytes }: { n: number; bytes: Uint8Array }): void {
    this.say('update', bytes)
    this.subscription.mark(n)
  }

  private applyStored(updates: readonly Uint8Array[]): void {
    if (updates.length === 0) return
    Y.transact(
      this.doc,
      () => {
        for (const update of updates) Y.applyUpdate(this.doc, update)
      },
      FROM_STORE,
      false,
    )
  }

  // -- what the server says ------------------------------------------------------------------

  private subscribed(info: Subd): void {
    if (this.isClosed || this.state.peek() === 'replaced') return
    if (this.epoch !== null && info.epoch !== this.epoch) return void this.replaced([])
    this.epoch = info.epoch
    this.schema = info.schema ?? SCHEMA
    this.isExchanged = false
    this.refusal.value = null
    this.access.value = info.access ?? 'read'
    if (this.schema > SCHEMA) this.state.value = 'newer'
    this.log.connected()
    this.sendAwareness()
    if (this.hasContent) this.sendStep1()
    else void this.fetchState().then(() => this.sendStep1())
  }

  private sendStep1(): void {
    if (!this.isClosed) this.say('step1', Y.encodeStateVector(this.doc))
  }

  /** The first state comes over HTTP, which compresses it; if it does not, over the socket. */
  private async fetchState(): Promise<void> {
    const patience = new AbortController()
    const timer = setTimeout(() => patience.abort(), STATE_PATIENCE_MS)
    try {
      const path = `/api/v1/documents/${encodeURIComponent(this.menuId)}/state`
      const answer = await this.link.session.api('GET', path, { raw: true, signal: patience.signal })
      const state = new Uint8Array(await answer.arrayBuffer())
      // Without the connection that named the epoch nobody knows which history this is.
      if (!answer.ok || !this.subscription.isSubscribed || this.isClosed) return
      Y.applyUpdate(this.doc, state, FROM_SERVER)
      await this.arrived()
    } catch {
      // The socket brings it.
    } finally {
      clearTimeout(timer)
    }
  }

  private receive(data: Uint8Array): void {
    const message = this.isClosed || this.state.peek() === 'replaced' ? null : decodeSync(data)
    if (message === null) return
    const { kind, bytes } = message
    try {
      if (kind === 'awareness') applyAwarenessUpdate(this.awareness, bytes, FROM_SERVER)
      else if (kind === 'step1') this.answer(bytes)
      else if (kind === 'update') Y.applyUpdate(this.doc, bytes, FROM_SERVER)
      else this.complete(bytes)
    } catch {
      // It cannot be read; what it would have brought comes with the next exchange.
    }
  }

  /** The server lacks what its state vector does not have; all that is unacknowledged is in the answer. */
  private answer(stateVector: Uint8Array): void {
    if (!this.mayWrite) return
    this.isExchanged = false
    this.send()
    this.say('step2', Y.encodeStateAsUpdate(this.doc, stateVector))
    this.isExchanged = true
    const n = this.log.coverAll()
    if (n !== null) this.subscription.mark(n)
  }

  /** What we lacked: from here on everything is here. */
  private complete(update: Uint8Array): void {
    const wasAway = this.awaySinceMs !== null && Date.now() - this.awaySinceMs > AWAY_MS
    this.awaySinceMs = null
    const mine = textsOf(this.doc, wasAway ? this.dirty.paths : [])
    Y.applyUpdate(this.doc, update, FROM_SERVER)
    this.questions.noteMerged(mine, this.bases.peek())
    if (this.state.peek() !== 'newer') this.state.value = 'live'
    this.arrived()
      .then((isOurs) => (isOurs && this.mayWrite ? this.questions.carry(() => this.flush()) : undefined))
      .catch(() => {}) // `db.unsafe` says it; the document works from memory
  }

  /** A whole state is here: keep it. Resolves with false when the device holds another history. */
  private async arrived(): Promise<boolean> {
    this.hasContent = true
    if (this.store.epoch !== null || this.epoch === null) return true
    const isOurs = await this.log.begin(this.epoch, this.schema)
    if (!isOurs) await this.replaced([])
    return isOurs
  }

  private refused(notice: Notice): void {
    this.isExchanged = false
    if (this.state.peek() === 'replaced') return
    if (notice.code === 'epoch_changed') return void this.replaced([])
    this.refusal.value = notice.code
    this.state.value = GONE.has(notice.code) ? 'deleted' : 'refused'
    this.dropOthers()
    this.tell(notice)
    if (FINAL.has(notice.code)) this.subscription.leave()
  }

  private noticed(notice: Notice): void {
    const access = notice.code === 'access_changed' ? tryCheck(accessGuard, notice.details.access) : null
    if (access !== null) this.access.value = access // once it is "write" again the server asks for what waits here
    this.tell(notice)
  }

  private tell({ code, reason, field, kept }: Notice): void {
    for (const listener of [...this.listeners]) listener({ code, reason, field, kept })
  }

  private cut(): void {
    this.isExchanged = false
    this.dropOthers()
    const { value } = this.state
    if (value === 'live') this.awaySinceMs = Date.now()
    if (value === 'live' || value === 'local' || value === 'loading') this.state.value = 'offline'
  }

  /** Another history: keep what was edited here apart, and stop. late: edits that were not stored. */
  private async replaced(late: readonly DirtyField[]): Promise<void> {
    if (this.state.peek() !== 'replaced') {
      this.send()
      this.state.value = 'replaced'
      this.isExchanged = false
      this.subscription.leave()
      this.dropOthers()
    }
    await this.log.retire(late)
  }

  // -- the line ------------------------------------------------------------------------------

  private say(kind: SyncKind, bytes: Uint8Array): void {
    this.subscription.sendSync(encodeSync({ kind, bytes }))
  }

  private sendAwareness(): void {
    if (!this.isClosed) this.say('awareness', encodeAwarenessUpdate(this.awareness, [this.doc.clientID]))
  }

  private dropOthers(): void {
    const others = [...this.awareness.getStates().keys()].filter((id) => id !== this.doc.clientID)
    removeAwarenessStates(this.awareness, others, FROM_SERVER)
  }
}

function base64(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}
