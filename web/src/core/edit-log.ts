// What was edited here and is not on the server's disk: counted in edits, stored on the device, and
// handed out in batches. A batch is acknowledged by the mark that left behind it. Edits of other tabs of
// this person are counted too; when such a tab does not get them acknowledged, this one sends them.

import { type Signal, signal } from '@preact/signals'
import * as Y from 'yjs'
import type { Plain } from '../menu/registers'
import type { DirtyFields } from './dirty-fields'
import type { DirtyField, DocStore, Epoch, LocalRow, Batch as StoredBatch } from './docstore'
import type { Tabs } from './tabs'

const KEEP_NET_MS = 1000 // edits of others are stored together
const STORE_AGAIN_MS = 3000
const TAB_PATIENCE_MS = 10_000
const NOT_SENT = Number.MAX_SAFE_INTEGER

declare module './tabs' {
  interface TabMessages {
    /** A tab edited a document, and stored it under this key; null: it could not. */
    edited: {
      readonly doc: string
      readonly epoch: number | string
      readonly key: number | null
      readonly edits: number
      readonly bytes: Uint8Array
    }
    /** The server has these rows on disk. */
    acknowledged: { readonly doc: string; readonly keys: readonly number[] }
  }
}

export interface EditLogOptions {
  readonly doc: Y.Doc
  readonly menuId: string
  readonly store: DocStore
  readonly dirty: DirtyFields
  readonly tabs: Tabs
  readonly unacknowledged: readonly LocalRow[] // of earlier pages
  /** Another tab stored another history: `retire` what was not stored. */
  readonly replaced: (late: readonly DirtyField[]) => void
  /** Applies updates that came from the store or from another tab. */
  readonly apply: (updates: readonly Uint8Array[]) => void
}

/** Updates that leave, and are acknowledged, together. */
interface Batch {
  readonly n: number // of the mark that covers it
  readonly edits: number
  readonly bytes: Uint8Array
  readonly stored: Promise<number | null> // the key of its row
  key: number | null // once it is known
}

/** A write on its way; stored: with the key, or null when nothing has to be acknowledged. */
interface Keeping {
  readonly batch: StoredBatch
  readonly stored: (key: number | null) => void
}

interface Row {
  readonly edits: number
  readonly n: number
}

interface TabEdits {
  readonly bytes: Uint8Array
  readonly edits: number
  readonly atMs: number
}

export class EditLog {
  readonly unsynced = signal(0)
  /** What fields were before edits that are not acknowledged, or were made without a connection. */
  readonly bases: Signal<ReadonlyMap<string, Plain>>
  private pending: Uint8Array[] = []
  private net: Uint8Array[] = []
  private batches: Batch[] = []
  private readonly rows: Map<number, Row> // of earlier pages and of other tabs
  private readonly tabEdits = new Map<number, TabEdits>()
  private readonly deferred: Keeping[] = [] // could not be stored
  private readonly timers = new Map<'net' | 'again', ReturnType<typeof setTimeout>>()
  private readonly stops: Array<() => void>
  private writing: Promise<unknown> = Promise.resolve()
  private lastMark = 0
  private connectedSeq = 0

  constructor(private readonly options: EditLogOptions) {
    const { tabs, menuId, dirty, unacknowledged } = options
    this.rows = new Map(unacknowledged.map(({ key, edits }) => [key, { edits, n: NOT_SENT }]))
    this.bases = signal(dirty.bases)
    this.stops = [
      tabs.on('edited', (said) => said.doc === menuId && this.heardFromTab(said)),
      tabs.on('acknowledged', (said) => said.doc === menuId && this.forget(said.keys)),
    ]
    this.count()
  }

  /** Something was edited here: one transaction. */
  edited(bytes: Uint8Array): void {
    this.pending.push(bytes)
    this.count()
  }

  /** Something came from the server; it is stored soon. */
  heard(bytes: Uint8Array): void {
    this.net.push(bytes)
    this.later('net', KEEP_NET_MS, () => this.keep(null))
  }

  /** All that was edited since the last time, and the mark to send behind it; it is being stored. */
  take(): { readonly n: number; readonly bytes: Uint8Array } | null {
    const pending = this.pending.splice(0)
    if (pending.length === 0) return null
    const bytes = Y.mergeUpdates(pending)
    const n = ++this.lastMark
    const edits = pending.length
    const batch: Batch = { n, edits, bytes, stored: this.keep({ bytes, edits, n }), key: null }
    void batch.stored.then((key) => {
      batch.key = key
    })
    this.batches.push(batch)
    this.count()
    return { n, bytes }
  }

