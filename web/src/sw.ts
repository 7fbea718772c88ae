// The service worker: pages that were opened here once open without a network. Each build has a cache of its
// own, a page and its files together, and a page that is kept always comes from there: so old and new never
// mix, and it starts as fast offline as online. A guest's telephone keeps the guest page and nothing else;
// a page that is opened for the first time is kept while it is used. A new worker waits until the person
// takes it ("Reload" in the pill).
// Nothing that is data goes through here: /api, /ws, /sse, /cable, /enter are the page's own business.
// To get rid of workers in the field, serve web/public/sw-off.js as /sw.js for some weeks.

declare const BUILD: string
declare const FILES: Readonly<Record<string, readonly string[]>> // page -> 'editor.js', 'editor.css', ...
declare const self: WorkerScope // the library of the browser's page has no worker in it

interface Waiting extends Event {
  waitUntil(work: Promise<unknown>): void
}
interface Fetching extends Waiting {
  readonly request: Request
  respondWith(answer: Promise<Response>): void
}
interface WorkerScope {
  readonly location: Location
  readonly clients: {
    claim(): Promise<void>
    matchAll(options: object): Promise<readonly { readonly url: string; postMessage(message: unknown): void }[]>
  }
  skipWaiting(): Promise<void>
  addEventListener(type: 'install' | 'activate', listener: (event: Waiting) => void): void
  addEventListener(type: 'fetch', listener: (event: Fetching) => void): void
  addEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void
  addEventListener(type: 'sync', listener: (event: Waiting & { readonly tag: string }) => void): void
}

const CACHE_START = 'mirepoix-'
const CACHE = CACHE_START + BUILD
const MANIFEST = '/manifest.webmanifest'
// The addresses of each page, and one for all of them: every menu and every table has the same page.
const PAGES: readonly { readonly name: string; readonly address: string; readonly path: RegExp }[] = [
  { name: 'home', address: '/', path: /^\/$/ },
  { name: 'editor', address: '/menus/any', path: /^\/menus\/[^/]+$/ },
  { name: 'kitchen', address: '/kitchen', path: /^\/kitchen$/ },
  { name: 'guest', address: '/guest', path: /^\/(?:guest|t\/[^/]+)$/ },
  { name: 'ops', address: '/ops', path: /^\/ops$/ },
  { name: 'settings', address: '/settings', path: /^\/settings$/ },
]
type Page = (typeof PAGES)[number]

self.addEventListener('install', (event) => event.waitUntil(keepOpenPages()))
self.addEventListener('activate', (event) => event.waitUntil(dropOldBuilds()))
self.addEventListener('message', ({ data }) => {
  if (data === 'skip-waiting') void self.skipWaiting()
})
// Background Sync is a bonus where it exists: it wakes the pages, which send what waits.
self.addEventListener('sync', (event) => {
  if (event.tag === 'outbox') event.waitUntil(wakePages())
})
self.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== self.location.origin) return
  if (request.mode !== 'navigate') {
    if (pathname.startsWith('/assets/') || pathname === MANIFEST) event.respondWith(fromCache(pathname, request))
    return
  }
  const page = pageAt(pathname)
  if (page === undefined) return
  event.respondWith(fromCache(page.address, request))
  // Not kept yet: it is while it is used. A network that fails now will be asked the next time.
  event.waitUntil(keepPage(page).catch(() => {}))
})

function pageAt(pathname: string): Page | undefined {
  return PAGES.find(({ path }) => path.test(pathname))
}

async function fromCache(address: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE)
  return (await cache.match(address)) ?? fetch(request)
}

/** What is open now, and what the build before had kept, is kept of this build before it takes over. */
async function keepOpenPages(): Promise<void> {
  const open = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const wanted = new Set(open.map(({ url }) => pageAt(new URL(url).pathname)))
  for (const page of PAGES) if ((await caches.match(page.address)) !== undefined) wanted.add(page)
  for (const page of wanted) if (page !== undefined) await keepPage(page)
}

/** Keeps a page with all its files, or nothing of it. */
async function keepPage(page: Page): Promise<void> {
  const cache = await caches.open(CACHE)
  if ((await cache.match(page.address)) !== undefined) return
  const answer = await pageOfBuild(page.address)
  await cache.addAll([...(FILES[page.name] ?? []).map((file) => `/assets/${BUILD}/${file}`), MANIFEST])
  await cache.put(page.address, answer)
}

// The server may have been updated between this script and its pages: then the next worker will do.
async function pageOfBuild(page: string): Promise<Response> {
  const answer = await fetch(page, { cache: 'no-cache' })
  const text = await answer.clone().text()
  if (!answer.ok || !text.includes(`/assets/${BUILD}/`)) throw new Error(`${page} is not of build ${BUILD}`)
  return answer
}

async function dropOldBuilds(): Promise<void> {
  const names = await caches.keys()
  const old = names.filter((name) => name.startsWith(CACHE_START) && name !== CACHE)
  await Promise.all(old.map((name) => caches.delete(name)))
  await self.clients.claim()
}

async function wakePages(): Promise<void> {
  for (const page of await self.clients.matchAll({ type: 'window' })) page.postMessage('outbox')
}

export {}
