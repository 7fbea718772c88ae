// Many stock Yjs clients in one process, commanded over JSON lines.
//
// stdin:  {"id": 1, "op": "connect", "client": "a", ...}
// stdout: {"id": 1, "ok": true, ...} | {"id": 1, "ok": false, "error": "..."} | {"event": "...", ...}
// Ops run side by side; an answer comes when its op is done. See README.md for all ops.

import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import * as Y from 'yjs'
import { createClient, loadPackages, versions } from './clients.mjs'
import { difference } from './compare.mjs'
import { explicitEdits, randomEdits } from './edits.mjs'
import { menuEdits } from './menu_edits.mjs'
import { watchMenu } from './menu_watch.mjs'
import { base64, defineRoots, stateOf } from './state.mjs'
import { Network } from './tap.mjs'

const POLL_MS = 5
const DEFAULT_TIMEOUT_MS = 15_000

const clients = new Map()
const sharedSockets = new Map()

process.setMaxListeners(0) // every y-websocket provider listens for 'exit'

const write = line => process.stdout.write(JSON.stringify(line) + '\n')

const clientOf = ({ client }) => {
  const found = clients.get(client)
  if (found === undefined) throw new Error(`no client ${client}`)
  return found
}

const until = async (isDone, describe, timeoutMs = DEFAULT_TIMEOUT_MS) => {
  const deadline = performance.now() + timeoutMs
  while (!isDone()) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${describe()}`)
    await sleep(POLL_MS)
  }
}

const sharedSocket = ({ socket, headers }) => {
  if (socket === undefined) return undefined
  if (!sharedSockets.has(socket)) sharedSockets.set(socket, { network: new Network(headers) })
  return sharedSockets.get(socket)
}

const status = client => ({
  kind: client.kind,
  synced: Boolean(client.isSynced),
  saved: Boolean(client.isSaved),
  outstanding: client.outstanding,
  refused: client.acks.refused,
  light: client.light,
  closes: client.closes
})

const statesOf = names => Object.fromEntries(names.map(name => {
  const client = clientOf({ client: name })
  return [name, stateOf(client.doc, client.roots)]
}))

const ops = {
  versions: () => ({ versions: versions() }),

  connect: command => {
    if (clients.has(command.client)) throw new Error(`client ${command.client} exists`)
    const client = createClient(command, write, sharedSocket(command))
    clients.set(command.client, client)
    return { client_id: client.doc.clientID }
  },

  edit: async command => {
    const client = clientOf(command)
    const roots = command.roots ?? client.roots
    const counts = await randomEdits(client.doc, roots, command.n, command.seed, command.pause_ms)
    return { counts }
  },
  apply: command => explicitEdits(clientOf(command).doc, command.edits),
  apply_update: command => Y.applyUpdate(clientOf(command).doc, Buffer.from(command.update, 'base64'), 'apply'),

  menu_edits: async command =>
    ({ made: await menuEdits(clientOf(command).doc, command.edits, command.pause_ms) }),
  menu_watch: command => {
    const client = clientOf(command)
    client.watched = watchMenu(client.doc, command.settings)
  },
  menu_watched: command => clientOf(command).watched,

  state: command => {
    const client = clientOf(command)
    return { state: stateOf(client.doc, defineRoots(client.doc, command.roots ?? client.roots)) }
  },
  encode: command => ({ update: base64(Y.encodeStateAsUpdate(clientOf(command).doc)) }),
  inspect: command => {
    const doc = new Y.Doc()
    const roots = defineRoots(doc, command.roots)
    for (const update of command.updates) Y.applyUpdate(doc, Buffer.from(update, 'base64'))
    return { state: stateOf(doc, roots) }
  },
  compare: command => ({ difference: difference({ ...statesOf(command.clients ?? []), ...command.states }) }),
  converge: async command => {
    const found = () => difference({ ...statesOf(command.clients), ...command.states })
    await until(() => found() === null, found, command.timeout_ms)
    return { state: statesOf(command.clients.slice(0, 1))[command.clients[0]] }
  },

  status: command => status(clientOf(command)),
  wait_synced: async command => {
    const client = clientOf(command)
    await until(() => client.isSynced, () => JSON.stringify(status(client)), command.timeout_ms)
  },
  wait_saved: async command => {
    const client = clientOf(command)
    await until(() => client.isSaved, () => JSON.stringify(status(client)), command.timeout_ms)
    return status(client)
  },
  wait_closed: async command => {
    const client = clientOf(command)
    const count = command.count ?? 1
    await until(() => client.closes.length >= count, () => `closes ${JSON.stringify(client.closes)}`, command.timeout_ms)
    return { closes: client.closes }
  },
  acks: command => {
    const { acks } = clientOf(command)
    return { updates: acks.since(command.since), refused: acks.refused }
  },

  disconnect: command => clientOf(command).disconnect(),
  reconnect: command => clientOf(command).reconnect(),
  cut: command => clientOf(command).network.cut(),
  restore: command => clientOf(command).network.restore(),
  drop: command => clientOf(command).network.drop(),
  pause_reading: command => clientOf(command).network.pauseReading(),
  resume_reading: command => clientOf(command).network.resumeReading(),
  destroy: command => {
    clientOf(command).destroy()
    clients.delete(command.client)
  },

  awareness_set: command => clientOf(command).awareness.setLocalState(command.state),
  awareness_get: command => ({
    states: Object.fromEntries([...clientOf(command).awareness.getStates()].map(([id, state]) => [String(id), state]))
  }),
  stateless: command => ({ payloads: clientOf(command).stateless }),
  send_stateless: command => clientOf(command).sendStateless(command.payload),

  quit: () => setImmediate(() => process.exit(0))
}

const answer = async line => {
  const command = JSON.parse(line)
  try {
    const op = Object.hasOwn(ops, command.op) ? ops[command.op] : undefined
    if (op === undefined) throw new Error(`unknown op ${command.op}`)
    const result = await op(command)
    write({ id: command.id, ok: true, ...(result?.constructor === Object ? result : {}) })
  } catch (error) {
    write({ id: command.id, ok: false, error: error.stack ?? String(error) })
  }
}

// Whatever the packages print must not mix with the answers.
console.log = console.info = console.warn = console.debug = (...words) => console.error(...words)

await loadPackages()
const lines = createInterface({ input: process.stdin })
lines.on('line', line => { void answer(line) })
lines.on('close', () => process.exit(0))
write({ event: 'ready', versions: versions() })