  /** What neither the device nor the server is known to have. */
  unstored(): readonly Uint8Array[] {
    return [...this.batches.filter(({ key }) => key === null).map(({ bytes }) => bytes), ...this.pending]
  }

  /** A connection begins: what was edited before it keeps its base. */
  connected(): void {
    this.connectedSeq = nextLocalSeq()
  }

  /** The whole state is about to be sent; the mark to send behind it, null when nothing waits for it. */
  coverAll(): number | null {
    if (this.unsynced.peek() === 0) return null
    const n = ++this.lastMark
    for (const [key, { edits }] of this.tabEdits) this.rows.set(key, { edits, n })
    this.tabEdits.clear()
    for (const [key, { edits }] of this.rows) this.rows.set(key, { edits, n })
    return n
  }

  /** What other tabs should have had acknowledged by now: to be sent from here. */
  overdue(): { readonly n: number; readonly bytes: Uint8Array } | null {
    const late = [...this.tabEdits].filter(([, { atMs }]) => atMs < Date.now() - TAB_PATIENCE_MS)
    if (late.length === 0) return null
    const n = ++this.lastMark
    for (const [key, { edits }] of late) {
      this.tabEdits.delete(key)
      this.rows.set(key, { edits, n })
    }
    return { n, bytes: Y.mergeUpdates(late.map(([, { bytes }]) => bytes)) }
  }

  /** The server has everything up to this mark on disk. */
  acknowledge(n: number): void {
    const done = this.batches.filter((batch) => batch.n <= n)
    this.batches = this.batches.filter((batch) => batch.n > n)
    const keys = [...this.rows].filter(([, row]) => row.n <= n).map(([key]) => key)
    for (const key of keys) this.rows.delete(key)
    const clean = this.options.dirty.acknowledge(n)
    this.dropBases(clean)
    this.count()
    this.storeAcknowledged(keys, done, clean)
  }

  /** The first state of this history. Resolves with false when another history is stored already. */
  async begin(epoch: Epoch, schema: number): Promise<boolean> {
    const { doc, store } = this.options
    this.net = [] // the whole state is stored
    const begun = this.writing.then(() =>
      store.begin(epoch, schema, Y.encodeStateAsUpdate(doc), Y.encodeStateVector(doc)),
    )
    this.writing = begun.catch(() => {})
    return (await begun).kind === 'stored'
  }

  /** The history is replaced: what was edited in it is kept for the next one. */
  async retire(late: readonly DirtyField[]): Promise<void> {
    const { dirty, store } = this.options
    const deferred = this.deferred.splice(0)
    for (const { stored } of deferred) stored(null)
    const fields = [...deferred.flatMap(({ batch }) => batch.dirty), ...late]
    fields.push(...dirty.take(++this.lastMark, nextLocalSeq()))
    this.pending = []
    this.writing = this.writing.then(() => store.retire(fields)).catch(() => {})
    await this.writing
  }

  /** Resolves when all that was taken is stored, or cannot be. */
  async flush(): Promise<void> {
    await this.writing
  }

  stop(): void {
    for (const stop of this.stops) stop()
    for (const timer of this.timers.values()) clearTimeout(timer)
  }

  // -- storing -------------------------------------------------------------------------------

  /** Store what came from the server and, in one transaction with its fields, what was edited. */
  private keep(edited: { bytes: Uint8Array; edits: number; n: number } | null): Promise<number | null> {
    const localSeq = nextLocalSeq()
    const { dirty } = this.options
    const fields = edited === null ? [] : dirty.take(edited.n, localSeq)
    if (fields.length > 0)
      this.bases.value = new Map([...this.bases.peek(), ...fields.map(({ path, base }) => [path, base] as const)])
    const net = this.net.splice(0)
    const local = edited === null ? null : { bytes: edited.bytes, edits: edited.edits, localSeq }
    const batch: StoredBatch = { net: net.length === 0 ? null : Y.mergeUpdates(net), local, dirty: fields }
    return new Promise((stored) => {
      this.writing = this.writing.then(() => this.append({ batch, stored }))
    })
  }

