// Checks of reading and writing the menu, with Yjs itself: what concurrent edits leave behind.
// That the server reads the same is checked by tests/peers/test_menu_vectors.py.

import assert from 'node:assert/strict'
import test from 'node:test'
import { loadMenu } from './load_menu.mjs'

const { Y, byCodePoint, codePoints, plainJson, readMenu, readRegisters, registerName, replicaOf, valueOf, writeRegister } = await loadMenu()

const RUNS = 300
const REPLICAS = 4

const seeded = seed => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
}
const below = (random, limit) => Math.floor(random() * limit)
const sync = (from, to) => Y.applyUpdate(to, Y.encodeStateAsUpdate(from, Y.encodeStateVector(to)))
const syncAll = docs => [0, 1].forEach(() => docs.forEach(from => docs.forEach(to => from !== to && sync(from, to))))
const replicas = (random, base) => Array.from({ length: REPLICAS }, () => {
  const doc = new Y.Doc()
  doc.clientID = 1 + below(random, 2 ** 31) // any order of ids
  Y.applyUpdate(doc, base)
  return doc
})

const section = (doc, id, pos) => {
  const map = new Y.Map()
  doc.getMap('sections').set(id, map)
  map.set('name', new Y.Map([['de', new Y.Text(id)]]))
  map.set('desc', new Y.Map([['de', new Y.Text()]]))
  writeRegister(map, 'pos', pos, 'server', 0)
}
const item = (doc, id, loc) => {
  const map = new Y.Map()
  doc.getMap('items').set(id, map)
  map.set('name', new Y.Map([['de', new Y.Text(id)]]))
  map.set('desc', new Y.Map([['de', new Y.Text()]]))
  writeRegister(map, 'loc', loc, 'server', 0)
  writeRegister(map, 'price', 100, 'server', 0)
}
const base = () => {
  const doc = new Y.Doc()
  doc.clientID = 7
  doc.transact(() => {
    for (const [key, value] of Object.entries({ schema: 1, currency: 'EUR', default_locale: 'de' })) doc.getMap('meta').set(key, value)
    for (const [place, id] of ['s', 't', 'u'].entries()) section(doc, id, `a${place}`)
    for (const [place, id] of ['i', 'j', 'k', 'l'].entries()) item(doc, id, ['s', `a${place}`])
  })
  return Y.encodeStateAsUpdate(doc)
}
const BASE = base()

test('code points order strings as the server does', () => {
  const alphabet = ['a', 'z', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '😀', '\u{10ffff}']
  const random = seeded(1)
  const word = () => Array.from({ length: below(random, 5) }, () => alphabet[below(random, alphabet.length)]).join('')
  const slow = (a, b) => {
    const [left, right] = [a, b].map(text => Array.from(text, letter => letter.codePointAt(0)))
    const place = left.findIndex((point, at) => point !== right[at])
    return place < 0 ? left.length - right.length : left[place] - (right[place] ?? -1)
  }
  for (let i = 0; i < 20_000; i++) {
    const [a, b] = [word(), word()]
    assert.equal(Math.sign(byCodePoint(a, b)), Math.sign(slow(a, b)), JSON.stringify([a, b]))
    assert.equal(codePoints(a), Array.from(a).length)
  }
})

test('at every step a register holds exactly the writes that no other write has seen', () => {
  for (let run = 0; run < RUNS; run++) {
    const random = seeded(run)
    const docs = replicas(random, BASE)
    const seen = docs.map(() => new Set()) // writes that each replica knows
    const overwritten = new Map() // write -> the writes it knew
    for (let step = 0; step < 40; step++) {
      const [a, b] = [below(random, REPLICAS), below(random, REPLICAS)]
      if (random() < 0.6) {
        overwritten.set(step, new Set(seen[a]))
        seen[a].add(step)
        writeRegister(docs[a].getMap('items').get('i'), 'price', step, `user ${a}`, below(random, 5))
      } else if (a !== b) {
        sync(docs[a], docs[b])
        seen[a].forEach(write => seen[b].add(write))
      }
      for (const at of new Set([a, b])) {
        if (seen[at].size === 0) continue
        const maximal = [...seen[at]].filter(write => ![...seen[at]].some(other => overwritten.get(other).has(write)))
        const held = readRegisters(docs[at].getMap('items').get('i').entries()).get('price')
        assert.deepEqual(held.map(({ value }) => value).sort((x, y) => x - y), maximal.sort((x, y) => x - y), `run ${run}, step ${step}`)
      }
    }
    syncAll(docs)
    const menus = docs.map(doc => JSON.stringify(plainJson(readMenu(doc))))
    assert.equal(new Set(menus).size, 1, `run ${run}: all read the same`)
  }
})

