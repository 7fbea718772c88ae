import { effect, signal } from '@preact/signals'
import { describe, expect, test } from 'vitest'
import type { FocusedField, Person } from '../../../src/core/yjs/presence'
import { pathOf, steady, Visitors } from '../../../src/editor/people/visitors'
import { somebody } from '../fixture'

const price = (id: string): FocusedField => ({ container: 'items', id, field: 'price' })

describe('who else is in a field', () => {
  test('is known for each field, without me', () => {
    const people = signal<readonly Person[]>([
      somebody('Ana', price('soup')),
      { ...somebody('Me', price('soup')), isMe: true },
    ])
    const visitors = new Visitors(people)
    expect(visitors.at('items/soup/price').value.map((one) => one.name)).toEqual(['Ana'])
    people.value = [somebody('Ana', price('tea'))]
    expect(visitors.at('items/soup/price').value).toEqual([])
    expect(visitors.at('items/tea/price').value.map((one) => one.name)).toEqual(['Ana'])
    visitors.dispose()
  })

  test('does not wake fields when only a caret moves', () => {
    const people = signal<readonly Person[]>([somebody('Ana', price('soup'))])
    const visitors = new Visitors(people)
    let woken = 0
    const stop = effect(() => {
      void visitors.at('items/soup/price').value
      void visitors.at('items/tea/price').value
      woken++
    })
    people.value = [somebody('Ana', price('soup'))]
    expect(woken).toBe(1)
    people.value = [{ ...somebody('Ana', price('soup')), color: '#abcdef' }]
    expect(woken).toBe(2)
    stop()
    visitors.dispose()
  })

  test('people stay the same list until something that is shown changes', () => {
    const people = signal<readonly Person[]>([somebody('Ana', price('soup'))])
    const shown = steady(people)
    const before = shown.value
    people.value = [{ ...somebody('Ana', price('soup')) }]
    expect(shown.value).toBe(before)
    people.value = [somebody('Ana', price('tea'))]
    expect(shown.value).not.toBe(before)
    people.value = [{ ...somebody('Ana', price('tea')), following: 3 }]
    expect(shown.value[0]?.following).toBe(3)
  })

  test('a field is addressed with its language, where it has one', () => {
    expect(pathOf(price('soup'))).toBe('items/soup/price')
    expect(pathOf({ container: 'items', id: 'soup', field: 'name', locale: 'de' })).toBe('items/soup/name/de')
  })
})