  private async append({ batch, stored }: Keeping): Promise<void> {
    try {
      stored(await this.store(batch))
    } catch {
      // No space, or no IndexedDB; `db.unsafe` says so. It stays in memory and is tried again.
      this.tellTabs(batch, null)
      this.deferred.push({ batch, stored })
      this.later('again', STORE_AGAIN_MS, () => this.storeDeferred())
    }
  }

  /** The key of what was edited; null when it has none. */
  private async store(batch: StoredBatch): Promise<number | null> {
    const { store, replaced } = this.options
    if (store.isRetired) {
      await store.retire(batch.dirty)
      return null
    }
    if (store.epoch === null) return null // nothing is here yet; `begin` stores the whole state
    const appended = await store.append(batch)
    if (appended.kind === 'replaced') {
      replaced(batch.dirty)
      return null
    }
    this.tellTabs(batch, appended.key)
    if (store.isCompactionDue) await this.compact().catch(() => {}) // it stays due
    return appended.key
  }

  private storeDeferred(): void {
    for (const one of this.deferred.splice(0)) this.writing = this.writing.then(() => this.append(one))
  }

  private async compact(): Promise<void> {
    const { doc, store, apply } = this.options
    await store.compact((updates) => {
      apply(updates) // other tabs may have stored some of them
      return { state: Y.encodeStateAsUpdate(doc), stateVector: Y.encodeStateVector(doc) }
    })
  }

  private storeAcknowledged(rows: readonly number[], done: readonly Batch[], clean: readonly DirtyField[]): void {
    const stored = done.flatMap(({ key }) => (key === null ? [] : [key]))
    this.writeAcknowledged([...rows, ...stored], clean)
    for (const batch of done) {
      if (batch.key !== null) continue
      void batch.stored.then((key) => this.writeAcknowledged(key === null ? [] : [key], clean))
    }
  }

  private writeAcknowledged(keys: readonly number[], clean: readonly DirtyField[]): void {
    const { store, tabs, menuId } = this.options
    if (keys.length === 0) return
    tabs.post('acknowledged', { doc: menuId, keys })
    // If it fails they are sent and counted again after a reload, which does no harm.
    this.writing = this.writing.then(() => store.acknowledge(keys, clean)).catch(() => {})
  }

  // -- counting ------------------------------------------------------------------------------

  private count(): void {
    let edits = this.pending.length
    for (const counted of [this.batches, this.rows.values(), this.tabEdits.values()]) {
      for (const one of counted) edits += one.edits
    }
    this.unsynced.value = edits
  }

  private dropBases(clean: readonly DirtyField[]): void {
    const dropped = clean.filter(({ localSeq }) => localSeq > this.connectedSeq)
    if (dropped.length === 0) return
    const bases = new Map(this.bases.peek())
    for (const { path } of dropped) bases.delete(path)
    this.bases.value = bases
  }

  private tellTabs({ local }: StoredBatch, key: number | null): void {
    const { store, tabs, menuId } = this.options
    if (local === null || store.epoch === null) return
    tabs.post('edited', { doc: menuId, epoch: store.epoch, key, edits: local.edits, bytes: local.bytes })
  }

  private heardFromTab(said: { epoch: Epoch; key: number | null; edits: number; bytes: Uint8Array }): void {
    if (said.epoch !== this.options.store.epoch) return
    this.options.apply([said.bytes])
    if (said.key !== null) this.tabEdits.set(said.key, { bytes: said.bytes, edits: said.edits, atMs: Date.now() })
    this.count()
  }

  /** Another tab had these acknowledged; some may be mine. */
  private forget(keys: readonly number[]): void {
    for (const key of keys) {
      this.tabEdits.delete(key)
      this.rows.delete(key)
    }
    const before = this.batches.length
    this.batches = this.batches.filter(({ key }) => key === null || !keys.includes(key))
    if (this.batches.length < before) {
      const { dirty, store } = this.options
      const clean = dirty.acknowledge((this.batches[0]?.n ?? this.lastMark + 1) - 1)
      this.writing = this.writing.then(() => store.acknowledge([], clean)).catch(() => {})
    }
    this.count()
  }

  private later(name: 'net' | 'again', ms: number, work: () => void): void {
    if (this.timers.has(name)) return
    const timer = setTimeout(() => {
      this.timers.delete(name)
      work()
    }, ms)
    this.timers.set(name, timer)
  }
}

let lastSeq = 0

/** Rises on this device, also from one page to the next. */
function nextLocalSeq(): number {
  lastSeq = Math.max(lastSeq + 1, Date.now() * 16)
  return lastSeq
}
