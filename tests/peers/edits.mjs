// Seeded random edits on a shared document. Text is cut between code points only: half a surrogate
// pair would be replaced by Yjs and hide a real difference.

import { setTimeout as sleep } from 'node:timers/promises'
import * as Y from 'yjs'

const WORDS = ['a', 'bé', 'ñandú ', 'Suppe', '🍜', '👩‍🍳', 'Ärger', '辣椒', '\n', 'zwölf ', '🌶️🌶️', '0']

/** Numbers in [0, 1) from a 32-bit seed (mulberry32). */
export const seeded = seed => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/**
 * Make `n` random edits, one transaction each.
 *
 * pauseMs: wait between two edits (0 = only let the sockets run every 10 edits).
 * Resolves to {kind: count}.
 */
export const randomEdits = async (doc, roots, n, seed, pauseMs = 0) => {
  const random = seeded(seed)
  const below = limit => Math.floor(random() * limit)
  const pick = list => list[below(list.length)]
  const choices = availableEdits(roots)
  const total = choices.reduce((sum, [weight]) => sum + weight, 0)
  const counts = {}
  for (let i = 0; i < n; i++) {
    let at = below(total)
    const [, kind, edit] = choices.find(([weight]) => (at -= weight) < 0)
    doc.transact(() => edit(doc, { below, pick }))
    counts[kind] = (counts[kind] ?? 0) + 1
    if (pauseMs > 0) await sleep(pauseMs * 2 * random())
    else if (i % 10 === 9) await new Promise(resolve => setImmediate(resolve))
  }
  return counts
}

const availableEdits = ({ text = [], map = [], flat_map: flatMap = [], array = [] }) => [
  ...(text.length > 0 ? textEdits(text) : []),
  ...(map.length > 0 ? mapEdits(map) : []),
  ...(flatMap.length > 0 ? mapEdits(flatMap).filter(([, kind]) => !kind.startsWith('nested')) : []),
  ...(array.length > 0 ? arrayEdits(array) : [])
]

const textEdits = roots => [
  [35, 'text_insert', (doc, { below, pick }) => {
    const text = doc.getText(pick(roots))
    const points = Array.from(text.toString())
    text.insert(points.slice(0, below(points.length + 1)).join('').length, pick(WORDS))
  }],
  [15, 'text_delete', (doc, { below, pick }) => {
    const text = doc.getText(pick(roots))
    const points = Array.from(text.toString())
    if (points.length === 0) return void text.insert(0, pick(WORDS))
    const from = below(points.length)
    const removed = points.slice(from, from + 1 + below(4)).join('').length
    text.delete(points.slice(0, from).join('').length, removed)
  }]
]

const mapEdits = roots => [
  [20, 'map_set', (doc, random) => {
    doc.getMap(random.pick(roots)).set(`k${random.below(12)}`, plainValue(random))
  }],
  [5, 'map_delete', (doc, { below, pick }) => {
    doc.getMap(pick(roots)).delete(`k${below(12)}`)
  }],
  [15, 'nested_set', (doc, random) => {
    const root = doc.getMap(random.pick(roots))
    const key = `n${random.below(4)}`
    let nested = root.get(key)
    if (!(nested instanceof Y.Map)) nested = root.set(key, new Y.Map())
    nested.set(`v${random.below(5)}`, plainValue(random))
  }],
  [2, 'nested_delete', (doc, { below, pick }) => {
    doc.getMap(pick(roots)).delete(`n${below(4)}`)
  }]
]

const arrayEdits = roots => [
  [8, 'array_insert', (doc, random) => {
    const array = doc.getArray(random.pick(roots))
    array.insert(random.below(array.length + 1), [plainValue(random), plainValue(random)])
  }],
  [4, 'array_delete', (doc, { below, pick }) => {
    const array = doc.getArray(pick(roots))
    if (array.length > 0) array.delete(below(array.length), 1)
  }]
]

const plainValue = ({ below, pick }) => {
  switch (below(6)) {
    case 0: return below(100000)
    case 1: return below(2000) / 8 - 100
    case 2: return below(2) === 0
    case 3: return null
    case 4: return [pick(WORDS), below(100), 'dev']
    default: return pick(WORDS) + pick(WORDS)
  }
}

/**
 * Carry out explicit edits in one transaction: {type: "text_insert", root, index, text} |
 * {type: "text_delete", root, index, length} | {type: "map_set", root, path?, key, value} |
 * {type: "map_delete", root, path?, key} | {type: "map_nest", root, path?, key} |
 * {type: "array_insert", root, index, values} | {type: "array_delete", root, index, length}.
 */
export const explicitEdits = (doc, edits) => doc.transact(() => edits.forEach(edit => explicitEdit(doc, edit)))

const explicitEdit = (doc, edit) => {
  const map = () => (edit.path ?? []).reduce((parent, key) => parent.get(key), doc.getMap(edit.root))
  switch (edit.type) {
    case 'text_insert': return doc.getText(edit.root).insert(edit.index, edit.text)
    case 'text_delete': return doc.getText(edit.root).delete(edit.index, edit.length)
    case 'map_set': return map().set(edit.key, edit.value)
    case 'map_delete': return map().delete(edit.key)
    case 'map_nest': return map().set(edit.key, new Y.Map())
    case 'array_insert': return doc.getArray(edit.root).insert(edit.index, edit.values)
    case 'array_delete': return doc.getArray(edit.root).delete(edit.index, edit.length)
    default: throw new Error(`unknown edit ${edit.type}`)
  }
}
