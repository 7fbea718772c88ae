// One stock client of each kind behind one small face. The packages are used as published.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as Y from 'yjs'
import { createAckLog, nowMs } from './acks.mjs'
import { defineRoots } from './state.mjs'
import { Network } from './tap.mjs'

const PACKAGES = {
  'y-websocket-2.1': 'y-websocket-2.1',
  'y-websocket-3.0': 'y-websocket-3.0',
  'y-websocket-3.1': 'y-websocket-3.1',
  'y-websocket-3.1-rc5': 'y-websocket-3.1-rc5',
  'hocuspocus-3': 'hocuspocus-provider-3',
  'hocuspocus-4': 'hocuspocus-provider-4',
  'y-sweet': '@y-sweet/client'
}

export const KINDS = Object.keys(PACKAGES)

const modules = new Map()

/** Load every client. Throws when a second copy of Yjs is there: such documents do not mix. */
export const loadPackages = async () => {
  const complaints = []
  const consoleError = console.error
  console.error = (...words) => complaints.push(words.join(' '))
  try {
    for (const [kind, name] of Object.entries(PACKAGES)) modules.set(kind, await import(name))
  } finally {
    console.error = consoleError
  }
  const copies = copiesOfYjs(fileURLToPath(new URL('./node_modules', import.meta.url)))
  if (copies.length !== 1) complaints.push(`${copies.length} copies of yjs: ${copies.join(', ')}`)
  if (complaints.length > 0) throw new Error(complaints.join('; '))
}

/** {kind: version} as installed. */
export const versions = () => Object.fromEntries(Object.entries(PACKAGES).map(([kind, name]) => {
  const file = new URL(`./node_modules/${name}/package.json`, import.meta.url)
  return [kind, JSON.parse(readFileSync(file, 'utf8')).version]
}))

const copiesOfYjs = folder => {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    if (!entry.isDirectory()) return []
    const path = join(folder, entry.name)
    if (entry.name.startsWith('@')) return copiesOfYjs(path)
    const nested = copiesOfYjs(join(path, 'node_modules'))
    return entry.name === 'yjs' && existsSync(join(path, 'package.json')) ? [path, ...nested] : nested
  })
}

class Client {
  /**
   * @param {object} options the fields of the `connect` op
   * @param {(event: object) => void} tell where events go
   */
  constructor (options, tell, network = new Network(options.headers)) {
    this.name = options.client
    this.kind = options.kind
    this.network = network
    this.doc = new Y.Doc({ gc: options.gc ?? true })
    if (options.client_id !== undefined) this.doc.clientID = options.client_id
    this.roots = defineRoots(this.doc, options.roots)
    this.stateless = []
    this.closes = []
    this.tell = (event, values = {}) => tell({ event, client: this.name, at_ms: nowMs(), ...values })
    this.provider = null
  }

  /** Listen before the provider connects; `family` decides what an acknowledgement is. */
  listen (family, address) {
    this.acks = createAckLog(family, address)
    this.network.listeners.push(this.acks, {
      opened: () => this.tell('open'),
      closed: (code, reason) => {
        this.closes.push({ code, reason })
        this.tell('close', { code, reason })
      },
      refused: status => {
        this.closes.push({ status })
        this.tell('refused', { status })
      },
      text: data => this.tell('text_frame', { data })
    })
    this.doc.on('update', (update, origin) => {
      if (this.provider === null || origin !== this.provider) this.acks.made(update)
    })
  }

  get awareness () { return this.provider.awareness }
  get isSynced () { return this.provider.synced }
  get outstanding () { return this.acks.waiting.length }
  disconnect () { this.provider.disconnect() }
  reconnect () { this.provider.connect() }

  destroy () {
    this.provider.destroy()
    this.awareness?.destroy()
    this.doc.destroy()
  }
}

class YWebsocketClient extends Client {
  constructor (options, tell) {
    super(options, tell)
    this.listen('y-websocket')
    const { WebsocketProvider } = modules.get(options.kind)
    this.provider = new WebsocketProvider(options.url, options.document, this.doc, {
      params: { ...(options.token ? { token: options.token } : {}), ...options.params },
      protocols: options.protocols ?? [],
      disableBc: !(options.broadcast_channel ?? false),
      maxBackoffTime: options.max_backoff_ms ?? 2500,
      WebSocketPolyfill: this.network.WebSocket,
      ...options.provider
    })
    this.provider.on('sync', synced => this.tell('synced', { synced }))
    this.provider.on('closed', ({ code }) => this.tell('gave_up', { code }))
    this.provider.on('sync-status', status => this.tell('light', status))
  }

