// What one client was promised: every local update with its ids, and when it was acknowledged.
//
// The rules are those that the stock clients themselves use to call an edit saved:
//   y-websocket  a received SyncStep2 or Update that contains the ids (the rule of its sync light)
//   Hocuspocus   the SyncStatus that pays for the frame; statuses pay for frames in order
//   y-sweet      frame 102 coming back with the version of the update, or a later one

import * as decoding from 'lib0/decoding'
import { IdSet, idsOfUpdate } from './ids.mjs'

const SYNC = 0
const HOCUSPOCUS_SYNC_STATUS = 8
const Y_SWEET_VERSION = 102
const STEP_1 = 0
const STEP_2 = 1
const UPDATE = 2

/** Milliseconds since the epoch, with fractions, never going back. */
export const nowMs = () => performance.timeOrigin + performance.now()

class AckLog {
  constructor () {
    /** @type {Array<{n: number, made_at_ms: number, inserts: number[][], deletes: number[][], acked_at_ms: number | null, left: {inserts: IdSet, deletes: IdSet}}>} */
    this.updates = []
    this.waiting = []
    this.refused = 0
  }

  /** A local transaction made this update. */
  made (update) {
    const { inserts, deletes } = idsOfUpdate(update)
    const entry = {
      n: this.updates.length + 1,
      made_at_ms: nowMs(),
      inserts: inserts.toJSON(),
      deletes: deletes.toJSON(),
      acked_at_ms: null,
      left: { inserts, deletes }
    }
    this.updates.push(entry)
    this.waiting.push(entry)
  }

  acknowledgeIds ({ inserts, deletes }) {
    this.settle(({ left }) => {
      left.inserts.subtract(inserts)
      left.deletes.subtract(deletes)
      return left.inserts.empty && left.deletes.empty
    })
  }

  acknowledgeUpTo (n) {
    this.settle(entry => entry.n <= n)
  }

  settle (isAcknowledged) {
    const at = nowMs()
    this.waiting = this.waiting.filter(entry => {
      if (!isAcknowledged(entry)) return true
      entry.acked_at_ms = at
      return false
    })
  }

  opened () {}
  sent (_frame) {}
  received (_frame) {}

  /** Entries after the first `since`, without the working sets. */
  since (since = 0) {
    return this.updates.slice(since).map(({ left, ...entry }) => entry)
  }
}

class EchoAcks extends AckLog {
  received (frame) {
    if (this.waiting.length === 0) return
    const decoder = decoding.createDecoder(frame)
    if (decoding.readVarUint(decoder) !== SYNC) return
    if (decoding.readVarUint(decoder) === STEP_1) return
    this.acknowledgeIds(idsOfUpdate(decoding.readVarUint8Array(decoder)))
  }
}

class StatusAcks extends AckLog {
  /** @param {() => string} address the name that this provider's frames carry */
  constructor (address) {
    super()
    this.address = address
    this.opened()
  }

  opened () {
    this.unpaid = [] // ids of the frames sent on this socket that no status has paid for
    this.owedStep2 = 0 // only the Step2 that belongs to our own Step1 gets a status
  }

  read (frame) {
    if (frame.length < 2) return null
    const decoder = decoding.createDecoder(frame)
    if (decoding.readVarString(decoder) !== this.address()) return null
    return { type: decoding.readVarUint(decoder), decoder }
  }

  sent (frame) {
    const message = this.read(frame)
    if (message === null || message.type !== SYNC) return
    const kind = decoding.readVarUint(message.decoder)
    if (kind === STEP_1) {
      this.owedStep2 += 1
    } else if (kind === UPDATE || (kind === STEP_2 && this.owedStep2 > 0)) {
      if (kind === STEP_2) this.owedStep2 -= 1
      this.unpaid.push(idsOfUpdate(decoding.readVarUint8Array(message.decoder)))
    }
  }

  received (frame) {
    const message = this.read(frame)
    if (message === null || message.type !== HOCUSPOCUS_SYNC_STATUS) return
    const ids = this.unpaid.shift()
    if (ids === undefined) throw new Error('a SyncStatus that no frame was waiting for')
    if (decoding.readVarInt(message.decoder) === 1) this.acknowledgeIds(ids)
    else this.refused += 1
  }
}

class VersionAcks extends AckLog {
  received (frame) {
    const decoder = decoding.createDecoder(frame)
    if (decoding.readVarUint(decoder) !== Y_SWEET_VERSION) return
    const version = decoding.createDecoder(decoding.readVarUint8Array(decoder))
    this.acknowledgeUpTo(decoding.readVarUint(version)) // its version counts local updates from 1
  }
}

export const createAckLog = (family, address) => {
  switch (family) {
    case 'y-websocket': return new EchoAcks()
    case 'hocuspocus': return new StatusAcks(address)
    case 'y-sweet': return new VersionAcks()
    default: throw new Error(`unknown client family ${family}`)
  }
}
