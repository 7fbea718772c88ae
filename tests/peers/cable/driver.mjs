// Unmodified @rails/actioncable clients, one JSON line a command; see README.md beside this file.

import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import WebSocket from 'ws'

const require = createRequire(import.meta.url)
const KINDS = ['actioncable-7', 'actioncable-8']

const write = message => process.stdout.write(`${JSON.stringify(message)}\n`)

// What the packages expect of a browser: events of the window, and whether the page is seen.
const page = new EventTarget()
globalThis.addEventListener = page.addEventListener.bind(page)
globalThis.removeEventListener = page.removeEventListener.bind(page)
globalThis.document = { visibilityState: 'visible' }
// Their logs must not mix with the answers.
console.log = console.info = console.warn = console.debug = (...words) => console.error(...words)

const clients = new Map()

// Seen through the adapter that the packages offer: every frame, and how the socket ended.
class SeenSocket extends WebSocket {
  constructor (url, protocols) {
    const name = new URL(url).searchParams.get('peer')
    const client = clients.get(name)
    super(url, protocols, client.headers === undefined ? {} : { headers: client.headers })
    client.sockets.push(this)
    this.on('open', () => write({ event: 'open', client: name, protocol: this.protocol }))
    this.on('message', data => client.frames.push(['in', JSON.parse(data.toString())]))
    this.on('close', (code, reason) => write({ event: 'close', client: name, code, reason: reason.toString() }))
    this.on('unexpected-response', (request, response) => {
      write({ event: 'refused', client: name, status: response.statusCode })
      request.destroy()
    })
    this.on('error', () => {}) // the close event says enough
  }

  send (text) {
    clients.get(new URL(this.url).searchParams.get('peer')).frames.push(['out', JSON.parse(text)])
    return super.send(text)
  }
}

const packages = Object.fromEntries(KINDS.map(kind => [kind, require(kind)]))
for (const one of Object.values(packages)) one.adapters.WebSocket = SeenSocket

const clientOf = ({ client }) => {
  if (!clients.has(client)) throw new Error(`no client ${client}`)
  return clients.get(client)
}
const subscriptionOf = command => {
  const found = clientOf(command).subscriptions.get(command.name)
  if (found === undefined) throw new Error(`no subscription ${command.name}`)
  return found
}

const ops = {
  connect: ({ client, kind, url, subprotocols, headers }) => {
    const address = new URL(url)
    address.searchParams.set('peer', client)
    clients.set(client, { headers, sockets: [], frames: [], subscriptions: new Map() })
    const consumer = packages[kind].createConsumer(address.href)
    for (const one of subprotocols ?? []) consumer.addSubProtocol(one)
    clients.get(client).consumer = consumer
    consumer.connect()
  },
  subscribe: ({ client, name, params }) => {
    const tell = (event, more = {}) => write({ event, client, name, ...more })
    const subscription = clientOf({ client }).consumer.subscriptions.create(params, {
      connected: how => tell('connected', how),
      disconnected: how => tell('disconnected', how),
      rejected: () => tell('rejected'),
      received: message => tell('received', { message })
    })
    clientOf({ client }).subscriptions.set(name, subscription)
    return { identifier: subscription.identifier }
  },
  perform: command => ({ sent: subscriptionOf(command).perform(command.action, command.data ?? {}) }),
  send: command => ({ sent: subscriptionOf(command).send(command.data) }),
  unsubscribe: command => { subscriptionOf(command).unsubscribe() },
  frames: command => ({ frames: clientOf(command).frames }),
  raw: command => { clientOf(command).sockets.at(-1).send(command.text) },
  drop: command => { clientOf(command).sockets.at(-1).terminate() },
  disconnect: command => { clientOf(command).consumer.disconnect() },
  is_running: command => ({ running: Boolean(clientOf(command).consumer.connection.monitor.isRunning()) }),
  versions: () => ({
    versions: Object.fromEntries(KINDS.map(kind => [kind, require(`${kind}/package.json`).version]))
  })
}

const answer = line => {
  const command = JSON.parse(line)
  try {
    if (!Object.hasOwn(ops, command.op)) throw new Error(`unknown op ${command.op}`)
    write({ id: command.id, ok: true, ...ops[command.op](command) })
  } catch (error) {
    write({ id: command.id, ok: false, error: error.stack ?? String(error) })
  }
}

const lines = createInterface({ input: process.stdin })
lines.on('line', answer)
lines.on('close', () => process.exit(0))
write({ event: 'ready' })
