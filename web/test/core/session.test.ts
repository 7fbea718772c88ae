import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { forgetMeasurements, offsetMs } from '../../src/core/clock'
import { object, string, WireError } from '../../src/core/guard'
import { ApiError, type OwnSession, openSession } from '../../src/core/session'

const ANA = {
  user: 'ana',
  name: 'Ana',
  roles: ['waiter'],
  restaurant: 'r1',
  restaurants: [{ id: 'r1', name: 'Olive', currency: 'EUR' }],
  stations: [],
  locales: [],
  table: null,
  order: null,
  expires_at_ms: null as number | null,
  is_developer: false,
  server_id: 'server',
  build: 'b1',
  secure_url: null,
}
const DEVELOPER = { ...ANA, user: 'developer', name: '', restaurant: null, is_developer: true }

type Answer = readonly [number, unknown?] | 'unreachable'
let answers: Record<string, Answer[]>
let asked: { readonly what: string; readonly init: RequestInit }[]
let sessions: OwnSession[]

beforeEach(() => {
  localStorage.clear()
  forgetMeasurements()
  offsetMs.value = 0
  answers = {}
  asked = []
  sessions = []
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const what = `${init.method} ${url.replace('/api/v1', '')}`
    asked.push({ what, init })
    const list = answers[what] ?? []
    const answer = (list.length > 1 ? list.shift() : list[0]) ?? 'unreachable'
    if (answer === 'unreachable') throw new TypeError('Failed to fetch')
    const [status, body] = answer
    return new Response(body === undefined ? null : JSON.stringify(body), { status })
  })
})