test('concurrent moves, edits and deletes lose no edit, double no item and let none vanish', () => {
  for (let run = 0; run < RUNS; run++) {
    const random = seeded(10_000 + run)
    const docs = replicas(random, BASE)
    const typed = [] // [item, word]: every word that somebody typed
    const prices = new Map() // item -> [price, the prices its writer saw]
    const added = []
    for (let step = 0; step < 30; step++) {
      const [a, b] = [below(random, REPLICAS), below(random, REPLICAS)]
      const doc = docs[a]
      const items = doc.getMap('items')
      const ids = [...items.keys()].sort()
      const id = ids[below(random, ids.length)]
      const kind = below(random, 7)
      if (kind === 0) writeRegister(items.get(id), 'loc', [['s', 't', 'u'][below(random, 3)], `b${below(random, 9)}`], 'x', step)
      else if (kind === 1) writeRegister(items.get(id), 'deleted', random() < 0.5, 'x', step)
      else if (kind === 2) {
        const [text, word] = [items.get(id).get('name').get('de'), `<${step}>`]
        const places = [...text.toString().matchAll(/(?<!<\d*)(?=<|$)/g)].map(({ index }) => index) // not within a word
        text.insert(places[below(random, places.length)], word)
        typed.push([id, word])
      } else if (kind === 3) {
        const held = readRegisters(items.get(id).entries()).get('price').map(({ value }) => value)
        prices.set(id, [...(prices.get(id) ?? []), [1000 + step, held]])
        writeRegister(items.get(id), 'price', 1000 + step, 'x', step)
      } else if (kind === 4 && added.length < 5) {
        added.push(`n${step}`)
        doc.transact(() => item(doc, `n${step}`, ['t', 'c0']))
      } else if (kind === 5) {
        const sections = doc.getMap('sections')
        writeRegister(sections.get(['s', 't', 'u'][below(random, 3)]), 'deleted', random() < 0.5, 'x', step)
      } else if (a !== b) sync(doc, docs[b])
    }
    syncAll(docs)
    const menus = docs.map(readMenu)
    assert.equal(new Set(menus.map(menu => JSON.stringify(plainJson(menu)))).size, 1, `run ${run}: all read the same`)
    const [menu] = menus
    const found = [...menu.sections.flatMap(({ items }) => items), ...menu.unplaced, ...menu.deletedItems]
    assert.deepEqual(found.map(({ id }) => id).sort(), ['i', 'j', 'k', 'l', ...added].sort(), `run ${run}: every item once`)
    const byId = new Map(found.map(one => [one.id, one]))
    for (const [id, word] of typed) assert.ok(byId.get(id).name.get('de').includes(word), `run ${run}: ${word} in ${id}`)
    for (const [id, writes] of prices) {
      const unseen = writes.map(([price]) => price).filter(price => !writes.some(([, held]) => held.includes(price)))
      const held = byId.get(id).registers.get('price').map(({ value }) => value)
      assert.deepEqual(unseen.filter(price => !held.includes(price)), [], `run ${run}: a price of ${id} that nobody saw is still there`)
    }
  }
})

test('a write touches only the keys of its own register, and never sets a key of another replica', () => {
  const random = seeded(5)
  const docs = replicas(random, BASE)
  const map = docs[0].getMap('items').get('i')
  for (const key of ['price@zz', 'price@zz.1', 'price:x@zz', 'pric@zz', 'price']) map.set(key, [1, 'bo', 1])
  writeRegister(map, 'price', 2, 'ann', 5)
  assert.deepEqual([...map.keys()].filter(key => key.startsWith('pric')).sort(), ['pric@zz', 'price', 'price:x@zz', `price@${replicaOf(docs[0])}`].sort())
  assert.equal(valueOf(readRegisters(map.entries()), 'price'), 2)
  assert.equal(registerName('tag:me@home@1z'), 'tag:me@home')
  assert.equal(registerName('name'), null)
})

test('a register that belongs to no document is not written', () => {
  assert.throws(() => writeRegister(new Y.Map(), 'price', 1, 'ann', 1), /no.*document/)
})
