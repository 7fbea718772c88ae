// IndexedDB: one database per server and user, so that identities never share anything.
// Writes resolve when their transaction is complete; strict ones when it is on the disk.
// A lost connection (WebKit cuts those of hidden tabs) is opened again, and the work done once more.
// What cannot be kept turns `unsafe` on: the user is told, nothing is dropped silently.

import { type ReadonlySignal, type Signal, signal } from '@preact/signals'
import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB, type StoreNames } from 'idb'
import { shortId } from './ids'
import type { OutboxEntry } from './outbox'
import { PuttingAside } from './putting-aside'

const VERSION = 1
const NEARLY_FULL = 0.8
const LOST_CONNECTION = ['UnknownError', 'InvalidStateError']
const NOT_KEPT = [...LOST_CONNECTION, 'QuotaExceededError', 'AbortError', 'VersionError', 'SecurityError']
const SENTINEL = 'sentinel'

/** A document as of its last compaction. `rest`: what the document store remembers beside it. */
export interface DocRecord {
  readonly id: string
  readonly epoch: number | string
  readonly schema: number
  readonly state: Uint8Array
  readonly stateVector: Uint8Array
  readonly ackedSeq: number
  readonly savedMs: number
  readonly rest?: unknown
}

/** One update of a document since then. localSeq: 0 for those from the network. */
export interface UpdateRecord {
  readonly doc: string
  readonly bytes: Uint8Array
  readonly origin: 'local' | 'net'
  readonly localSeq: number
  readonly edits?: number
}

/** A field that was edited here and is not acknowledged yet. */
export interface DirtyRecord {
  readonly doc: string
  readonly path: string
  readonly base: unknown
  readonly mine: unknown
  readonly atMs: number
  readonly localSeq: number
}

/** A room folded into a state, as of an offset. */
export interface StreamRecord {
  readonly room: string
  readonly version: number // of the fold
  readonly epoch: number | string
  readonly offset: number
  readonly state: unknown
  readonly savedMs: number
}

/** A published menu, as guests see it. */
export interface MenuRecord {
  readonly id: string
  readonly version: number
  readonly etag: string | null
  readonly body: unknown
  readonly savedMs: number
}

export interface Schema extends DBSchema {
  docs: { key: string; value: DocRecord }
  updates: { key: number; value: UpdateRecord; indexes: { doc: string } }
  dirty: { key: [string, string]; value: DirtyRecord; indexes: { doc: string } }
  outbox: { key: string; value: OutboxEntry }
  streams: { key: string; value: StreamRecord }
  menus: { key: string; value: MenuRecord }
  meta: { key: string; value: unknown }
}

export type StoreName = StoreNames<Schema>
export type ReadTransaction = IDBPTransaction<Schema, StoreName[], 'readonly'>
export type WriteTransaction = IDBPTransaction<Schema, StoreName[], 'readwrite'>

/** How much room this origin has and uses. */
export interface StorageRoom {
  readonly usedBytes: number
  readonly quotaBytes: number
  readonly isPersisted: boolean
  readonly isNearlyFull: boolean
}

export interface Database {
  readonly name: string
  /** Something could not be kept on this device (no space, no IndexedDB). */
  readonly unsafe: ReadonlySignal<boolean>
  /** The browser threw away what was here. Whoever has told the user sets it to false. */
  readonly evicted: Signal<boolean>
  readonly storage: ReadonlySignal<StorageRoom | null>
  /** One transaction for reading. `work` may await requests of that transaction, nothing else. */
  read<T>(stores: readonly StoreName[], work: (transaction: ReadTransaction) => Promise<T>): Promise<T>
  /** One transaction for writing; resolves when it is complete, isStrict: when it is on the disk. */
  write<T>(
    stores: readonly StoreName[],
    work: (transaction: WriteTransaction) => Promise<T>,
    options?: { readonly isStrict?: boolean },
  ): Promise<T>
  get<N extends StoreName>(store: N, key: Schema[N]['key']): Promise<Schema[N]['value'] | undefined>
  put<N extends StoreName>(store: N, value: Schema[N]['value'], key?: Schema[N]['key']): Promise<void>
  delete<N extends StoreName>(store: N, key: Schema[N]['key']): Promise<void>
  /** Call after the first real edit: asks the browser to keep what is here, and watches that it does. */
  protect(): void
  close(): void
}

/** The database of a user of a server. Resolves also where nothing can be kept: then it is `unsafe`. */
export async function openDatabase(serverId: string, userId: string): Promise<Database> {
  const db = new DeviceDatabase(`m:${serverId}:${userId}`)
  await db.begin()
  return db
}

