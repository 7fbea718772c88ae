// Advisory locks of fields: "Ana is editing". A lock is a lease of 30 s, renewed while its field is typed
// in, and freed by the server soon after the socket is gone. It warns; merging never waits for one.
// Renewals are not told to others, ends are: how long somebody else's lock still runs is asked every 10 s
// while there is one. Without a connection nobody knows who holds what.

import { computed, type ReadonlySignal, signal } from '@preact/signals'
import { type CommandResult, Disconnected, type RoomEvent, type RoomSubscription } from '../channel'
import { seconds, serverNow } from '../clock'
import { array, boolean, number, object, optional, string, tryCheck } from '../guard'
import { uuid7 } from '../ids'
import type { Link } from '../link'

export interface HeldLock {
  readonly field: string // `items/soup/price`
  readonly user: string
  readonly name: string
  readonly untilMs: number // by the server's clock; when nobody renews it
  readonly isMine: boolean // of this page
}

export interface LockAsked {
  readonly field: string
  readonly user: string
  readonly name: string
}

export type LockOutcome =
  | { readonly kind: 'held' }
  | { readonly kind: 'taken'; readonly by: HeldLock | null }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unknown' } // no connection: two who edit now may have to settle a conflict

const LEASE_MS = 30_000
const RENEW_MS = 10_000
const KEPT_MS = 20_000 // a field that nobody touched for so long is given back

const lockForm = object({ field: string(), user: string(), name: string(), token: number() })
const heldForm = object({ field: string(), user: string(), name: string(), token: number(), seconds_left: number() })
const snapshotForm = object({ locks: array(lockForm) })
const askedForm = object({ field: string(), by: string(), by_name: optional(string()) })
const strictForm = object({ on: boolean() })
const standingForm = object({ strict: boolean(), locks: array(heldForm) })

interface Known {
  readonly user: string
  readonly name: string
  readonly token: number
  readonly freshMs: number // when its lease last began, as far as is known here
}

interface LockWords {
  readonly user: string
  readonly name: string
  readonly token: number
}

interface Own {
  readonly token: number
  touchedMs: number
  isTouched: boolean // since its lease last began
}

export class Locks {
  readonly held: ReadonlySignal<ReadonlyMap<string, HeldLock>>
  readonly isStrict = signal(false)
  /** False without a connection. */
  readonly isKnown = signal(false)
  private readonly known = signal<ReadonlyMap<string, Known>>(new Map())
  private readonly own = signal<ReadonlyMap<string, Own>>(new Map())
  private readonly listeners = new Set<(asked: LockAsked) => void>()
  private readonly subscription: RoomSubscription
  private readonly timer: ReturnType<typeof setInterval>
  private readonly room: string

  /**
   * Needs the menu to be open on the same link: whoever holds a lock is its place at the document.
   * nameOf: whom to show as holder, or as who asks for it; developers have no name on the server, so
   * presence may know better.
   */
  constructor(
    private readonly link: Link,
    private readonly menuId: string,
    private readonly nameOf: (lock: { field: string; user: string; name: string }) => string = ({ name }) => name,
  ) {
    this.room = `menu:${menuId}`
    this.held = computed(() => this.live())
    this.subscription = link.channel.subscribe(`${this.room}:events`, {
      subscribed: () => {
        this.isKnown.value = true
        void this.readStanding()
      },
      snapshot: (_, body) => this.fill(body),
      events: (events) => {
        for (const event of events) this.hear(event)
      },
      refused: () => this.forgetAll(),
      disconnected: () => this.forgetAll(),
    })
    this.timer = setInterval(() => void this.renewAll(), RENEW_MS)
  }

  /** Begin to edit a field. item: `items/<id>` without the root is enough for items. */
  async take(item: string, field: string): Promise<LockOutcome> {
    const path = pathOf(item, field)
    const answer = await this.command('lock.take', path)
    if (answer === null) return { kind: 'unknown' }
    const lock = tryCheck(heldForm, answer.current)
    if (answer.result === 'rejected') {
      if (answer.code !== 'lock_held') return { kind: 'refused', reason: answer.code ?? 'rejected' }
      if (lock !== null) this.note(lock.field, lock, begun(lock.seconds_left))
      return { kind: 'taken', by: this.held.peek().get(path) ?? null }
    }
    if (lock !== null) this.mine(path, lock)
    return { kind: 'held' }
  }

  /** Typing or focus in a field that I hold: it stays mine. */
  keep(item: string, field: string): void {
    const own = this.own.peek().get(pathOf(item, field))
    if (own === undefined) return
    own.touchedMs = Date.now()
    own.isTouched = true
  }

  async release(item: string, field: string): Promise<void> {
    await this.giveBack(pathOf(item, field))
  }

  /** Ask whoever holds it to give it back; whether somebody was asked. */
  async ask(item: string, field: string): Promise<boolean> {
    const answer = await this.command('lock.ask', pathOf(item, field))
    return answer !== null && answer.result !== 'rejected'
  }

  /** Take it away from whoever holds it; for managers. */
  async breakLock(item: string, field: string): Promise<boolean> {
    const answer = await this.command('lock.break', pathOf(item, field))
    return answer !== null && answer.result !== 'rejected'
  }

