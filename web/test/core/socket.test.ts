import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { forgetMeasurements, offsetMs } from '../../src/core/clock'
import type { OwnSocket } from '../../src/core/socket'
import { FakeServer, turns } from './fake-server'

let server: FakeServer
let socket: OwnSocket

beforeEach(() => {
  vi.useFakeTimers()
  forgetMeasurements()
  server = new FakeServer()
  socket = server.socket()
})

afterEach(() => {
  socket.close()
  vi.useRealTimers()
})

async function open(): Promise<void> {
  socket.start()
  await turns()
}

async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms)
}

describe('the socket', () => {
  it('says hello with what it is, and is open when the server has welcomed it', async () => {
    await open()
    expect(socket.state.value).toBe('open')
    expect(server.now.protocols).toEqual(['mirepoix.v1.json'])
    expect(server.now.last('hello')).toEqual({ v: 1, device: 'tablet', app: 'kitchen/test' })
    expect(socket.welcome.value?.user.name).toBe('Ana')
  })

  it("offers a guest's token as a subprotocol", async () => {
    server.token = 'x.y.z'
    await open()
    expect(server.now.protocols).toEqual(['mirepoix.v1.json', 'mirepoix.token.x.y.z'])
  })

  it('measures the round trip and the offset of the clock', async () => {
    server.nowMs = () => Date.now() + 60_000
    await open()
    expect(socket.rttMs.value).toBe(0)
    expect(offsetMs.value).toBe(60_000)
    await pass(1_500)
    expect(server.now.last('ping')).toMatchObject({ unsynced: 0, rtt_ms: 0 })
  })

  it('notices a dead line after two pings without an answer, and comes back', async () => {
    await open()
    await pass(2_000)
    server.now.answersPings = false
    await pass(10_000)
    expect(socket.state.value).toBe('open')
    await pass(10_000)
    expect(server.connections.length).toBe(2)
    expect(socket.state.value).toBe('open')
  })

  it('backs off up to 30 s with full jitter while the server is down', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1)
    server.isUp = false
    await open()
    const delays: number[] = []
    for (let at = 0; at < 9; at += 1) {
      delays.push((socket.retryAtMs.value ?? 0) - Date.now())
      await pass(delays.at(-1) ?? 0)
    }
    expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000])
    vi.restoreAllMocks()
  })

  it('tries at once when the network is back or the page is shown', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1)
    server.isUp = false
    await open()
    await pass(60_000)
    server.isUp = true
    window.dispatchEvent(new Event('online'))
    await turns()
    expect(socket.state.value).toBe('open')
    vi.restoreAllMocks()
  })

  it('pings at once when the page is shown again, to find out about a dead line', async () => {
    await open()
    await pass(5_000)
    const before = server.now.all('ping').length
    window.dispatchEvent(new Event('pageshow'))
    expect(server.now.all('ping').length).toBe(before + 1)
  })

  it('waits as long as the bye says', async () => {
    await open()
    server.now.say('bye', { code: 1012, reason: 'restart', reconnect: true, after_ms: 3_210 })
    server.now.end(1012)
    await turns()
    expect(socket.state.value).toBe('waiting')
    await pass(3_209)
    expect(server.connections.length).toBe(1)
    await pass(1)
    expect(server.connections.length).toBe(2)
  })

  it.each([4400, 4403, 4404, 4409, 4413, 4422])('rests after close %i until somebody tries again', async (code) => {
    await open()
    server.now.end(code, 'no')
    await pass(120_000)
    expect(socket.state.value).toBe('refused')
    expect(socket.refusal.value).toEqual({ code, reason: 'no' })
    expect(server.connections.length).toBe(1)
    socket.retryNow()
    await turns()
    expect(socket.state.value).toBe('open')
    expect(socket.refusal.value).toBeNull()
  })

  it.each([1000, 1001, 1006, 1011, 1012, 1013, 4999])('comes back after close %i', async (code) => {
    await open()
    server.now.end(code)
    await pass(600)
    expect(socket.state.value).toBe('open')
    expect(server.connections.length).toBe(2)
  })

  it('gets a new token after 4401 and comes back at once, but only once', async () => {
    await open()
    server.now.end(4401)
    await turns()
    expect(server.refreshes).toBe(1)
    expect(socket.state.value).toBe('open')
    server.now.end(4401)
    await turns()
    expect(server.refreshes).toBe(1)
    expect(socket.state.value).toBe('refused')
    expect(socket.refusal.value?.code).toBe(4401)
  })

  it('may renew again after a connection that lasted', async () => {
    await open()
    server.now.end(4401)
    await turns()
    await pass(15_000)
    server.now.end(4401)
    await turns()
    expect(server.refreshes).toBe(2)
    expect(socket.state.value).toBe('open')
  })

  it('rests when no new token is given', async () => {
    await open()
    server.mayRefresh = false
    server.ready = 'refused'
    server.now.end(4401)
    await turns()
    expect(socket.state.value).toBe('refused')
  })

  it('keeps trying when 4401 comes and then nobody answers', async () => {
    await open()
    server.mayRefresh = false
    server.ready = 'unreachable'
    server.now.end(4401)
    await turns()
    expect(socket.state.value).toBe('waiting')
    server.ready = 'ok'
    await pass(31_000)
    expect(socket.state.value).toBe('open')
  })

  it('does not connect as long as the session is refused, and does when it is not', async () => {
    server.ready = 'refused'
    await open()
    expect(server.connections.length).toBe(0)
    expect(socket.refusal.value?.code).toBe(4401)
    server.ready = 'ok'
    socket.wakeFromRest()
    await turns()
    expect(socket.state.value).toBe('open')
  })

  it('asks who we are when the door stays shut, as that may be a refused token', async () => {
    server.isUp = false
    socket = server.socket({ verify: async () => 'refused' })
    await open()
    expect(socket.state.value).toBe('refused')
  })

  it('sends a new token in place, and asks for one when the server says that it ends', async () => {
    await open()
    socket.renew('new')
    expect(server.now.last('token')).toEqual({ token: 'new' })
    server.now.say('notice', { code: 'token_ends', reason: 'soon' })
    expect(server.refreshes).toBe(1)
    expect(server.connections.length).toBe(1)
  })

  it('rests as too old when the server wants a newer page', async () => {
    server.welcomes = false
    await open()
    server.now.welcome({ min_app: '2' })
    expect(socket.state.value).toBe('refused')
    expect(socket.refusal.value?.reason).toBe('newer')
  })

  it('gives up an attempt that nobody welcomes', async () => {
    server.welcomes = false
    await open()
    expect(socket.state.value).toBe('connecting')
    server.welcomes = true
    await pass(13_000)
    expect(server.connections.length).toBe(2)
    expect(socket.state.value).toBe('open')
  })

  it('leaves a connection on which bytes come that are no frame', async () => {
    await open()
    server.now.onmessage?.({ data: new Uint8Array([0xc1]).buffer })
    expect(socket.state.value).toBe('waiting')
    await pass(600)
    expect(socket.state.value).toBe('open')
  })

  it('hears nothing of a connection that it has left', async () => {
    await open()
    const old = server.now
    const hear = old.onmessage
    old.end(1006)
    await pass(600)
    const heard: string[] = []
    socket.onFrame((op) => heard.push(op))
    hear?.({ data: new Uint8Array([0x92, 0xa1, 0x78, 0x80]).buffer })
    expect(heard).toEqual([])
  })
})
