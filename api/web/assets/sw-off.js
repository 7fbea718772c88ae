// The kill switch: a service worker that removes itself and everything it kept. Served as /sw.js in
// place of the real one, it frees every browser that asks for updates; pages then come from the server.
self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name.startsWith('mirepoix-')) await caches.delete(name)
      await self.registration.unregister()
      for (const page of await self.clients.matchAll({ type: 'window' })) page.navigate(page.url)
    })(),
  )
})