  /** Somebody asks for a field that I hold. */
  onAsked(listener: (asked: LockAsked) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Gives back what I hold. */
  close(): void {
    clearInterval(this.timer)
    for (const path of this.own.peek().keys()) void this.giveBack(path)
    this.subscription.leave()
  }

  // -- what happens --------------------------------------------------------------------------

  private live(): ReadonlyMap<string, HeldLock> {
    if (!this.isKnown.value) return NOBODY
    const known = this.known.value
    if (known.size === 0) return NOBODY
    void seconds.value // leases end by themselves
    const now = serverNow()
    const own = this.own.value
    const found = new Map<string, HeldLock>()
    for (const [field, { user, name, token, freshMs }] of known) {
      const isMine = own.get(field)?.token === token
      const untilMs = freshMs + LEASE_MS
      if (untilMs <= now) continue
      found.set(field, { field, user, name: this.nameOf({ field, user, name }), untilMs, isMine })
    }
    return found
  }

  private fill(body: unknown): void {
    const freshMs = serverNow()
    const locks = tryCheck(snapshotForm, body)?.locks ?? []
    this.known.value = new Map(locks.map(({ field, user, name, token }) => [field, { user, name, token, freshMs }]))
  }

  /** Whether locks are strict, and how long those that stand still run. */
  private async readStanding(): Promise<void> {
    try {
      const path = `/api/v1/menus/${encodeURIComponent(this.menuId)}/locks`
      const { strict, locks } = await this.link.session.api('GET', path, { guard: standingForm })
      this.isStrict.value = strict
      for (const lock of locks) this.note(lock.field, lock, begun(lock.seconds_left))
    } catch {
      // It stays as it was known; the server holds to its own.
    }
  }

  private hear({ type, atMs, body }: RoomEvent): void {
    if (type === 'lock.strict') this.isStrict.value = tryCheck(strictForm, body)?.on ?? this.isStrict.peek()
    const lock = tryCheck(lockForm, body)
    if (lock === null) return
    switch (type) {
      case 'lock.taken':
        this.note(lock.field, lock, atMs)
        break
      case 'lock.released':
      case 'lock.broken':
      case 'lock.expired':
        this.drop(lock.field, lock.token)
        break
      case 'lock.asked': {
        const asked = tryCheck(askedForm, body)
        if (asked === null || this.own.peek().get(lock.field)?.token !== lock.token) return
        const name = this.nameOf({ field: lock.field, user: asked.by, name: asked.by_name ?? asked.by })
        const said = { field: lock.field, user: asked.by, name }
        for (const listener of [...this.listeners]) listener(said)
      }
    }
  }

  private note(field: string, { user, name, token }: LockWords, freshMs: number): void {
    const known = this.known.peek().get(field)
    if (known !== undefined && known.token > token) return
    this.known.value = new Map(this.known.peek()).set(field, { user, name, token, freshMs })
  }

  private mine(field: string, lock: LockWords & { seconds_left: number }): void {
    const own = { token: lock.token, touchedMs: Date.now(), isTouched: false }
    this.own.value = new Map(this.own.peek()).set(field, own)
    this.note(field, lock, begun(lock.seconds_left))
  }

  private drop(field: string, token: number): void {
    const known = new Map(this.known.peek())
    if ((known.get(field)?.token ?? 0) <= token && known.delete(field)) this.known.value = known
    const own = new Map(this.own.peek())
    if (own.get(field)?.token === token && own.delete(field)) this.own.value = own
  }

  private forgetAll(): void {
    this.isKnown.value = false
    this.known.value = NOTHING
    this.own.value = new Map()
  }

  // -- commands ------------------------------------------------------------------------------

  private async renewAll(): Promise<void> {
    const own = this.own.peek()
    if ([...this.known.peek().keys()].some((field) => !own.has(field))) void this.readStanding()
    for (const [path, one] of own) {
      if (Date.now() - one.touchedMs > KEPT_MS) await this.giveBack(path)
      else if (one.isTouched) await this.renew(path, one)
    }
  }

  private async renew(path: string, own: Own): Promise<void> {
    const { token } = own
    own.isTouched = false
    const answer = await this.command('lock.renew', path, token)
    if (answer === null) return
    const lock = tryCheck(heldForm, answer.current)
    if (answer.result === 'rejected') this.drop(path, token)
    else if (lock !== null) this.note(path, lock, begun(lock.seconds_left))
  }

  private async giveBack(path: string): Promise<void> {
    const own = this.own.peek().get(path)
    if (own === undefined) return
    this.drop(path, own.token)
    await this.command('lock.release', path, own.token)
  }

  /** null: there is no connection. A repeated command does no harm, so none is stored. */
  private async command(type: string, field: string, token?: number): Promise<CommandResult | null> {
    const body = token === undefined ? { field } : { field, token }
    try {
      return await this.link.channel.command({ id: uuid7(), room: this.room, type, body })
    } catch (error) {
      if (error instanceof Disconnected) return null
      throw error
    }
  }
}

/** When a lease began that has so many seconds left. */
function begun(secondsLeft: number): number {
  return serverNow() + secondsLeft * 1000 - LEASE_MS
}

const NOBODY: ReadonlyMap<string, HeldLock> = new Map()
const NOTHING: ReadonlyMap<string, Known> = new Map()

/** `items/soup/price`, as the server writes it. item: an item's id, or `sections/<id>` and the like. */
export function pathOf(item: string, field: string): string {
  const [root = '', ...rest] = item.split('/')
  const isRooted = rest.length > 0 && (root === 'items' || root === 'sections' || root === 'modgroups')
  const parts = isRooted ? [root, rest.join('/'), field] : ['items', item, field]
  return parts.map((part) => part.replaceAll('%', '%25').replaceAll('/', '%2F')).join('/')
}
