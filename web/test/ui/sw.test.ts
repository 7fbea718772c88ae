// The worker against a browser of paper: caches, clients and a network that can be cut.

import { beforeEach, expect, test, vi } from 'vitest'

const BUILD = 'b2'
const ORIGIN = 'http://localhost'
type Listener = (event: never) => void

let listeners: Map<string, Listener>
let stores: Map<string, Map<string, Response>>
let network: (path: string) => Response
let skipped: boolean
let told: unknown[]
let open: string[]

beforeEach(async () => {
  listeners = new Map()
  stores = new Map([
    ['mirepoix-b1', new Map()],
    ['another', new Map()],
  ])
  network = (path) => new Response(path.startsWith('/assets/') ? path : `<script src="/assets/${BUILD}/home.js">`)
  skipped = false
  told = []
  open = ['/']
  const fetched = async (request: Request | string) =>
    network(new URL(typeof request === 'string' ? request : request.url, ORIGIN).pathname)
  const openStore = async (name: string) => {
    const store = stores.get(name) ?? new Map<string, Response>()
    stores.set(name, store)
    return {
      match: async (path: string) => store.get(path)?.clone(),
      put: async (path: string, answer: Response) => void store.set(path, answer),
      addAll: async (paths: string[]) => {
        for (const path of paths) store.set(path, await fetched(path))
      },
    }
  }
  const matchAny = async (path: string) => [...stores.values()].find((store) => store.has(path))?.get(path)
  vi.resetModules()
  vi.stubGlobal('BUILD', BUILD)
  vi.stubGlobal('FILES', { home: ['home.js', 'home.css'], guest: ['guest.js'], editor: ['editor.js'] })
  vi.stubGlobal('fetch', fetched)
  vi.stubGlobal('caches', {
    open: openStore,
    match: matchAny,
    keys: async () => [...stores.keys()],
    delete: async (name: string) => stores.delete(name),
  })
  vi.stubGlobal('self', {
    location: new URL(ORIGIN),
    clients: {
      claim: async () => {},
      matchAll: async () =>
        open.map((path) => ({ url: ORIGIN + path, postMessage: (message: unknown) => told.push(message) })),
    },
    skipWaiting: async () => {
      skipped = true
    },
    addEventListener: (type: string, listener: Listener) => listeners.set(type, listener),
  })
  await import('../../src/sw')
})

async function fire(type: string, more: object = {}): Promise<void> {
  let work: Promise<unknown> = Promise.resolve()
  listeners.get(type)?.({ ...more, waitUntil: (promise: Promise<unknown>) => (work = promise) } as never)
  await work
}

async function asked(path: string, options: { mode?: string; method?: string } = {}): Promise<string | null> {
  let answer: Promise<Response> | null = null
  const request = { url: ORIGIN + path, method: options.method ?? 'GET', mode: options.mode ?? 'navigate' }
  const works: Promise<unknown>[] = []
  const waitUntil = (work: Promise<unknown>) => works.push(work)
  listeners.get('fetch')?.({
    request,
    waitUntil,
    respondWith: (promise: Promise<Response>) => (answer = promise),
  } as never)
  await Promise.all(works)
  return answer === null ? null : await (await (answer as Promise<Response>)).text()
}

const kept = () => [...(stores.get('mirepoix-b2')?.keys() ?? [])].sort()

test('what is open is kept whole: the page and its files, and nothing of other pages', async () => {
  await fire('install')
  expect(kept()).toEqual(['/', '/assets/b2/home.css', '/assets/b2/home.js', '/manifest.webmanifest'])
  expect(skipped).toBe(false)
})

test('what the build before had kept is kept of the new one before it takes over', async () => {
  stores.get('mirepoix-b1')?.set('/menus/any', new Response('old'))
  open = []
  await fire('install')
  expect(kept()).toEqual(['/assets/b2/editor.js', '/manifest.webmanifest', '/menus/any'])
})

test('a page that is opened for the first time is kept while it is used', async () => {
  open = []
  await fire('install')
  expect(await asked('/t/secret')).toContain('/assets/b2/')
  expect(kept()).toEqual(['/assets/b2/guest.js', '/guest', '/manifest.webmanifest'])
})

test('nothing of a page is kept when a part of it cannot be had', async () => {
  open = []
  await fire('install')
  network = (path) => {
    if (path.endsWith('.js')) throw new TypeError('no network')
    return new Response(`<script src="/assets/${BUILD}/guest.js">`)
  }
  await asked('/guest')
  expect(kept()).not.toContain('/guest')
})

test('pages of another build are not mixed in', async () => {
  network = () => new Response('<script src="/assets/b3/home.js">')
  await expect(fire('install')).rejects.toThrow('not of build b2')
})

test('pages open without a network, every menu and every table with the same page', async () => {
  open = ['/', '/menus/m1', '/t/abc', '/kitchen', '/ops', '/settings']
  await fire('install')
  network = () => {
    throw new TypeError('no network')
  }
  for (const path of [
    '/',
    '/kitchen?station=grill',
    '/menus/asia-bistro',
    '/t/secret',
    '/ops',
    '/settings?tab=tables',
  ]) {
    expect(await asked(path)).toContain('/assets/b2/')
  }
  expect(await asked('/assets/b2/home.js', { mode: 'cors' })).toBe('/assets/b2/home.js')
})

test.each(['/api/v1/me', '/ws', '/ws/y/m1', '/sse', '/cable', '/enter?ticket=x', '/metrics', '/menus/a/b'])(
  '%s goes its own way',
  async (path) => {
    await fire('install')
    expect(await asked(path)).toBeNull()
  },
)

test('only reading is answered', async () => {
  await fire('install')
  expect(await asked('/', { method: 'POST' })).toBeNull()
})

test('what is not kept comes from the network', async () => {
  await fire('install')
  expect(await asked('/assets/b1/shared-1.js', { mode: 'cors' })).toBe('/assets/b1/shared-1.js')
})

test('it waits until it is told, then old builds are dropped and nothing else', async () => {
  await fire('install')
  await fire('message', { data: 'something' })
  expect(skipped).toBe(false)
  await fire('message', { data: 'skip-waiting' })
  expect(skipped).toBe(true)
  await fire('activate')
  expect([...stores.keys()].sort()).toEqual(['another', 'mirepoix-b2'])
})

test('background sync wakes the pages', async () => {
  await fire('sync', { tag: 'outbox' })
  await fire('sync', { tag: 'other' })
  expect(told).toEqual(['outbox'])
})
