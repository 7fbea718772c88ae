import { expect, test } from 'vitest'
import type * as Y from 'yjs'
import { readMenu } from '../../src/menu/menu'
import { plainJson } from '../../src/menu/plain_json'
import { readRegisters, writeRegister } from '../../src/menu/registers'
import { addItem, below, mapAt, oneOf, type Random, replica, seeded, seedMenu, sync, syncAll, textAt } from '../menus'

const RUNS = 200
const REPLICAS = 4
const SECTIONS = ['s', 't', 'u']
const BASE = seedMenu()

/** What people did in one run, to be found again. */
interface Traces {
  readonly typed: Array<readonly [item: string, word: string]>
  readonly prices: Map<string, Array<readonly [price: number, seen: readonly unknown[]]>>
  readonly added: string[]
}

test('concurrent moves, edits and deletes lose no edit, double no item and let none vanish', {
  timeout: 60_000,
}, () => {
  for (let run = 0; run < RUNS; run++) {
    const random = seeded(10_000 + run)
    const docs = Array.from({ length: REPLICAS }, () => replica(1 + below(random, 2 ** 31), BASE))
    const traces: Traces = { typed: [], prices: new Map(), added: [] }
    for (let step = 0; step < 30; step++) editSomething(random, docs, step, traces)
    syncAll(docs)
    checkRun(run, docs, traces)
  }
})

function editSomething(random: Random, docs: readonly Y.Doc[], step: number, traces: Traces): void {
  const [doc, other] = [oneOf(random, docs), oneOf(random, docs)]
  const id = oneOf(random, [...doc.getMap('items').keys()].sort())
  const item = mapAt(doc, 'items', id)
  const kind = below(random, 7)
  if (kind === 0) writeRegister(item, 'loc', [oneOf(random, SECTIONS), `b${below(random, 9)}`], 'x', step)
  else if (kind === 1) writeRegister(item, 'deleted', random() < 0.5, 'x', step)
  else if (kind === 2) typeWord(random, doc, id, `<${step}>`, traces)
  else if (kind === 3) {
    const held = (readRegisters(item.entries()).get('price') ?? []).map(({ value }) => value)
    traces.prices.set(id, [...(traces.prices.get(id) ?? []), [1000 + step, held]])
    writeRegister(item, 'price', 1000 + step, 'x', step)
  } else if (kind === 4 && traces.added.length < 5) {
    traces.added.push(`n${step}`)
    doc.transact(() => addItem(doc, `n${step}`, ['t', 'c0']))
  } else if (kind === 5)
    writeRegister(mapAt(doc, 'sections', oneOf(random, SECTIONS)), 'deleted', random() < 0.5, 'x', step)
  else if (doc !== other) sync(doc, other)
}

function typeWord(random: Random, doc: Y.Doc, id: string, word: string, traces: Traces): void {
  const text = textAt(doc, 'items', id, 'name', 'de')
  const places = [...text.toString().matchAll(/(?<!<\d*)(?=<|$)/g)].map(({ index }) => index) // not within a word
  text.insert(oneOf(random, places), word)
  traces.typed.push([id, word])
}

function checkRun(run: number, docs: readonly Y.Doc[], { typed, prices, added }: Traces): void {
  const menus = docs.map((doc) => readMenu(doc))
  expect(new Set(menus.map((menu) => JSON.stringify(plainJson(menu)))).size, `run ${run}: all read the same`).toBe(1)
  const menu = menus[0] ?? expect.fail()
  const found = [...menu.sections.flatMap(({ items }) => items), ...menu.unplaced, ...menu.deletedItems]
  expect(found.map(({ id }) => id).sort(), `run ${run}: every item once`).toEqual(['i', 'j', 'k', 'l', ...added].sort())
  const byId = new Map(found.map((one) => [one.id, one]))
  for (const [id, word] of typed) expect(byId.get(id)?.name.get('de'), `run ${run}: ${word} in ${id}`).toContain(word)
  for (const [id, writes] of prices) {
    const unseen = writes.map(([price]) => price).filter((price) => !writes.some(([, held]) => held.includes(price)))
    const held = (byId.get(id)?.registers.get('price') ?? []).map(({ value }) => value)
    expect(
      unseen.filter((price) => !held.includes(price)),
      `run ${run}: unseen prices of ${id} are there`,
    ).toEqual([])
  }
}
