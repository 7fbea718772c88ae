// Checks of the parts that have no DOM: text changes, registers, money. Run by `npm test`.

import assert from 'node:assert/strict'
import test from 'node:test'
import { build } from 'esbuild'

const load = async name => {
  const { outputFiles: [file] } = await build({
    entryPoints: [`src/${name}.ts`], bundle: true, format: 'esm', write: false, external: ['yjs'], absWorkingDir: import.meta.dirname
  })
  return await import(`data:text/javascript;base64,${Buffer.from(file.contents).toString('base64')}`)
}

const Y = await import('yjs')
const { changeBetween, moved } = await load('text_change')
const { readRegisters, valueOf, writeRegister } = await load('menu/registers')
const { Money } = await load('money')

const seeded = seed => () => {
  seed = (seed * 1664525 + 1013904223) >>> 0
  return seed / 2 ** 32
}

const applied = (text, { index, removed, inserted }) => text.slice(0, index) + inserted + text.slice(index + removed)

test('a change turns the old text into the new one and never cuts a code point', () => {
  const random = seeded(7)
  const alphabet = ['a', 'a', 'b', '🍜', '🍝', 'é'] // 🍜 and 🍝 share their first half
  const word = () => Array.from({ length: Math.floor(random() * 8) }, () => alphabet[Math.floor(random() * alphabet.length)]).join('')
  for (let i = 0; i < 20_000; i++) {
    const [before, after] = [word(), word()]
    const caret = Array.from(after).slice(0, Math.floor(random() * 9)).join('').length
    const change = changeBetween(before, after, caret)
    if (change === null) {
      assert.equal(before, after)
      continue
    }
    assert.equal(applied(before, change), after)
    for (const part of [change.inserted, before.slice(change.index, change.index + change.removed)]) {
      assert.ok(part.isWellFormed?.() ?? !/[\ud800-\udfff]/.test(part.replace(/[\ud800-\udbff][\udc00-\udfff]/g, '')), JSON.stringify([before, after, change]))
    }
  }
})

test('the caret decides which of two equal letters is new', () => {
  assert.deepEqual(changeBetween('aab', 'aaab', 1), { index: 0, removed: 0, inserted: 'a' })
  assert.deepEqual(changeBetween('aab', 'aaab', 3), { index: 2, removed: 0, inserted: 'a' })
})

test('a position moves with the text around it', () => {
  const random = seeded(11)
  for (let i = 0; i < 5_000; i++) {
    const doc = new Y.Doc()
    const text = doc.getText('t')
    text.insert(0, 'abcdefghij')
    const index = Math.floor(random() * 11)
    let delta = []
    text.observe(event => { delta = event.delta })
    doc.transact(() => {
      const at = Math.floor(random() * 10)
      if (random() < 0.5) text.delete(at, Math.min(10 - at, 1 + Math.floor(random() * 4)))
      if (random() < 0.7) text.insert(Math.floor(random() * (text.length + 1)), 'XYZ')
    })
    const now = text.toString()
    const survivors = [...'abcdefghij'.slice(0, index)].filter(letter => now.includes(letter)).join('')
    for (const followsInsert of [false, true]) {
      const left = now.slice(0, moved(index, delta, followsInsert))
      assert.equal(left.replace(/[XYZ]/g, ''), survivors, JSON.stringify({ index, delta, followsInsert }))
    }
    assert.ok(moved(index, delta) <= moved(index, delta, true))
  }
})

test('a register holds exactly the writes that nobody has overwritten knowingly', () => {
  const random = seeded(3)
  const docs = [1, 35, 36, 1300].map(id => Object.assign(new Y.Doc(), { clientID: id }))
  const seen = docs.map(() => new Set()) // writes each replica knows
  const past = new Map() // write -> writes it overwrote
  const sync = (from, to) => {
    Y.applyUpdate(docs[to], Y.encodeStateAsUpdate(docs[from], Y.encodeStateVector(docs[to])))
    seen[from].forEach(write => seen[to].add(write))
  }
  for (let i = 0; i < 2_000; i++) {
    const [a, b] = [Math.floor(random() * 4), Math.floor(random() * 4)]
    if (random() < 0.5) {
      past.set(i, new Set(seen[a]))
      seen[a].add(i)
      writeRegister(docs[a].getMap('item'), 'price', i, `user ${a}`, Date.now())
    } else if (a !== b) sync(a, b)
    for (const at of [a, b]) {
      const maximal = [...seen[at]].filter(write => ![...seen[at]].some(other => past.get(other).has(write)))
      const held = readRegisters(docs[at].getMap('item').entries()).get('price') ?? []
      assert.deepEqual(held.map(({ value }) => value).sort((x, y) => x - y), maximal.sort((x, y) => x - y))
    }
    if (i % 100 === 99) { // forget what everybody knows, to keep the check fast
      docs.forEach((_, from) => docs.forEach((_, to) => from !== to && sync(from, to)))
      docs.forEach((_, from) => docs.forEach((_, to) => from !== to && sync(from, to)))
      const now = [...seen[0]].filter(write => ![...seen[0]].some(other => past.get(other).has(write)))
      seen.forEach(set => { set.clear(); now.forEach(write => set.add(write)) })
      now.forEach(write => past.set(write, new Set()))
    }
  }
})

test('the value read is the one with the greatest time, then replica; other shapes are ignored', () => {
  const map = new Y.Doc().getMap('item')
  map.set('price@a', [1, 'Ana', 5])
  map.set('price@b', [2, 'Bo', 5])
  map.set('price@c', [3, 'Cy', 4])
  map.set('price@d', 'nonsense')
  assert.equal(valueOf(readRegisters(map.entries()), 'price'), 2)
  assert.deepEqual(readRegisters(map.entries()).get('price').map(({ value }) => value), [2, 1, 3])
})

test('prices are read with a comma or a point, and doubtful ones are not guessed', () => {
  const euro = new Money('de', 'EUR')
  const good = { '9,50': 950, '9.50': 950, '9,5': 950, '9': 900, '9,': 900, ' 9,50 €': 950, '0': 0, '1234,5': 123450 }
  for (const [typed, minorUnits] of Object.entries(good)) assert.equal(euro.parse(typed), minorUnits, typed)
  for (const typed of ['', '-1', '1.234', '1.234,50', '9,505', 'abc', '1e3', ',5', '99999999999']) assert.equal(euro.parse(typed), null, typed)
  assert.equal(euro.plain(950), '9,50')
  assert.equal(euro.parse(euro.plain(123456)), 123456)
  assert.equal(new Money('ja', 'JPY').parse('950'), 950)
  assert.equal(new Money('ja', 'JPY').parse('9.5'), null)
})
