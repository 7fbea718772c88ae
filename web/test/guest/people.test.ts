import { describe, expect, it } from 'vitest'
import {
  cleanName,
  GONE_AFTER_MS,
  heard,
  hereBody,
  hostOf,
  mayEdit,
  NOBODY,
  seated,
  swept,
  type Table,
} from '../../src/guest/people'
import { ANA, BEN } from './made'

const here = (guest: string, since: number, name = guest, more: object = {}) => ({
  g: guest,
  n: name,
  s: since,
  ...more,
})

function table(...said: readonly (readonly [kind: string, body: unknown, nowMs?: number])[]): Table {
  return said.reduce((now, [kind, body, nowMs]) => heard(now, kind, body, nowMs ?? 1000), NOBODY)
}

describe('who is at the table', () => {
  it('is whoever says so, first come first', () => {
    const found = table(['here', here(BEN, 200, 'Ben')], ['here', here(ANA, 100, ' Ana\n ')])
    expect(seated(found).map(({ name }) => name)).toEqual(['Ana', 'Ben'])
  })

  it('does not change by what is out of form', () => {
    const found = table(['here', here(ANA, 1)])
    for (const body of [null, {}, { g: 1, n: 'x', s: 1 }, { g: '', n: 'x', s: 1 }]) {
      expect(heard(found, 'here', body, 5)).toBe(found)
    }
    expect(heard(found, 'gone', { g: 'nobody' }, 5)).toBe(found)
    expect(heard(found, 'handover', { to: 7 }, 5)).toBe(found)
    expect(heard(found, 'shout', {}, 5)).toBe(found)
  })

  it('changes a name but never when somebody sat down', () => {
    const found = table(['here', here(ANA, 500, 'Ana')], ['here', here(ANA, 1, 'Anna')])
    expect(seated(found)[0]).toMatchObject({ name: 'Anna', sinceMs: 500 })
  })

  it('takes no time from the future', () => {
    expect(seated(table(['here', here(ANA, 9e15), 1000]))[0]?.sinceMs).toBe(1000)
  })

  it('ends with a goodbye or a long silence, but not for oneself', () => {
    const found = table(['here', here(ANA, 1), 0], ['here', here(BEN, 2), 0])
    expect(heard(found, 'gone', { g: BEN }, 5).people.size).toBe(1)
    expect(swept(found, ANA, GONE_AFTER_MS)).toBe(found)
    expect([...swept(found, ANA, GONE_AFTER_MS + 1).people.keys()]).toEqual([ANA])
  })

  it('keeps names short and on one line', () => {
    expect(cleanName('  a \n b  ')).toBe('a b')
    expect([...cleanName('👩‍🍳'.repeat(30))].length).toBeLessThanOrEqual(24)
  })
})

describe('the host', () => {
  const both = table(['here', here(ANA, 100)], ['here', here(BEN, 200)])

  it('is whoever came first, by id when they came together', () => {
    expect(hostOf(both)).toBe(ANA)
    expect(hostOf(table(['here', here(BEN, 1)], ['here', here(ANA, 1)]))).toBe(ANA)
    expect(hostOf(NOBODY)).toBeNull()
  })

  it('is the same on every device, in whatever order things are heard', () => {
    const said = [
      ['here', here(ANA, 100)],
      ['here', here(BEN, 200)],
      ['handover', { to: BEN, at: 10 }],
      ['handover', { to: ANA, at: 20 }],
      ['handover', { to: BEN, at: 20 }],
    ] as const
    const hosts = permutations(said).map((order) => hostOf(table(...order)))
    expect(new Set(hosts)).toEqual(new Set([ANA]))
  })

  it('can hand over, newcomers hear of it, and it comes back when they leave', () => {
    const given = heard(both, 'handover', { to: BEN, at: 10 }, 1000)
    expect(hostOf(given)).toBe(BEN)
    const me = seated(given)[0]
    if (me === undefined) throw new Error('nobody is here')
    const newcomer = heard(heard(NOBODY, 'here', hereBody(me, given.handover), 1000), 'here', here(BEN, 200), 1000)
    expect(hostOf(newcomer)).toBe(BEN)
    expect(hostOf(heard(given, 'gone', { g: BEN }, 1000))).toBe(ANA)
  })

  it('may change every line, others only their own', () => {
    expect([ANA, BEN, null].map((owner) => mayEdit(both, ANA, owner))).toEqual([true, true, true])
    expect([ANA, BEN, null].map((owner) => mayEdit(both, BEN, owner))).toEqual([false, true, false])
  })
})

function permutations<T>(list: readonly T[]): T[][] {
  if (list.length < 2) return [[...list]]
  return list.flatMap((one, at) => permutations(list.filter((_, other) => other !== at)).map((rest) => [one, ...rest]))
}
