import { afterEach, describe, expect, it, vi } from 'vitest'
import type { MenuRecord } from '../../src/core/db'
import { MenuShelf } from '../../src/guest/menu-shelf'
import { PLAIN } from './made'

type Served = { version: number; plain: unknown; etag?: string }

/** The open doors of a server. */
function server(menus: Record<string, Served>, local: Record<string, unknown> = {}) {
  const asked: string[] = []
  const ask: typeof fetch = async (address) => {
    const path = String(address).replace('/api/v1', '')
    asked.push(path)
    if (path.startsWith('/restaurants/')) {
      const list = Object.entries(menus).map(([menu, { version, etag }]) => ({
        menu,
        title: menu.toUpperCase(),
        version,
        locales: ['en'],
        etag: etag ?? `${menu}-${version}`,
      }))
      return Response.json(list)
    }
    const [, id = '', query] = /^\/menus\/([^/]+)\/published(\?.*)?$/.exec(path) ?? []
    const found = menus[id]
    if (found === undefined || (query !== undefined && local[id] === undefined))
      return new Response('{}', { status: 404 })
    const headers = { 'Menu-Version': String(found.version), ETag: `"${id}-${found.version}"` }
    return Response.json(query === undefined ? found.plain : local[id], { headers })
  }
  return { asked, ask, menus }
}

class FakeStore {
  readonly menus = new Map<string, MenuRecord>()
  readonly meta = new Map<string, unknown>()
  get = async (store: string, key: string) => (store === 'menus' ? this.menus.get(key) : this.meta.get(key))
  put = async (store: string, value: unknown, key?: string) => {
    if (store === 'menus') {
      const record = value as MenuRecord // of this test
      this.menus.set(record.id, record)
    } else this.meta.set(key ?? '', value)
  }
}

const shelves: MenuShelf[] = []

function shelf(ask: typeof fetch, store = new FakeStore()): MenuShelf {
  const made = new MenuShelf('r1', store as ConstructorParameters<typeof MenuShelf>[1], ask)
  shelves.push(made)
  return made
}

afterEach(() => {
  for (const one of shelves.splice(0)) one.close()
})

describe('the menus of a restaurant', () => {
  it('are all read, and the first is shown until another is chosen', async () => {
    const { ask } = server({ main: { version: 1, plain: PLAIN }, wine: { version: 4, plain: PLAIN } })
    const found = shelf(ask)
    await found.start()
    expect(found.shown.value.map(({ title }) => title)).toEqual(['MAIN', 'WINE'])
    expect(found.current.value?.id).toBe('main')
    found.chosen.value = 'wine'
    expect(found.current.value).toMatchObject({ id: 'wine', version: 4 })
  })

  it('are fetched anew only when their version changed', async () => {
    const { ask, asked, menus } = server({ main: { version: 1, plain: PLAIN }, wine: { version: 1, plain: PLAIN } })
    const found = shelf(ask)
    await found.start()
    asked.length = 0
    await found.refresh()
    expect(asked).toEqual(['/restaurants/r1/published'])
    menus.main = { version: 2, plain: PLAIN }
    await found.refresh()
    expect(asked.slice(1)).toEqual(['/restaurants/r1/published', '/menus/main/published'])
    expect(found.menus.value.get('main')?.version).toBe(2)
  })

  it('are asked for when somebody speaks of a newer one', async () => {
    const { ask, asked } = server({ main: { version: 1, plain: PLAIN } })
    const found = shelf(ask)
    await found.start()
    asked.length = 0
    found.heardOf('main', 1)
    found.heardOf('unknown', 9)
    expect(asked).toEqual([])
    found.heardOf('main', 2)
    await found.refresh()
    expect(asked).toEqual(['/restaurants/r1/published'])
  })

  it('are asked for past what the browser keeps when somebody speaks of a newer one', async () => {
    const { ask, menus } = server({ main: { version: 1, plain: PLAIN } })
    let kept: Response | null = null
    const cached: typeof fetch = async (address, options) => {
      if (!String(address).includes('/restaurants/')) return ask(address, options)
      if (kept === null || options?.cache === 'no-cache') kept = await ask(address, options)
      return kept.clone()
    }
    const found = shelf(cached)
    await found.start()
    menus.main = { version: 2, plain: PLAIN }
    const ordinary = found.refresh()
    found.heardOf('main', 2)
    await ordinary
    expect(found.current.value?.version).toBe(1)
    await vi.waitFor(() => expect(found.current.value?.version).toBe(2))
  })

  it('can be read without network when the device has them', async () => {
    const store = new FakeStore()
    const { ask } = server({ main: { version: 3, plain: PLAIN } })
    await shelf(ask, store).start()
    const silent = vi.fn<typeof fetch>(async () => Promise.reject(new TypeError('no network')))
    const found = shelf(silent, store)
    await found.start()
    expect(found.current.value).toMatchObject({ id: 'main', version: 3 })
    expect(found.isReady.value).toBe(true)
  })

  it('have the prices of this restaurant when another one shares them', async () => {
    const cheaper = structuredClone(PLAIN)
    const dish = cheaper.sections[0]?.items[0]
    if (dish !== undefined) dish.price = 700
    const { ask } = server({ main: { version: 1, plain: PLAIN, etag: 'local' } }, { main: cheaper })
    const found = shelf(ask)
    await found.start()
    expect(found.current.value?.dishes.get('cal')?.price).toBe(700)
  })

  it('that are broken or gone take nothing else with them', async () => {
    const { ask } = server({ main: { version: 1, plain: { sections: 5 } }, wine: { version: 1, plain: PLAIN } })
    const found = shelf(ask)
    await found.start()
    expect(found.shown.value.map(({ menu }) => menu)).toEqual(['wine'])
    const none = shelf(server({}).ask)
    await none.start()
    expect([none.isReady.value, none.current.value]).toEqual([true, null])
  })
})
