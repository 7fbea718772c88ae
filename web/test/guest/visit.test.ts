import { beforeEach, describe, expect, it, vi } from 'vitest'
import { codeOf, dropToken, enter, keepVisit, keptVisit, lastName } from '../../src/guest/visit'

const ANSWER = {
  token: 'jwt',
  expires_in_seconds: 60,
  user: 'guest-1',
  restaurant: 'r',
  table: 't7',
  order: null,
  restaurant_name: 'Aurora',
  table_name: '7',
  time_zone: 'Europe/Berlin',
}
const answering = (status: number, body: unknown) =>
  vi.fn<typeof fetch>(async () => new Response(JSON.stringify(body), { status }))

async function come(now = 1000) {
  const visit = await enter('c0de', now, localStorage, answering(201, ANSWER))
  if (typeof visit === 'string') throw new Error(visit)
  return visit
}

beforeEach(() => localStorage.clear())

describe('coming in', () => {
  it('finds the code in the address, else the last one', async () => {
    expect(codeOf('/t/a%20b')).toBe('a b')
    expect(codeOf('/t/%E0%A4%A')).toBe('%E0%A4%A')
    expect(codeOf('/guest')).toBeNull()
    await come()
    expect(codeOf('/guest')).toBe('c0de')
  })

  it('asks for no cookie and keeps the token on the device until it ends', async () => {
    const ask = answering(201, ANSWER)
    const visit = await enter('c0de', 1000, localStorage, ask)
    const request = ask.mock.calls[0]?.[1]
    expect(request?.credentials).toBe('omit')
    expect(JSON.parse(String(request?.body))).toEqual({ code: 'c0de', cookie: false })
    expect(visit).toMatchObject({ token: 'jwt', expiresMs: 61_000, tableName: '7', order: null, name: '' })
    expect(keptVisit('c0de', 60_999)).toEqual(visit)
    expect(keptVisit('c0de', 61_000)).toBeNull()
    expect(keptVisit('other', 0)).toBeNull()
  })

  it('stays the same guest when the token is drawn anew', async () => {
    const first = await come()
    keepVisit({ ...first, name: 'Ana', order: 'o1' })
    dropToken('c0de')
    expect(keptVisit('c0de', 0)).toBeNull()
    const second = await come(5000)
    expect([second.guest, second.name, second.sinceMs]).toEqual([first.guest, 'Ana', 1000])
    expect(lastName()).toBe('Ana')
  })

  it.each([
    [404, 'invalid'],
    [403, 'invalid'],
    [429, 'too_many'],
    [503, 'unreachable'],
  ] as const)('says why there is no way in: %i', async (status, why) => {
    expect(await enter('x', 0, localStorage, answering(status, {}))).toBe(why)
  })

  it('takes silence and nonsense for what they are', async () => {
    const silent = vi.fn<typeof fetch>(async () => Promise.reject(new TypeError('no network')))
    expect(await enter('x', 0, localStorage, silent)).toBe('unreachable')
    expect(await enter('x', 0, localStorage, answering(201, { token: 5 }))).toBe('invalid')
    localStorage.setItem('mirepoix.visit.x', '{')
    expect(keptVisit('x', 0)).toBeNull()
  })

  it('works in a browser that keeps nothing', async () => {
    const broken = new Proxy(localStorage, {
      get: () => () => {
        throw new DOMException('denied', 'SecurityError')
      },
    })
    expect(await enter('x', 0, broken, answering(201, ANSWER))).toMatchObject({ token: 'jwt' })
    expect(codeOf('/guest', broken)).toBeNull()
    expect(lastName(broken)).toBe('')
  })
})