class DeviceDatabase implements Database {
  readonly unsafe = signal(false)
  readonly evicted = signal(false)
  readonly storage = signal<StorageRoom | null>(null)
  #connection: Promise<IDBPDatabase<Schema>> | null = null
  #isProtected = false
  readonly #aside = new PuttingAside()
  readonly #shown = (event: PageTransitionEvent): void => {
    if (event.persisted) this.#forget()
  }

  constructor(readonly name: string) {
    window.addEventListener('pageshow', this.#shown)
  }

  /** Looks whether what should be here is here. */
  async begin(): Promise<void> {
    try {
      const expected = storedSentinel(this.name)
      const found = await this.get('meta', SENTINEL)
      if (expected !== null && found === undefined) {
        this.evicted.value = true
        await this.put('meta', expected, SENTINEL)
      }
    } catch {
      // `unsafe` says it already.
    }
    void this.#measure()
  }

  read<T>(stores: readonly StoreName[], work: (transaction: ReadTransaction) => Promise<T>): Promise<T> {
    return this.#again(async (db) => {
      const transaction = db.transaction([...stores], 'readonly')
      this.#aside.begun(transaction)
      return settle(transaction, work(transaction))
    })
  }

  async write<T>(
    stores: readonly StoreName[],
    work: (transaction: WriteTransaction) => Promise<T>,
    options: { readonly isStrict?: boolean } = {},
  ): Promise<T> {
    const durability = options.isStrict === true ? 'strict' : 'relaxed'
    const value = await this.#again(async (db) => {
      const transaction = db.transaction([...stores], 'readwrite', { durability })
      this.#aside.begun(transaction)
      return settle(transaction, work(transaction))
    })
    this.unsafe.value = false
    return value
  }

  get<N extends StoreName>(store: N, key: Schema[N]['key']): Promise<Schema[N]['value'] | undefined> {
    return this.read([store], (transaction) => transaction.objectStore(store).get(key))
  }

  async put<N extends StoreName>(store: N, value: Schema[N]['value'], key?: Schema[N]['key']): Promise<void> {
    await this.write([store], (transaction) => transaction.objectStore(store).put(value, key))
  }

  async delete<N extends StoreName>(store: N, key: Schema[N]['key']): Promise<void> {
    await this.write([store], (transaction) => transaction.objectStore(store).delete(key))
  }

  protect(): void {
    if (this.#isProtected) return
    this.#isProtected = true
    void this.#protect().catch(() => {
      this.#isProtected = false
    })
  }

  close(): void {
    window.removeEventListener('pageshow', this.#shown)
    this.#aside.stop()
    this.#forget()
  }

  async #protect(): Promise<void> {
    const sentinel = storedSentinel(this.name) ?? shortId()
    await this.write(['meta'], (transaction) => transaction.objectStore('meta').put(sentinel, SENTINEL), {
      isStrict: true,
    })
    storeSentinel(this.name, sentinel)
    await navigator.storage?.persist?.()
    await this.#measure()
  }

  async #measure(): Promise<void> {
    try {
      const { usage = 0, quota = 0 } = await navigator.storage.estimate()
      const isPersisted = await navigator.storage.persisted()
      const isNearlyFull = quota > 0 && usage > NEARLY_FULL * quota
      this.storage.value = { usedBytes: usage, quotaBytes: quota, isPersisted, isNearlyFull }
    } catch {
      // Not in a secure context: nobody says.
    }
  }

  /** Does the work, and once more on a new connection if it was lost, or the page was away meanwhile. */
  async #again<T>(work: (db: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
    let timesLost = 0
    for (;;) {
      const { times } = this.#aside
      try {
        return await this.#attempt(work)
      } catch (error) {
        const isLost = isNamed(error, LOST_CONNECTION) && timesLost++ === 0
        if (!isLost && times === this.#aside.times) throw this.#reported(error)
        this.#forget()
      }
    }
  }

  async #attempt<T>(work: (db: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
    this.#connection ??= this.#connect()
    try {
      const db = await this.#connection
      await this.#aside.here()
      return await work(db)
    } catch (error) {
      if (isNamed(error, LOST_CONNECTION)) this.#forget()
      throw error
    }
  }

  async #connect(): Promise<IDBPDatabase<Schema>> {
    try {
      return await openDB<Schema>(this.name, VERSION, {
        upgrade: (db, _from, _to, transaction) => {
          this.#aside.begun(transaction)
          createStores(db)
        },
        blocking: () => this.#forget(), // a newer page wants to change the stores
        terminated: () => this.#forget(),
      })
    } catch (error) {
      this.#connection = null
      throw error
    }
  }

  #forget(): void {
    const connection = this.#connection
    this.#connection = null
    connection?.then(
      (db) => db.close(),
      () => {},
    )
  }

  #reported(error: unknown): unknown {
    if (isNamed(error, NOT_KEPT) || typeof indexedDB === 'undefined') this.unsafe.value = true
    return error
  }
}

function createStores(db: IDBPDatabase<Schema>): void {
  db.createObjectStore('docs', { keyPath: 'id' })
  db.createObjectStore('updates', { autoIncrement: true }).createIndex('doc', 'doc')
  db.createObjectStore('dirty', { keyPath: ['doc', 'path'] }).createIndex('doc', 'doc')
  db.createObjectStore('outbox', { keyPath: 'id' })
  db.createObjectStore('streams', { keyPath: 'room' })
  db.createObjectStore('menus', { keyPath: 'id' })
  db.createObjectStore('meta')
}

/** The value of the work when its transaction is complete; if the work fails, nothing is written. */
async function settle<T>(transaction: { done: Promise<void>; abort(): void }, work: Promise<T>): Promise<T> {
  transaction.done.catch(() => {}) // awaited below, unless the work fails first
  try {
    const value = await work
    await transaction.done
    return value
  } catch (error) {
    try {
      transaction.abort()
    } catch {
      // It has ended by itself.
    }
    throw error
  }
}

function isNamed(error: unknown, names: readonly string[]): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && names.includes(String(error.name))
}

function storedSentinel(name: string): string | null {
  try {
    return localStorage.getItem(`mirepoix.sentinel.${name}`)
  } catch {
    return null
  }
}

function storeSentinel(name: string, sentinel: string): void {
  try {
    localStorage.setItem(`mirepoix.sentinel.${name}`, sentinel)
  } catch {
    // Then eviction goes unnoticed.
  }
}
