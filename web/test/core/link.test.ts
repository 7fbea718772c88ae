import { signal } from '@preact/signals'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Link, openLink } from '../../src/core/link'
import { FakeServer } from './fake-server'

const ME = {
  user: 'ana',
  name: 'Ana',
  roles: ['waiter'],
  restaurant: 'r1',
  restaurants: [],
  stations: [],
  locales: [],
  table: null,
  order: null,
  expires_at_ms: null,
  is_developer: false,
  server_id: 'server',
  build: 'b1',
  secure_url: null,
}

let server: FakeServer
let me: object | 401 | 'unreachable'
let links: Link[]
const reload = vi.fn()

beforeEach(() => {
  localStorage.clear()
  server = new FakeServer()
  links = []
  me = ME
  reload.mockReset()
  vi.spyOn(location, 'reload').mockImplementation(reload)
  const construct = (_: object, [url, protocols]: [string, string[]]): WebSocket => server.connect(url, protocols)
  vi.stubGlobal('WebSocket', new Proxy(class {}, { construct }))
  vi.stubGlobal('fetch', async (url: string) => {
    if (me === 'unreachable') throw new TypeError('Failed to fetch')
    if (me === 401) return new Response(null, { status: 401 })
    return url.endsWith('/me') ? new Response(JSON.stringify(me)) : new Response(null, { status: 204 })
  })
})

afterEach(() => {
  for (const link of links) link.close()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

async function open(options: Partial<Parameters<typeof openLink>[0]> = {}): Promise<Link> {
  const link = await openLink({ app: 'kitchen', ...options })
  links.push(link)
  return link
}

const isOpen = (link: Link): Promise<void> => vi.waitFor(() => expect(link.socket.state.value).toBe('open'))

describe('the link', () => {
  it("opens the person's own database and the socket", async () => {
    const link = await open()
    await isOpen(link)
    expect(link.db.name).toBe('m:server:ana')
    expect(server.now.last('hello')).toMatchObject({ app: 'kitchen/dev' })
    expect(link.sync.pill.value.kind).toBe('quiet')
  })

  it('opens no socket for pages that only ask', async () => {
    const link = await open({ app: 'settings', socketless: true })
    await new Promise((done) => setTimeout(done, 30))
    expect(server.connections).toEqual([])
    expect(link.sync.pill.value.kind).toBe('quiet')
  })

  it('starts without a network as who it was, and connects when there is one', async () => {
    const first = await open()
    first.close()
    me = 'unreachable'
    const link = await open()
    expect(link.db.name).toBe('m:server:ana')
    expect(link.session.me.value?.user).toBe('ana')
    me = ME
    window.dispatchEvent(new Event('online'))
    await isOpen(link)
    expect(reload).not.toHaveBeenCalled()
  })

  it('keeps a command of an offline start and sends it', async () => {
    const first = await open()
    first.close()
    me = 'unreachable'
    server.isUp = false
    const link = await open()
    const entry = await link.outbox.send({ room: 'order:o', type: 'order.place', body: {} })
    expect(link.sync.unsynced.value).toBe(1)
    server.onFrame = (connection, op, content) => {
      if (op === 'cmd') connection.say('res', { id: content.id, result: 'ok' })
    }
    me = ME
    server.isUp = true
    window.dispatchEvent(new Event('online'))
    expect((await link.outbox.settled(entry.id)).result).toBe('ok')
    await vi.waitFor(() => expect(link.sync.pill.value.kind).toBe('saved'))
  })

  it('starts the page anew when somebody else is signed in, after everything is kept', async () => {
    const link = await open()
    const flush = vi.fn(async () => {})
    link.sync.addSource({ label: 'menu', unsynced: signal(1), flush })
    me = { ...ME, user: 'ben' }
    const others = new BroadcastChannel('mirepoix')
    others.postMessage({ type: 'identity', from: 'x', content: { user: 'ben' } })
    await vi.waitFor(() => expect(reload).toHaveBeenCalledTimes(1))
    expect(flush).toHaveBeenCalledTimes(1)
    others.close()
  })

  it('rests when nobody is signed in any more, says so, and comes back', async () => {
    const link = await open()
    await isOpen(link)
    me = 401
    await expect(link.session.api('GET', '/orders')).rejects.toMatchObject({ status: 401 })
    await vi.waitFor(() => expect(link.socket.state.value).toBe('refused'))
    expect(link.sync.pill.value).toEqual({ kind: 'signed_out', count: 0 })
    me = ME
    window.dispatchEvent(new Event('online'))
    await isOpen(link)
    expect(link.sync.pill.value.kind).toBe('quiet')
  })

  it('asks for a reload when the server wants a newer page', async () => {
    server.welcomes = false
    const link = await open()
    await vi.waitFor(() => expect(server.connections.length).toBe(1))
    await vi.waitFor(() => expect(server.now.all('hello').length).toBe(1))
    server.now.welcome({ min_app: '999' })
    await vi.waitFor(() => expect(link.sync.pill.value.kind).toBe('update'))
  })
})
