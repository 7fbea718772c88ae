// Sets of Yjs ids: which clocks of which clients a message inserts, and which it deletes.

import * as Y from 'yjs'

/** Clock ranges per client; overlapping ranges may be added, `subtract` takes them away. */
export class IdSet {
  constructor () {
    /** @type {Map<number, Array<[number, number]>>} client -> [first, end) */
    this.clients = new Map()
  }

  add (client, clock, length) {
    if (length <= 0) return
    const ranges = this.clients.get(client)
    if (ranges === undefined) this.clients.set(client, [[clock, clock + length]])
    else ranges.push([clock, clock + length])
  }

  subtract (other) {
    for (const [client, ranges] of this.clients) {
      let left = ranges
      for (const [first, end] of other.clients.get(client) ?? []) {
        left = left.flatMap(([a, b]) => {
          const kept = []
          if (a < Math.min(b, first)) kept.push([a, Math.min(b, first)])
          if (Math.max(a, end) < b) kept.push([Math.max(a, end), b])
          return kept
        })
      }
      if (left.length === 0) this.clients.delete(client)
      else this.clients.set(client, left)
    }
  }

  get empty () {
    return this.clients.size === 0
  }

  /** [[client, clock, length], ...] in ascending order. */
  toJSON () {
    return [...this.clients]
      .sort(([a], [b]) => a - b)
      .flatMap(([client, ranges]) =>
        [...ranges].sort(([a], [b]) => a - b).map(([first, end]) => [client, first, end - first]))
  }
}

/** What an update_v1 inserts and deletes. A Skip is a hole: it provides nothing. */
export const idsOfUpdate = update => {
  const { structs, ds } = Y.decodeUpdate(update)
  const inserts = new IdSet()
  const deletes = new IdSet()
  for (const struct of structs) {
    if (!(struct instanceof Y.Skip)) inserts.add(struct.id.client, struct.id.clock, struct.length)
  }
  for (const [client, items] of ds.clients) {
    for (const { clock, len } of items) deletes.add(client, clock, len)
  }
  return { inserts, deletes }
}
