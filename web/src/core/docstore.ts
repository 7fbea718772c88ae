// A live document on this device: its merged state, the updates since, and the fields that were edited
// and are not acknowledged. Every local update is stored before or while it is sent, in one transaction
// with its fields; what the server has acknowledged becomes an update like any other. Compaction at 200
// of these leaves the unacknowledged ones alone. A row is written only while the stored history is the
// one it belongs to: two histories in one document would show everything twice.

import { type Plain, plain } from '../menu/registers'
import type { Database, DirtyRecord, WriteTransaction } from './db'
import { tryCheck } from './guard'
import { type Access, accessGuard } from './protocol'

export type Epoch = number | string

/** A field that was edited here: what it was when this device began, and what it is since. */
export interface DirtyField {
  readonly path: string // 'items/soup/price', 'items/soup/name:de'; 'items/soup': made here
  readonly base: Plain
  readonly mine: Plain
  readonly atMs: number
  readonly localSeq: number
}

/** Local updates that the server has not acknowledged. */
export interface LocalRow {
  readonly key: number
  readonly bytes: Uint8Array
  readonly edits: number
  readonly localSeq: number
}

export interface LoadedDocument {
  readonly epoch: Epoch | null // null: nothing is stored
  readonly schema: number
  readonly updates: readonly Uint8Array[] // in the order they were stored
  readonly unacknowledged: readonly LocalRow[]
  readonly dirty: readonly DirtyField[]
  readonly asked: readonly DirtyField[] // questions of a replaced document that nobody has answered
}

export interface Batch {
  readonly net: Uint8Array | null // what came from others since the last write
  readonly local: { readonly bytes: Uint8Array; readonly edits: number; readonly localSeq: number } | null
  readonly dirty: readonly DirtyField[]
}

/** What became of a write. 'replaced': another history is stored here by now. */
export type Appended = { readonly kind: 'stored'; readonly key: number | null } | { readonly kind: 'replaced' }

export const COMPACT_AT_UPDATES = 200
const TAKEN_FOR_MS = 30_000 // another tab that carries edits over has done so by then, or has died
const ALL = ['docs', 'updates', 'dirty'] as const

export class DocStore {
  epoch: Epoch | null = null
  isRetired = false // the history was replaced: what is edited in it is only kept for the next one
  private schema = 1
  private acknowledgedSeq = 0
  private updateCount = 0

  constructor(
    private readonly db: Database,
    private readonly id: string,
  ) {}

  /** Everything that is here. Rejects when the device cannot be read; then `db.unsafe` says so. */
  async load(): Promise<LoadedDocument> {
    return this.db.read(ALL, async (transaction) => {
      const updates = transaction.objectStore('updates').index('doc')
      const dirty = transaction.objectStore('dirty').index('doc')
      const [record, rows, keys, fields, asked] = await Promise.all([
        transaction.objectStore('docs').get(this.id),
        updates.getAll(this.id),
        updates.getAllKeys(this.id),
        dirty.getAll(this.id),
        dirty.getAll(this.named('asked')),
      ])
      if (record === undefined) return { ...NOTHING, asked: asked.map(fieldOf) }
      this.epoch = record.epoch
      this.schema = record.schema
      this.acknowledgedSeq = record.ackedSeq
      const local = rows.flatMap((row, at): LocalRow[] => {
        const key = keys[at]
        if (row.origin !== 'local' || key === undefined) return []
        return [{ key, bytes: row.bytes, edits: row.edits ?? 1, localSeq: row.localSeq }]
      })
      this.updateCount = rows.length - local.length
      return {
        epoch: record.epoch,
        schema: record.schema,
        updates: [record.state, ...rows.map(({ bytes }) => bytes)],
        unacknowledged: local,
        dirty: fields.map(fieldOf),
        asked: asked.map(fieldOf),
      }
    })
  }

  /** The first state of a history. Does nothing when one is stored; 'replaced' when it is another one. */
  async begin(epoch: Epoch, schema: number, state: Uint8Array, stateVector: Uint8Array): Promise<Appended> {
    const begun = await this.db.write(['docs'], async (transaction): Promise<Appended> => {
      const docs = transaction.objectStore('docs')
      const known = await docs.get(this.id)
      if (known !== undefined) return known.epoch === epoch ? STORED : REPLACED
      await docs.put({ id: this.id, epoch, schema, state, stateVector, ackedSeq: 0, savedMs: Date.now() })
      return STORED
    })
    if (begun.kind === 'stored') [this.epoch, this.schema] = [epoch, schema]
    return begun
  }

  /** Store what happened since the last write. Rejects when it could not be kept; call it again then. */
  async append({ net, local, dirty }: Batch): Promise<Appended> {
    const { id } = this
    const appended = await this.db.write(ALL, async (transaction): Promise<Appended> => {
      if (!(await this.isCurrent(transaction))) return REPLACED
      const updates = transaction.objectStore('updates')
      if (net !== null) await updates.add({ doc: id, bytes: net, origin: 'net', localSeq: 0 })
      const key = local === null ? null : await updates.add({ doc: id, origin: 'local', ...local })
      for (const field of dirty) await transaction.objectStore('dirty').put({ doc: id, ...field })
      return { kind: 'stored', key }
    })
    if (net !== null) this.updateCount++
    return appended
  }

  /** The server has these on disk. fields: as they were when they were last stored. */
  async acknowledge(keys: readonly number[], fields: readonly DirtyField[]): Promise<void> {
    await this.db.write(ALL, async (transaction) => {
      if (!(await this.isCurrent(transaction))) return
      const updates = transaction.objectStore('updates')
      for (const key of keys) {
        const row = await updates.get(key)
        if (row?.origin !== 'local') continue
        await updates.put({ ...row, origin: 'net' }, key)
        this.updateCount++
        this.acknowledgedSeq = Math.max(this.acknowledgedSeq, row.localSeq)
      }
      const dirty = transaction.objectStore('dirty')
      for (const { path, localSeq } of fields) {
        const row = await dirty.get([this.id, path])
        if (row?.localSeq === localSeq) await dirty.delete([this.id, path]) // else another tab edited it since
      }
    })
  }

