import { describe, expect, it } from 'vitest'
import {
  array,
  boolean,
  bytes,
  check,
  literal,
  nullable,
  number,
  object,
  optional,
  record,
  string,
  tryCheck,
  tuple,
  union,
  unknown,
  WireError,
} from '../../src/core/guard'

const dish = object({ id: string(), price: nullable(number()), note: optional(string()), tags: array(string()) })

describe('guards', () => {
  it('let through what fits, and keep fields that they do not know', () => {
    const value = { id: 'soup', price: null, tags: ['vegan'], colour: 'red' }
    expect(check(dish, value, 'dish')).toEqual(value)
  })

  it.each([
    [{ id: 1, price: null, tags: [] }, 'dish.id', 'string'],
    [{ id: 'a', price: '9', tags: [] }, 'dish.price', 'number'],
    [{ id: 'a', price: 9, tags: [1] }, 'dish.tags[0]', 'string'],
    [{ id: 'a', price: 9, tags: [], note: 4 }, 'dish.note', 'string'],
    [{ id: 'a', price: 9 }, 'dish.tags', 'array'],
    [[], 'dish', 'object'],
    [null, 'dish', 'object'],
  ])('say where %j is wrong', (value, path, expected) => {
    try {
      check(dish, value, 'dish')
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(WireError)
      expect(error).toMatchObject({ path, expected })
    }
  })

  it('know unions, literals, tuples, records, booleans, bytes and anything', () => {
    const form = union(number(), literal('all', null), tuple(string(), boolean()), record(bytes()))
    const data = new Uint8Array([1])
    for (const value of [4, 'all', null, ['a', true], { a: data }]) expect(check(form, value, 'x')).toEqual(value)
    for (const value of ['some', ['a'], { a: 1 }, undefined]) expect(tryCheck(form, value)).toBeNull()
    expect(check(unknown(), undefined, 'x')).toBeUndefined()
  })

  it('do not copy what an object inherits', () => {
    expect(tryCheck(object({ toString: string() }), {})).toBeNull()
  })
})
