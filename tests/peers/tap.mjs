// A WebSocket for the stock clients that shows every frame to a listener and can lose the network.

import { WebSocket } from 'ws'

const NOBODY_LISTENS = 'ws://127.0.0.1:1'

/** The network of one client (or of several that share a socket). */
export class Network {
  /** @param {Record<string, string>} headers sent with each upgrade request, e.g. Origin */
  constructor (headers = {}) {
    this.headers = headers
    this.isDown = false
    this.sockets = new Set()
    this.newest = null // the one opened last
    this.listeners = []
    this.WebSocket = tappedWebSocket(this)
  }

  tell (what, ...values) {
    for (const listener of this.listeners) listener[what]?.(...values)
  }

  /** Cut: live sockets die without a closing handshake, new ones find nobody. */
  cut () {
    this.isDown = true
    this.drop()
  }

  restore () {
    this.isDown = false
  }

  /** Lose the live sockets once; the client may reconnect at once. */
  drop () {
    for (const socket of this.sockets) socket.terminate()
  }

  pauseReading () {
    for (const socket of this.sockets) socket.pause()
  }

  resumeReading () {
    for (const socket of this.sockets) socket.resume()
  }
}

const tappedWebSocket = network => class extends WebSocket {
  constructor (url, protocols) {
    super(network.isDown ? NOBODY_LISTENS : url, protocols, { headers: network.headers })
    network.sockets.add(this)
    this.on('open', () => {
      network.newest = this
      network.tell('opened')
    })
    this.on('message', (data, isBinary) => {
      // A socket that is still closing when the next one is open belongs to the past.
      if (network.newest !== this) return
      if (isBinary) network.tell('received', new Uint8Array(data))
      else network.tell('text', data.toString())
    })
    this.on('error', error => {
      const refused = /Unexpected server response: (\d+)/.exec(error.message)
      if (refused !== null) network.tell('refused', Number(refused[1]))
    })
    this.on('close', (code, reason) => {
      network.sockets.delete(this)
      network.tell('closed', code, reason.toString())
    })
  }

  send (data, ...rest) {
    network.tell('sent', data)
    super.send(data, ...rest)
  }
}
