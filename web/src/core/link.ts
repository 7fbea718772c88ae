// Everything a screen needs to work with the server, opened once per page and put together here.
// A page starts with what the device remembers when the server does not answer at once. When it
// turns out that somebody else is signed in, the page starts anew in that person's database.

import { computed, effect, signal } from '@preact/signals'
import { type Channel, openChannel } from './channel'
import { type Database, openDatabase } from './db'
import { number, tryCheck } from './guard'
import { shortId } from './ids'
import { isOnline, onWake } from './network'
import { type Outbox, type OwnOutbox, openOutbox } from './outbox'
import { type Me, type OwnSession, openSession, type Session } from './session'
import { NEWER_CLOSE, type OwnSocket, openSocket, type Socket } from './socket'
import { type OwnSyncState, openSyncState, type SyncState } from './sync-state'
import { openTabs, type Tabs } from './tabs'
import { openPages, ownBuild, type Pages } from './worker'

const APP_VERSION = 1 // raised when the server may refuse older pages; compared with its min_app
const PATIENCE_MS = 1_200 // how long the server may take when the device knows who we are
const LOOK_AGAIN_MS = 60 * 60 * 1000
const KEEP_LAST_SYNC_MS = 10_000
const DEVICE = 'mirepoix.device'
const LAST_SYNC = 'last_sync'
const ALL_TABS = 'mirepoix'

export type AppName = 'editor' | 'kitchen' | 'guest' | 'ops' | 'settings' | 'home'

export interface LinkOptions {
  readonly app: AppName
  readonly guestToken?: string
  /** For pages that only ask: no socket, no outbox on its way. */
  readonly socketless?: boolean
}

export interface Link {
  readonly app: AppName
  readonly session: Session
  readonly socket: Socket
  readonly channel: Channel
  readonly outbox: Outbox
  readonly db: Database
  readonly sync: SyncState
  readonly tabs: Tabs
  /** Whether a service worker, and with it a start without network, is possible at this address. */
  readonly isSecure: boolean
  close(): void
}

/** Opens it. Resolves as soon as it is known who works here, from the server or from the device. */
export async function openLink(options: LinkOptions): Promise<Link> {
  const session = openSession(options.guestToken ?? null)
  await identified(session)
  const me = session.me.value
  const db = await openDatabase(me?.serverId ?? 'unknown', me?.user ?? 'nobody')
  const tabs = openTabs(`mirepoix:${db.name}`, db)
  const parts = await assemble(options, session, db, tabs)
  const stops = [
    follow(session, parts.socket, parts.sync),
    shareIdentity(session, options.guestToken !== undefined),
    stayCurrent(session, parts.socket, parts.pages),
    rememberLastSync(db, parts.sync),
  ]
  if (options.socketless !== true) parts.socket.start()
  return {
    app: options.app,
    session,
    db,
    tabs,
    socket: parts.socket,
    channel: parts.channel,
    outbox: parts.outbox,
    sync: parts.sync,
    isSecure: window.isSecureContext,
    close() {
      for (const stop of stops) stop()
      for (const part of [parts.outbox, parts.channel, parts.sync, parts.socket, parts.pages, session, tabs, db]) {
        part.close()
      }
    },
  }
}

interface Parts {
  readonly socket: OwnSocket
  readonly channel: ReturnType<typeof openChannel>
  readonly outbox: OwnOutbox
  readonly sync: OwnSyncState
  readonly pages: Pages
}

