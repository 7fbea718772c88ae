// The other tabs of the same person in this browser: messages, and the choice of one that does a
// job for all. Without Web Locks (they need a secure context) a lease of 10 s in IndexedDB chooses.

import type { CommandResult } from './channel'
import type { Database } from './db'
import { number, object, string, tryCheck, unknown } from './guard'
import { shortId } from './ids'
import { onLeave } from './network'
import type { OutboxEntry } from './outbox'

const LEASE_MS = 10_000
const RENEW_MS = 3_000
const OWNER = 'mirepoix.tab'

/** What tabs tell each other, by type. */
export interface TabMessages {
  /** A command was added or changed; entry null: it is settled or discarded. */
  outbox: { readonly id: string; readonly entry: OutboxEntry | null; readonly result?: CommandResult }
  /** Somebody wants the waiting commands to be sent now. */
  drain: null
  /** New updates of a document are in IndexedDB. */
  document: { readonly doc: string; readonly bytes: Uint8Array }
  /** Somebody else, or nobody, may be signed in now: ask the server. */
  identity: { readonly user: string | null }
  /** The new version of the pages takes over. */
  reload: null
}

export interface Tabs {
  /** Names this tab. */
  readonly id: string
  /** Tells the other tabs; this one does not hear it. */
  post<K extends keyof TabMessages>(type: K, content: TabMessages[K]): void
  /** Hears what other tabs say. Returns how to stop. */
  on<K extends keyof TabMessages>(type: K, listener: (content: TabMessages[K], from: string) => void): () => void
  /**
   * Runs the work in one of the tabs only, this one or another. The signal is aborted when another
   * tab may do it. Returns how to give it up.
   */
  lead(name: string, work: (signal: AbortSignal) => void): () => void
  close(): void
}

const messageForm = object({ type: string(), from: string(), content: unknown() })
const leaseForm = object({ owner: string(), untilMs: number() })

/** Joins the tabs of a name; db: where the lease is kept when there are no Web Locks. */
export function openTabs(name: string, db: Pick<Database, 'write'> | null = null): Tabs {
  return new BroadcastTabs(name, db)
}

type Listener = (content: never, from: string) => void

class BroadcastTabs implements Tabs {
  readonly id = shortId()
  readonly #owner = leaseOwner(this.id)
  #channel: BroadcastChannel | null
  readonly #listeners = new Map<string, Set<Listener>>()
  readonly #leads = new Set<() => void>()

  constructor(
    readonly name: string,
    private readonly db: Pick<Database, 'write'> | null,
  ) {
    this.#channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(name)
    this.#channel?.addEventListener('message', (event: MessageEvent<unknown>) => this.#hear(event.data))
  }

  post<K extends keyof TabMessages>(type: K, content: TabMessages[K]): void {
    this.#channel?.postMessage({ type, from: this.id, content })
  }

  on<K extends keyof TabMessages>(type: K, listener: (content: TabMessages[K], from: string) => void): () => void {
    const listeners = this.#listeners.get(type) ?? new Set<Listener>()
    this.#listeners.set(type, listeners.add(listener))
    return () => listeners.delete(listener)
  }

  lead(name: string, work: (signal: AbortSignal) => void): () => void {
    const end = new AbortController()
    const resource = `${this.name}/${name}`
    if (hasLocks()) leadByLock(resource, work, end.signal)
    else if (this.db !== null) leadByLease(this.db, resource, this.#owner, work, end.signal)
    else work(end.signal)
    const stop = (): void => {
      end.abort()
      this.#leads.delete(stop)
    }
    this.#leads.add(stop)
    return stop
  }

  close(): void {
    for (const stop of [...this.#leads]) stop()
    this.#channel?.close()
    this.#channel = null
  }

  #hear(data: unknown): void {
    const message = tryCheck(messageForm, data)
    if (message === null) return // from a page of another version
    for (const listener of [...(this.#listeners.get(message.type) ?? [])]) {
      listener(message.content as never, message.from)
    }
  }
}

function hasLocks(): boolean {
  return typeof navigator !== 'undefined' && typeof navigator.locks?.request === 'function'
}

function leadByLock(resource: string, work: (signal: AbortSignal) => void, end: AbortSignal): void {
  const held = (): Promise<void> =>
    new Promise((release) => {
      end.addEventListener('abort', () => release())
      work(end)
    })
  navigator.locks.request(resource, { signal: end }, held).catch(() => {
    // Given up before it was our turn.
  })
}

/** The same after a reload, so that a page does not wait for its own lease. A duplicated tab has it too: harmless. */
function leaseOwner(fresh: string): string {
  try {
    const known = sessionStorage.getItem(OWNER) ?? fresh
    sessionStorage.setItem(OWNER, known)
    return known
  } catch {
    return fresh
  }
}

/** Whoever wrote the lease last leads until it ends; a transaction for writing shuts the others out meanwhile. */
function leadByLease(
  db: Pick<Database, 'write'>,
  resource: string,
  owner: string,
  work: (signal: AbortSignal) => void,
  end: AbortSignal,
): void {
  let turn: AbortController | null = null
  const follow = (): void => {
    turn?.abort()
    turn = null
  }
  const look = async (): Promise<void> => {
    const isMine = await takeLease(db, resource, owner).catch(() => true) // nothing is kept here: nothing to share
    if (end.aborted) return isMine ? giveUp() : undefined
    if (!isMine) return follow()
    if (turn !== null) return
    turn = new AbortController()
    work(turn.signal)
  }
  const giveUp = (): void => {
    takeLease(db, resource, owner, 0).catch(() => {})
  }
  const timer = setInterval(() => void look(), RENEW_MS)
  const stopListening = onLeave(() => {
    // A hidden page goes on, but its timers may stop: whoever is shown takes over when the lease ends.
    if (turn !== null && document.visibilityState === 'visible') giveUp()
  })
  end.addEventListener('abort', () => {
    clearInterval(timer)
    stopListening()
    if (turn !== null) giveUp()
    follow()
  })
  void look()
}

/** Whether the lease is ours now, for `lifeMs` from now. */
function takeLease(
  db: Pick<Database, 'write'>,
  resource: string,
  owner: string,
  lifeMs: number = LEASE_MS,
): Promise<boolean> {
  const key = `lease:${resource}`
  return db.write(['meta'], async (transaction) => {
    const store = transaction.objectStore('meta')
    const lease = tryCheck(leaseForm, await store.get(key))
    const now = Date.now()
    if (lease !== null && lease.owner !== owner && lease.untilMs > now) return false
    await store.put({ owner, untilMs: now + lifeMs }, key)
    return true
  })
}