  /** The sync light of 3.1.0-rc.5; the others have none, there the acknowledgements stand in. */
  get isSaved () {
    const light = this.light
    if (light === null) return this.isSynced && this.outstanding === 0
    // `status` alone says green in the very millisecond of an edit: its age is still 0.
    return light.status === 'green' && light.localUpdatesSynced
  }

  get light () {
    return this.provider.syncStatus ?? null
  }
}

class HocuspocusClient extends Client {
  constructor (options, tell, shared) {
    super(options, tell, shared?.network)
    this.listen('hocuspocus', () => this.provider?.effectiveName ?? options.document)
    const { HocuspocusProvider, HocuspocusProviderWebsocket } = modules.get(options.kind)
    const socket = {
      url: options.url,
      WebSocketPolyfill: this.network.WebSocket,
      ...(options.max_backoff_ms ? { delay: 100, minDelay: 100, maxDelay: options.max_backoff_ms } : {})
    }
    this.shared = shared ?? null
    if (shared !== undefined) {
      shared.websocketProvider ??= new HocuspocusProviderWebsocket(socket)
    }
    this.tokens = [].concat(options.token ?? '')
    this.provider = new HocuspocusProvider({
      name: options.document,
      document: this.doc,
      // Each call takes the next token, so that a test can refresh one; the last one stays.
      token: () => this.tokens.length > 1 ? this.tokens.shift() : this.tokens[0],
      ...(shared ? { websocketProvider: shared.websocketProvider } : socket),
      ...(options.session_awareness ? { sessionAwareness: true } : {}),
      onStateless: ({ payload }) => {
        this.stateless.push(payload)
        this.tell('stateless', { payload })
      },
      onSynced: () => this.tell('synced', { synced: true }),
      onAuthenticated: ({ scope }) => this.tell('authenticated', { scope }),
      onAuthenticationFailed: ({ reason }) => this.tell('authentication_failed', { reason }),
      onClose: ({ event }) => this.tell('document_close', { code: event.code, reason: event.reason }),
      ...options.provider
    })
    if (shared !== undefined) this.provider.attach()
  }

  get isSaved () { return this.provider.synced && this.provider.unsyncedChanges === 0 }
  get light () {
    return {
      unsynced_changes: this.provider.unsyncedChanges,
      is_authenticated: this.provider.isAuthenticated,
      scope: this.provider.authorizedScope ?? null
    }
  }

  disconnect () { (this.shared?.websocketProvider ?? this.provider).disconnect() }
  reconnect () { (this.shared?.websocketProvider ?? this.provider).connect() }
  sendStateless (payload) { this.provider.sendStateless(payload) }
}

class YSweetClient extends Client {
  constructor (options, tell) {
    super(options, tell)
    this.listen('y-sweet')
    const { createYjsProvider } = modules.get(options.kind)
    this.provider = createYjsProvider(this.doc, options.document, authEndpoint(options), {
      WebSocketPolyfill: this.network.WebSocket,
      showDebuggerLink: false,
      ...options.provider
    })
    this.provider.on('synced', synced => this.tell('synced', { synced }))
    this.provider.on('local-changes', pending => this.tell('local_changes', { pending }))
  }

  get isSaved () { return this.isSynced && !this.provider.hasLocalChanges }
  get light () {
    return { has_local_changes: this.provider.hasLocalChanges, status: this.provider.status }
  }

  // Its disconnect() reconnects by itself as soon as the socket's close event arrives, so the
  // network is cut instead.
  disconnect () { this.network.cut() }
  reconnect () { this.network.restore() }

  destroy () {
    this.network.cut()
    this.provider.disconnect()
    super.destroy()
  }
}

const authEndpoint = ({ url, document, token }) => {
  if (/^wss?:/.test(url)) {
    return async () => ({ url, baseUrl: url, docId: document, token, authorization: 'full' })
  }
  if (!token) return url
  return async () => {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      body: JSON.stringify({ docId: document })
    })
    if (!answer.ok) throw new Error(`the auth endpoint answered ${answer.status}`)
    return await answer.json()
  }
}

/** @param {{network: Network} | undefined} shared a socket for several Hocuspocus documents */
export const createClient = (options, tell, shared) => {
  switch (options.kind) {
    case 'hocuspocus-3':
    case 'hocuspocus-4':
      return new HocuspocusClient(options, tell, shared)
    case 'y-sweet':
      return new YSweetClient(options, tell)
    default:
      if (!KINDS.includes(options.kind)) throw new Error(`unknown kind ${options.kind}; one of ${KINDS.join(', ')}`)
      return new YWebsocketClient(options, tell)
  }
}
