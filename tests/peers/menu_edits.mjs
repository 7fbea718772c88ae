// Edits of a menu as a browser makes them, and as a broken or hostile client makes them.
//
// Each edit is one transaction and says what its author knew: the clock of every client whose
// edits were in the document. That is a vector clock, so a test can tell who had seen what.

import { setTimeout as sleep } from 'node:timers/promises'
import * as Y from 'yjs'

/**
 * Carry the edits out one by one. Resolves to one {is_done, clocks, client, ms} for each; an edit
 * of something that this document does not hold (yet) is not done.
 */
export const menuEdits = async (doc, edits, pauseMs = 0) => {
  const made = []
  for (const edit of edits) {
    made.push(menuEdit(doc, edit))
    if (pauseMs > 0) await sleep(pauseMs)
    else if (made.length % 10 === 0) await new Promise(resolve => setImmediate(resolve))
  }
  return made
}

const menuEdit = (doc, edit) => {
  const clocks = [...Y.decodeStateVector(Y.encodeStateVector(doc))]
  const ms = Date.now()
  const isDone = doc.transact(() => KINDS[edit.kind](doc, edit, ms) !== false)
  return { is_done: isDone, clocks, client: doc.clientID, ms }
}

const KINDS = {
  /** A register: takes the place of every value that this document shows. */
  set: (doc, { root, id, register, value, user }, ms) => {
    const fields = at(doc, root, [id])
    if (!(fields instanceof Y.Map)) return false
    const own = `${register}@${replicaOf(doc)}`
    for (const key of [...fields.keys()]) {
      if (key !== own && registerOf(key) === register) fields.delete(key)
    }
    fields.set(own, [value, user, ms])
  },

  /** A text: some characters go, some come. place: 0 to 1. */
  text: (doc, { root, path, place, gone, come }) => {
    const text = at(doc, root, path)
    if (!(text instanceof Y.Text)) return false
    const points = Array.from(text.toString())
    const from = Math.floor(place * (points.length + 1))
    const before = points.slice(0, from).join('').length
    const removed = points.slice(from, from + gone).join('').length
    if (removed > 0) text.delete(before, removed)
    if (come !== '') text.insert(before, come)
  },

  /** A new item or section with its texts. */
  create: (doc, { root, id, locales, name, registers, user }, ms) => {
    const parts = doc.getMap(root)
    if (parts.has(id)) return false
    const fields = new Y.Map()
    fields.set('name', texts(locales, name))
    fields.set('desc', texts(locales, ''))
    if (root === 'items') fields.set('note', new Y.Text())
    for (const [register, value] of Object.entries(registers)) {
      fields.set(`${register}@${replicaOf(doc)}`, [value, user, ms])
    }
    parts.set(id, fields)
  },

  /** Any key of any map. `@own` in it stands for this document's replica. */
  put: (doc, { root, path, key, value }) => {
    const map = at(doc, root, path)
    if (!(map instanceof Y.Map)) return false
    map.set(ownKey(doc, key), value)
  },
  nest: (doc, { root, path, key, type, text }) => {
    const map = at(doc, root, path)
    if (!(map instanceof Y.Map)) return false
    map.set(ownKey(doc, key), text === undefined ? NESTED[type ?? 'map']() : new Y.Text(text))
  },
  drop: (doc, { root, path, key }) => {
    const map = at(doc, root, path)
    if (!(map instanceof Y.Map) || !map.has(key)) return false
    map.delete(key)
  },
  embed: (doc, { root, path, value }) => {
    const text = at(doc, root, path)
    if (!(text instanceof Y.Text)) return false
    text.insertEmbed(0, value)
  },
  format: (doc, { root, path, value }) => {
    const text = at(doc, root, path)
    if (!(text instanceof Y.Text) || text.length === 0) return false
    text.format(0, 1, value)
  },
  new_root: (doc, { root, key, value }) => { doc.getMap(root).set(key, value) }
}

const NESTED = {
  map: () => new Y.Map([['inside', 1]]),
  xml: () => new Y.XmlFragment(),
  document: () => new Y.Doc()
}

const at = (doc, root, path) =>
  path.reduce((found, key) => found instanceof Y.Map ? found.get(key) : undefined, doc.getMap(root))

const texts = (locales, text) => new Y.Map(locales.map(locale => [locale, new Y.Text(text)]))

const replicaOf = doc => doc.clientID.toString(36)

const ownKey = (doc, key) => key.replace('@own', `@${replicaOf(doc)}`)

const registerOf = key => key.includes('@') ? key.slice(0, key.lastIndexOf('@')) : null
