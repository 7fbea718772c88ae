import { expect, test } from 'vitest'
import { calledOf, namesFold, namesOf } from '../../src/kitchen/names'
import { authorsIn } from '../../src/kitchen/stock-authors'

const person = (id: string, name: string) => ({ user: { id, name }, status: 'active' })
const event = (body: object) => ({ offset: 1, type: 'person.left', seq: 1, actor: 'x', atMs: 1, body })

test('names come from who is here, and stay when they go home', () => {
  const before = namesFold.snapshot({ people: [person('w1', 'Wanda'), person('k1', 'Cora')] })
  const after = namesFold.event(before, event({ ...person('w1', 'Wanda'), status: 'offline' }))
  expect(after).toBe(before)
  expect(namesOf(after, ['w1', 'nobody', 'k1'])).toEqual(['Wanda', 'Cora'])
})

test('a new name is heard, and what cannot be read changes nothing', () => {
  const names = namesFold.event({ w1: 'Wanda' }, event(person('w1', 'Wanda Okafor')))
  expect(names).toEqual({ w1: 'Wanda Okafor' })
  expect(namesFold.event(names, event({ user: 7 }))).toBe(names)
  expect(namesFold.snapshot('?')).toEqual({})
})

test('who set an entry of the stock is known by its target; nobody set what has no author', () => {
  const authors = authorsIn({
    stock: [
      { target: 'item:sorbet', by: 'k1', at: 5 },
      { target: 'item:bass', by: '', at: null },
    ],
  })
  expect([...authors]).toEqual([['item:sorbet', { user: 'k1', atMs: 5 }]])
})

test('on a ticket people are called as across a pass', () => {
  expect(['Wanda', 'Wanda Okafor', ' Ana Maria  Meyer ', ''].map(calledOf)).toEqual(['Wanda', 'Wanda O.', 'Ana M.', ''])
})
