import { describe, expect, test } from 'vitest'
import type { EntryAnswer, HistoryList } from '../../../src/core/protocol'
import { byThing, stretchesOf, writersOf } from '../../../src/editor/history/history-entries'

const entry = (id: string, more: Partial<EntryAnswer> = {}): EntryAnswer => ({
  id,
  root: 'items',
  item: 'soup',
  field: 'price',
  before: 1,
  after: 2,
  user: 'ana',
  session: 'x',
  door: 'rooms',
  since: '2026-11-22T10:00:00Z',
  at: '2026-11-22T10:01:00Z',
  ...more,
})
const page = (user: string, session: string, changes: EntryAnswer[]): HistoryList => ({
  sessions: [{ user, session, door: 'rooms', since: '2026-11-22T10:00:00Z', at: '2026-11-22T10:05:00Z', changes }],
  next: null,
})

describe('the history as it is shown', () => {
  test('joins a stretch that goes on in the next page', () => {
    const stretches = stretchesOf([page('ana', 'x', [entry('2')]), page('ana', 'x', [entry('1')])])
    expect(stretches.map((one) => one.changes.map(({ id }) => id))).toEqual([['2', '1']])
  })

  test('keeps apart what another connection did', () => {
    expect(stretchesOf([page('ana', 'x', [entry('2')]), page('ana', 'y', [entry('1')])])).toHaveLength(2)
  })

  test('leaves out what was taken back within the entry, and stretches of nothing else', () => {
    const back = entry('1', { before: ['s', 'a'], after: ['s', 'a'] })
    expect(stretchesOf([page('ana', 'x', [back])])).toEqual([])
    expect(stretchesOf([page('ana', 'x', [back, entry('2')])])[0]?.changes.map(({ id }) => id)).toEqual(['2'])
  })

  test('names each writer once', () => {
    const stretches = stretchesOf([
      page('ana', 'x', [entry('3')]),
      page('ben', 'y', [entry('2')]),
      page('ana', 'z', [entry('1')]),
    ])
    expect(writersOf(stretches)).toEqual(['ana', 'ben'])
  })

  test('gathers changes by what they are about', () => {
    const things = byThing([entry('1'), entry('2', { item: 'tea' }), entry('3')])
    expect(things.map(({ id, changes }) => [id, changes.map((one) => one.id)])).toEqual([
      ['soup', ['1', '3']],
      ['tea', ['2']],
    ])
  })
})
