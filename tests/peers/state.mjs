// What a document holds, in a form that two replicas can be compared by.

import { createHash } from 'node:crypto'
import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'

export const DEFAULT_ROOTS = { text: ['text'], map: ['map'], array: ['list'] }

/** Define the roots, so that they have their type; returns them by kind. */
export const defineRoots = (doc, roots = DEFAULT_ROOTS) => {
  for (const name of roots.text ?? []) doc.getText(name)
  for (const name of roots.map ?? []) doc.getMap(name)
  for (const name of roots.array ?? []) doc.getArray(name)
  return roots
}

/** Everything Yjs's own test helper compares: content, state vector, deletes, nothing pending. */
export const stateOf = (doc, roots) => {
  const json = {
    text: byName(roots.text, name => doc.getText(name).toString()),
    map: byName(roots.map, name => doc.getMap(name).toJSON()),
    array: byName(roots.array, name => doc.getArray(name).toJSON())
  }
  return {
    ...json,
    sha256: sha256(canonicalJson(json)),
    state_vector: base64(Y.encodeStateVector(doc)),
    delete_set: base64(canonicalDeleteSet(doc)),
    structs_sha256: structsDigest(doc),
    pending_structs: doc.store.pendingStructs !== null,
    pending_deletes: doc.store.pendingDs !== null,
    client_id: doc.clientID
  }
}

export const base64 = bytes => Buffer.from(bytes).toString('base64')

/** JSON with sorted keys: key order of a Y.Map differs between replicas. */
export const canonicalJson = value => {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const members = Object.keys(value).sort().map(key => `${JSON.stringify(key)}:${canonicalJson(value[key])}`)
  return `{${members.join(',')}}`
}

const sha256 = data => createHash('sha256').update(data).digest('hex')

const byName = (names = [], read) => Object.fromEntries(names.map(name => [name, read(name)]))

const canonicalDeleteSet = doc => {
  const { clients } = Y.createDeleteSetFromStructStore(doc.store)
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, clients.size)
  for (const [client, ranges] of [...clients].sort(([a], [b]) => a - b)) {
    encoding.writeVarUint(encoder, client)
    encoding.writeVarUint(encoder, ranges.length)
    for (const { clock, len } of ranges) {
      encoding.writeVarUint(encoder, clock)
      encoding.writeVarUint(encoder, len)
    }
  }
  return encoding.toUint8Array(encoder)
}

// One line per live clock with its origins, so that two stores agree whether or not neighbouring
// structs were merged. Deleted ones are covered by the delete set (collection drops their origins).
const structsDigest = doc => {
  const hash = createHash('sha256')
  const id = value => value === null ? '-' : `${value.client}.${value.clock}`
  for (const [client, structs] of [...doc.store.clients].sort(([a], [b]) => a - b)) {
    for (const struct of structs) {
      if (struct.deleted) continue
      for (let i = 0; i < struct.length; i++) {
        const clock = struct.id.clock + i
        const origin = i === 0 ? id(struct.origin) : `${client}.${clock - 1}`
        hash.update(`${client}.${clock} ${origin} ${id(struct.rightOrigin)} ${struct.parentSub ?? ''}\n`)
      }
    }
  }
  return hash.digest('hex')
}