  get isCompactionDue(): boolean {
    return this.updateCount >= COMPACT_AT_UPDATES
  }

  /**
   * Make one state of the state and the acknowledged updates. encode: takes updates that other tabs may
   * have stored, and returns the whole state with its state vector.
   */
  async compact(
    encode: (updates: readonly Uint8Array[]) => { state: Uint8Array; stateVector: Uint8Array },
  ): Promise<void> {
    const { id, epoch, schema } = this
    if (epoch === null) return
    await this.db.write(['docs', 'updates'], async (transaction) => {
      if (!(await this.isCurrent(transaction))) return
      const updates = transaction.objectStore('updates')
      const index = updates.index('doc')
      const [rows, keys] = await Promise.all([index.getAll(id), index.getAllKeys(id)])
      const { state, stateVector } = encode(rows.map(({ bytes }) => bytes))
      for (const [at, key] of keys.entries()) if (rows[at]?.origin === 'net') await updates.delete(key)
      const record = { id, epoch, schema, state, stateVector, ackedSeq: this.acknowledgedSeq, savedMs: Date.now() }
      await transaction.objectStore('docs').put(record)
    })
    this.updateCount = 0
  }

  /** What I might do with it when the server last said so; null: not known. */
  async access(): Promise<Access | null> {
    return tryCheck(accessGuard, await this.db.get('meta', `access:${this.id}`))
  }

  async noteAccess(access: Access): Promise<void> {
    await this.db.put('meta', access, `access:${this.id}`)
  }

  // -- a document that was replaced ----------------------------------------------------------

  /**
   * The server has another history: forget this one, and keep what was edited here for `takeOld`. The
   * state stays beside, for an export. late: edits that were not stored yet. Harmless when done already.
   */
  async retire(late: readonly DirtyField[]): Promise<void> {
    this.isRetired = true
    await this.db.write(ALL, async (transaction) => {
      const dirty = transaction.objectStore('dirty')
      let fields: readonly DirtyField[] = late
      if (await this.isCurrent(transaction)) {
        fields = [...(await dirty.index('doc').getAll(this.id)).map(fieldOf), ...late]
        await this.forget(transaction, true)
      }
      for (const field of fields) {
        const known = await dirty.get([this.named('old'), field.path])
        await dirty.put({ ...field, base: known === undefined ? field.base : known.base, doc: this.named('old') })
      }
    })
    this.epoch = null
  }

  /** What was edited in a history that is no more; only one tab gets it. Then apply it, and say `carried`. */
  async takeOld(): Promise<readonly DirtyField[]> {
    const now = Date.now()
    return this.db.write(['dirty'], async (transaction) => {
      const dirty = transaction.objectStore('dirty')
      const index = dirty.index('doc')
      const [old, taken] = await Promise.all([index.getAll(this.named('old')), index.getAll(this.named('taken'))])
      // A tab that took some died: applying them twice does no harm, what stands already is left alone.
      const found = [...old, ...taken.filter(({ localSeq }) => localSeq < now - TAKEN_FOR_MS)]
      for (const row of found) {
        await dirty.delete([row.doc, row.path])
        await dirty.put({ ...row, doc: this.named('taken'), localSeq: now })
      }
      return found.map(fieldOf)
    })
  }

  /** They are applied and stored as new edits; asked: those that only a person can decide. */
  async carried(done: readonly DirtyField[], asked: readonly DirtyField[]): Promise<void> {
    await this.db.write(['dirty'], async (transaction) => {
      const dirty = transaction.objectStore('dirty')
      for (const { path } of done) await dirty.delete([this.named('taken'), path])
      for (const field of asked) await dirty.put({ ...field, doc: this.named('asked') })
    })
  }

  /** Somebody answered. */
  async settle(path: string): Promise<void> {
    await this.db.delete('dirty', [this.named('asked'), path])
  }

  // -- inside --------------------------------------------------------------------------------

  private async forget(transaction: WriteTransaction, keepsCopy: boolean): Promise<void> {
    const docs = transaction.objectStore('docs')
    const record = await docs.get(this.id)
    if (keepsCopy && record !== undefined) await docs.put({ ...record, id: this.named('old') })
    await docs.delete(this.id)
    for (const name of ['updates', 'dirty'] as const) {
      const store = transaction.objectStore(name)
      let cursor = await store.index('doc').openCursor(this.id)
      while (cursor !== null) {
        await cursor.delete()
        cursor = await cursor.continue()
      }
    }
  }

  private async isCurrent(transaction: WriteTransaction): Promise<boolean> {
    return (await transaction.objectStore('docs').get(this.id))?.epoch === this.epoch && this.epoch !== null
  }

  /** A name beside the document's own; ids of documents of kind menu have no '#'. */
  private named(what: 'old' | 'taken' | 'asked'): string {
    return `${this.id}#${what}`
  }
}

const STORED: Appended = { kind: 'stored', key: null }
const REPLACED: Appended = { kind: 'replaced' }
const NOTHING: LoadedDocument = { epoch: null, schema: 1, updates: [], unacknowledged: [], dirty: [], asked: [] }

// What is in the database was written by this file.
function fieldOf({ path, base, mine, atMs, localSeq }: DirtyRecord): DirtyField {
  return { path, base: plain(base), mine: plain(mine), atMs, localSeq }
}