afterEach(() => {
  for (const session of sessions) session.close()
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

function open(token: string | null = null): OwnSession {
  const session = openSession(token)
  sessions.push(session)
  return session
}

const whats = (): string[] => asked.map(({ what }) => what)
const jwt = (sub: string): string => `x.${btoa(JSON.stringify({ sub }))}.y`

describe('the session', () => {
  it('knows who we are from the server, and remembers it', async () => {
    answers['GET /me'] = [[200, ANA]]
    const session = open()
    expect([session.state.value, session.me.value]).toEqual(['starting', null])
    expect(await session.verify()).toBe('ok')
    expect(session.state.value).toBe('signed_in')
    expect(session.me.value).toMatchObject({ user: 'ana', serverId: 'server', expiresAtMs: null })
    expect(session.restaurant.value).toBe('r1')
  })

  it('starts without a network from what it remembers', async () => {
    answers['GET /me'] = [[200, ANA], 'unreachable']
    await open().verify()
    const session = open()
    expect(session.me.value?.user).toBe('ana')
    expect(await session.verify()).toBe('unreachable')
    expect(session.state.value).toBe('unreachable')
    expect(session.me.value?.user).toBe('ana')
  })

  it('renews a token that has ended, once', async () => {
    answers['GET /me'] = [[401], [200, ANA]]
    answers['POST /token'] = [[201, { token: 't', expires_in_seconds: 900 }]]
    const session = open()
    expect(await session.verify()).toBe('ok')
    expect(whats()).toEqual(['GET /me', 'POST /token', 'GET /me'])
  })

  it('is signed out only when the server refuses, and keeps who it was', async () => {
    answers['GET /me'] = [[200, ANA], [401]]
    answers['POST /token'] = [[401]]
    await open().verify()
    const session = open()
    expect(await session.verify()).toBe('refused')
    expect(session.state.value).toBe('signed_out')
    expect(session.me.value?.user).toBe('ana')
  })

  it.each([[500], [503]])('takes %i for no answer', async (status) => {
    answers['GET /me'] = [[status]]
    const session = open()
    expect(await session.verify()).toBe('unreachable')
  })

  it('renews at two thirds of the life of the token, and tells the socket', async () => {
    answers['GET /me'] = [[200, { ...ANA, expires_at_ms: Date.now() + 900_000 }]]
    answers['POST /token'] = [[201, { token: 'fresh', expires_in_seconds: 900 }]]
    const session = open()
    const tokens: string[] = []
    session.onToken((token) => tokens.push(token))
    await session.verify()
    await vi.advanceTimersByTimeAsync(599_000)
    expect(tokens).toEqual([])
    await vi.advanceTimersByTimeAsync(2_000)
    expect(tokens).toEqual(['fresh'])
    await vi.advanceTimersByTimeAsync(601_000)
    expect(tokens).toEqual(['fresh', 'fresh'])
    expect(session.token).toBeNull()
  })

  it('tries again soon when the token could not be renewed', async () => {
    answers['GET /me'] = [[200, { ...ANA, expires_at_ms: Date.now() + 900_000 }]]
    answers['POST /token'] = ['unreachable', [201, { token: 'fresh', expires_in_seconds: 900 }]]
    const session = open()
    const tokens: string[] = []
    session.onToken((token) => tokens.push(token))
    await session.verify()
    await vi.advanceTimersByTimeAsync(601_000)
    expect([tokens, session.state.value]).toEqual([[], 'signed_in'])
    await vi.advanceTimersByTimeAsync(20_000)
    expect(tokens).toEqual(['fresh'])
  })

  it('renews before it connects when the token has ended meanwhile', async () => {
    answers['GET /me'] = [[200, { ...ANA, expires_at_ms: Date.now() + 900_000 }]]
    answers['POST /token'] = ['unreachable', [201, { token: 'fresh', expires_in_seconds: 900 }]]
    const session = open()
    await session.verify()
    expect(await session.ready()).toBe('ok')
    expect(whats()).toEqual(['GET /me'])
    vi.setSystemTime(Date.now() + 901_000)
    expect(await session.ready()).toBe('unreachable')
    expect(await session.ready()).toBe('ok')
  })

  it('asks for one token only when many need it', async () => {
    answers['POST /token'] = [[201, { token: 't', expires_in_seconds: 900 }]]
    const session = open()
    expect(await Promise.all([session.refresh(), session.refresh()])).toEqual([true, true])
    expect(whats()).toEqual(['POST /token'])
  })

  it('needs no token as the developer of --dev, who may choose a name', async () => {
    answers['GET /me'] = [[200, DEVELOPER]]
    answers['POST /token'] = [[403, { code: 'no_token_needed' }]]
    const session = open()
    await session.verify()
    expect(await session.refresh()).toBe(true)
    session.setName('Robin')
    expect(session.me.value?.name).toBe('Robin')
    const again = open()
    await again.verify()
    expect(again.me.value?.name).toBe('Robin')
    expect(again.restaurant.value).toBe('r1')
  })

  it('forgets who it was when somebody signs out', async () => {
    answers['GET /me'] = [[200, ANA]]
    answers['POST /sign-out'] = [[204]]
    const session = open()
    await session.verify()
    const told = vi.fn()
    session.onSignOut(told)
    await session.signOut()
    expect([session.me.value, session.state.value]).toEqual([null, 'signed_out'])
    expect(told).toHaveBeenCalledTimes(1)
    expect(open().me.value).toBeNull()
  })
})

describe('the session of a guest', () => {
  it('shows its token and no cookie', async () => {
    answers['GET /me'] = [[200, { ...ANA, user: 'guest1', roles: ['guest'] }]]
    const session = open(jwt('guest1'))
    await session.verify()
    expect(asked[0]?.init).toMatchObject({
      credentials: 'omit',
      headers: { Authorization: `Bearer ${jwt('guest1')}` },
    })
  })

  it('remembers the guest of this token only, and apart from the staff', async () => {
    answers['GET /me'] = [[200, { ...ANA, user: 'guest1', roles: ['guest'] }]]
    await open(jwt('guest1')).verify()
    expect(open(jwt('guest1')).me.value?.user).toBe('guest1')
    expect(open(jwt('guest2')).me.value).toBeNull()
    expect(open().me.value).toBeNull()
  })

  it('does not renew by itself: the token ends with the visit', async () => {
    answers['GET /me'] = [[200, { ...ANA, user: 'guest1', expires_at_ms: Date.now() + 60_000 }]]
    const session = open(jwt('guest1'))
    await session.verify()
    await vi.advanceTimersByTimeAsync(120_000)
    expect(whats()).toEqual(['GET /me'])
  })
})

describe('asking the server', () => {
  const form = object({ id: string() })

  it('answers what the guard has checked', async () => {
    answers['POST /things'] = [[201, { id: 'a' }]]
    const session = open()
    expect(await session.api('POST', '/things', { body: { name: 'x' }, guard: form })).toEqual({ id: 'a' })
    expect(asked[0]?.init.body).toBe('{"name":"x"}')
    expect(asked[0]?.init.headers).toMatchObject({ 'Content-Type': 'application/json' })
    expect(await session.api('POST', '/api/v1/things', { guard: form })).toEqual({ id: 'a' })
  })

  it('does not answer what is something else', async () => {
    answers['GET /things'] = [[200, { id: 4 }]]
    await expect(open().api('GET', '/things', { guard: form })).rejects.toBeInstanceOf(WireError)
  })

  it('renews the token once, and then says what the server said', async () => {
    answers['GET /things'] = [[401], [409, { code: 'settled', detail: 'It was decided already.' }]]
    answers['POST /token'] = [[201, { token: 't', expires_in_seconds: 900 }]]
    const failing = open().api('GET', '/things')
    await expect(failing).rejects.toMatchObject({ status: 409, code: 'settled', detail: 'It was decided already.' })
    await expect(failing).rejects.toBeInstanceOf(ApiError)
    expect(whats()).toEqual(['GET /things', 'POST /token', 'GET /things'])
  })

  it('is signed out when no new token is given', async () => {
    answers['GET /things'] = [[401, { code: 'no_token' }]]
    answers['POST /token'] = [[401]]
    const session = open()
    await expect(session.api('GET', '/things')).rejects.toMatchObject({ status: 401, code: 'no_token' })
    expect(session.state.value).toBe('signed_out')
  })

  it('tells a server that does not answer from one that says no', async () => {
    await expect(open().api('GET', '/things')).rejects.toMatchObject({ status: 0, code: 'unreachable' })
  })

  it('answers nothing for no content, and the response itself when it is wanted', async () => {
    answers['DELETE /things'] = [[204]]
    answers['GET /file'] = [[200, 'text']]
    const session = open()
    expect(await session.api('DELETE', '/things')).toBeNull()
    const response = await session.api('GET', '/file', { raw: true })
    expect(await response.text()).toBe('"text"')
  })
})
