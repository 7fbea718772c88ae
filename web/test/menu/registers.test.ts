import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { readMenu } from '../../src/menu/menu'
import { plainJson } from '../../src/menu/plain_json'
import { readRegisters, registerName, replicaOf, valueIn, writeRegister } from '../../src/menu/registers'
import { below, mapAt, type Random, replica, seeded, seedMenu, sync, syncAll } from '../menus'

const RUNS = 200
const REPLICAS = 4
const BASE = seedMenu()

test('at every step a register holds exactly the writes that no other write has seen', { timeout: 60_000 }, () => {
  for (let run = 0; run < RUNS; run++) {
    const random = seeded(run)
    const docs = replicas(random)
    const seen = docs.map(() => new Set<number>()) // writes that each replica knows
    const overwritten = new Map<number, ReadonlySet<number>>() // write -> the writes it knew
    for (let step = 0; step < 40; step++) {
      const [a, b] = [below(random, REPLICAS), below(random, REPLICAS)]
      if (random() < 0.6) {
        overwritten.set(step, new Set(at(seen, a)))
        at(seen, a).add(step)
        writeRegister(mapAt(at(docs, a), 'items', 'i'), 'price', step, `user ${a}`, below(random, 5))
      } else if (a !== b) {
        sync(at(docs, a), at(docs, b))
        for (const write of at(seen, a)) at(seen, b).add(write)
      }
      for (const one of new Set([a, b])) {
        const known = [...at(seen, one)]
        if (known.length === 0) continue
        const maximal = known.filter((write) => !known.some((other) => overwritten.get(other)?.has(write)))
        expect(prices(at(docs, one)), `run ${run}, step ${step}`).toEqual(maximal.sort((x, y) => x - y))
      }
    }
    syncAll(docs)
    const menus = docs.map((doc) => JSON.stringify(plainJson(readMenu(doc))))
    expect(new Set(menus).size, `run ${run}: all read the same`).toBe(1)
  }
})

test('a write touches only the keys of its own register, and never sets a key of another replica', () => {
  const [doc] = replicas(seeded(5))
  const map = mapAt(doc ?? expect.fail(), 'items', 'i')
  for (const key of ['price@zz', 'price@zz.1', 'price:x@zz', 'pric@zz', 'price']) map.set(key, [1, 'bo', 1])
  writeRegister(map, 'price', 2, 'ann', 5)
  const own = `price@${replicaOf(doc ?? expect.fail())}`
  const left = [...map.keys()].filter((key) => key.startsWith('pric'))
  expect(left.sort()).toEqual(['pric@zz', 'price', 'price:x@zz', own].sort())
  expect(valueIn(readRegisters(map.entries()), 'price')).toBe(2)
  expect(registerName('tag:me@home@1z')).toBe('tag:me@home')
  expect(registerName('name')).toBeNull()
})

test('a register that belongs to no document is not written', () => {
  expect(() => writeRegister(new Y.Map(), 'price', 1, 'ann', 1)).toThrow(/not part of a document/)
})

function replicas(random: Random): Y.Doc[] {
  return Array.from({ length: REPLICAS }, () => replica(1 + below(random, 2 ** 31), BASE)) // any order of ids
}

function prices(doc: Y.Doc): number[] {
  const held = readRegisters(mapAt(doc, 'items', 'i').entries()).get('price') ?? []
  return held.map(({ value }) => Number(value)).sort((x, y) => x - y)
}

function at<T>(list: readonly T[], index: number): T {
  return list[index] ?? expect.fail(`nothing at ${index}`)
}