async function assemble(options: LinkOptions, session: OwnSession, db: Database, tabs: Tabs): Promise<Parts> {
  let unsynced = (): number => 0
  const socket = openSocket({
    url: `${location.origin.replace(/^http/, 'ws')}/ws`,
    app: `${options.app}/${ownBuild || 'dev'}`,
    appVersion: APP_VERSION,
    device: deviceId(),
    token: () => session.token,
    ready: () => session.ready(),
    verify: () => session.verify(),
    refresh: () => session.refresh(),
    unsynced: () => unsynced(),
  })
  const channel = openChannel(socket)
  const isOpen = computed(() => socket.state.value === 'open')
  const outbox = await openOutbox({ db, channel, tabs, isOpen })
  const pages = openPages(async () => {
    await sync.flush()
    return !(db.unsafe.value && sync.unsynced.value > 0) // what is only in memory is not thrown away
  })
  const sync: OwnSyncState = openSyncState({
    isOnline: options.socketless === true ? signal(true) : isOnline,
    hasLink: options.socketless === true ? signal(true) : isOpen,
    isUnsafe: db.unsafe,
    isSignedOut: computed(() => session.state.value === 'signed_out' && session.me.value !== null),
    hasUpdate: computed(() => pages.hasUpdate.value || (!window.isSecureContext && isOlder(session.me.value))),
    needsUpdate: computed(() => socket.refusal.value?.code === NEWER_CLOSE),
    lastSyncedMs: tryCheck(number(), await db.get('meta', LAST_SYNC).catch(() => null)),
    reload: () => pages.takeOver(),
  })
  sync.addSource({ label: 'commands', unsynced: outbox.unsynced, attention: outbox.attention })
  unsynced = () => sync.unsynced.peek()
  return { socket, channel, outbox, sync, pages }
}

/** Waits until it is known who we are; not long if the device remembers somebody. */
async function identified(session: OwnSession): Promise<void> {
  const answered = session.verify()
  if (session.me.value === null) await answered
  else if (isOnline.value) await Promise.race([answered, new Promise((done) => setTimeout(done, PATIENCE_MS))])
}

/** The socket follows the session, and the page follows the person. */
function follow(session: OwnSession, socket: OwnSocket, sync: OwnSyncState): () => void {
  const before = nameOf(session.me.value)
  let isLeaving = false
  const stops = [
    session.onToken((token) => socket.renew(token)),
    effect(() => {
      const state = session.state.value
      if (state === 'signed_out') queueMicrotask(() => socket.rest('signed_out'))
      else if (state === 'signed_in') queueMicrotask(() => socket.wakeFromRest())
    }),
    effect(() => {
      const me = session.me.value
      if (me === null || nameOf(me) === before || isLeaving) return
      isLeaving = true
      void sync.flush().then(() => location.reload())
    }),
    onWake(() => {
      if (session.state.value !== 'signed_in') void session.verify()
    }),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

/** Staff share one cookie: when one tab signs in or out, the others ask the server who they are now. */
function shareIdentity(session: OwnSession, isGuest: boolean): () => void {
  if (isGuest) return () => {}
  const tabs = openTabs(ALL_TABS)
  tabs.on('identity', ({ user }) => {
    if (user !== (session.me.value?.user ?? null)) void session.verify()
  })
  const stop = effect(() => {
    if (session.state.value === 'signed_in') tabs.post('identity', { user: session.me.value?.user ?? null })
  })
  const stopSignOut = session.onSignOut(() => tabs.post('identity', { user: null }))
  return () => {
    stop()
    stopSignOut()
    tabs.close()
  }
}

/** Looks for a new version of the pages with each new connection, and every hour. */
function stayCurrent(session: OwnSession, socket: OwnSocket, pages: Pages): () => void {
  const timer = setInterval(() => void session.verify(), LOOK_AGAIN_MS)
  const stop = effect(() => {
    if (socket.state.value === 'open' || isOlder(session.me.value)) pages.look()
  })
  return () => {
    clearInterval(timer)
    stop()
  }
}

function rememberLastSync(db: Database, sync: SyncState): () => void {
  let keptMs = 0
  return effect(() => {
    const lastMs = sync.lastSyncedMs.value
    if (lastMs === null || lastMs - keptMs < KEEP_LAST_SYNC_MS) return
    keptMs = lastMs
    db.put('meta', lastMs, LAST_SYNC).catch(() => {})
  })
}

function isOlder(me: Me | null): boolean {
  return ownBuild !== '' && me !== null && me.build !== '' && me.build !== ownBuild
}

function nameOf(me: Me | null): string {
  return me === null ? '' : `${me.serverId}:${me.user}`
}

/** Names this device to the server; kitchen screens are told apart by it. */
function deviceId(): string {
  try {
    const known = localStorage.getItem(DEVICE) ?? shortId()
    localStorage.setItem(DEVICE, known)
    return known
  } catch {
    return shortId()
  }
}
