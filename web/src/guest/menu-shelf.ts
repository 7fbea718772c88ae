// The menus that the restaurant shows now, kept on the device so that they can be read without network.
// The list is asked for every 45 seconds; a menu itself only when its version changed.

import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { Database } from '../core/db'
import { array, number, object, string, tryCheck } from '../core/guard'
import { type Menu, readMenu } from './menu'

const EVERY_MS = 45_000
const KEPT_LIST = 'guest.shown'

const SHOWN = array(
  object({ menu: string(), title: string(), version: number(), locales: array(string()), etag: string() }),
)

/** A menu in the list. */
export interface Shown {
  readonly menu: string
  readonly title: string
  readonly version: number
  readonly etag: string
}

/** All published menus of one restaurant, and the one that is read. */
export class MenuShelf {
  readonly shown: Signal<readonly Shown[]> = signal([])
  readonly menus: Signal<ReadonlyMap<string, Menu>> = signal(new Map())
  /** Whether an answer, also an empty one, is here. */
  readonly isReady: Signal<boolean> = signal(false)
  readonly chosen: Signal<string> = signal('')
  readonly current: ReadonlySignal<Menu | null> = computed(() => {
    const id = this.shown.value.some(({ menu }) => menu === this.chosen.value)
      ? this.chosen.value
      : this.shown.value[0]?.menu
    return id === undefined ? null : (this.menus.value.get(id) ?? null)
  })
  private timer: ReturnType<typeof setInterval> | null = null
  private asking: Promise<void> | null = null

  constructor(
    private readonly restaurant: string,
    private readonly db: Pick<Database, 'get' | 'put'>,
    private readonly ask: typeof fetch = (...request) => fetch(...request),
  ) {}

  /** Shows what the device has, then what the server says, and keeps asking. */
  async start(): Promise<void> {
    this.timer = setInterval(() => {
      if (document.visibilityState === 'visible') void this.refresh()
    }, EVERY_MS)
    document.addEventListener('visibilitychange', this.onVisible)
    await this.fromDevice()
    await this.refresh()
  }

  close(): void {
    if (this.timer !== null) clearInterval(this.timer)
    document.removeEventListener('visibilitychange', this.onVisible)
  }

  /** Ask the server now; without network everything stays as it is. */
  refresh(cache: RequestCache = 'default'): Promise<void> {
    this.asking ??= this.fromServer(cache)
      .catch(() => undefined)
      .finally(() => {
        this.asking = null
      })
    return this.asking
  }

  /** Somebody spoke of a version: if it is newer than ours, ask. What the browser keeps is from before. */
  heardOf(menu: string, version: number): void {
    const known = this.menus.peek().get(menu)
    if (known === undefined || known.version >= version) return
    if (this.asking === null) void this.refresh('no-cache')
    else void this.asking.then(() => this.heardOf(menu, version))
  }

  private readonly onVisible = (): void => {
    if (document.visibilityState === 'visible') void this.refresh()
  }

  private async fromDevice(): Promise<void> {
    const list = tryCheck(SHOWN, await this.db.get('meta', KEPT_LIST).catch(() => undefined)) ?? []
    const found: Menu[] = []
    for (const { menu } of list) {
      const kept = await this.db.get('menus', menu).catch(() => undefined)
      const read = kept === undefined ? null : readable(menu, kept.version, kept.body)
      if (read !== null) found.push(read)
    }
    if (found.length > 0) this.show(list, found)
  }

  private async fromServer(cache: RequestCache): Promise<void> {
    const answer = await this.ask(`/api/v1/restaurants/${encodeURIComponent(this.restaurant)}/published`, {
      credentials: 'omit',
      cache,
    })
    const list = answer.ok ? tryCheck(SHOWN, await answer.json()) : null
    if (list === null) return
    const found: Menu[] = []
    for (const one of list) {
      const known = this.menus.peek().get(one.menu)
      const menu = known !== undefined && known.version === one.version ? known : await this.load(one)
      if (menu !== null) found.push(menu)
    }
    this.show(list, found)
    await this.db.put('meta', list, KEPT_LIST).catch(() => undefined)
  }

  private async load(one: Shown): Promise<Menu | null> {
    const path = `/api/v1/menus/${encodeURIComponent(one.menu)}/published`
    let answer = await this.ask(path, { credentials: 'omit', cache: 'no-cache' })
    // A menu that is shared with this restaurant has local prices, which are another text.
    if (!answer.ok || tagOf(answer) !== one.etag) {
      const local = await this.ask(`${path}?restaurant=${encodeURIComponent(this.restaurant)}`, { credentials: 'omit' })
      if (local.ok) answer = local
    }
    if (!answer.ok) return this.menus.peek().get(one.menu) ?? null
    const version = Number(answer.headers.get('Menu-Version') ?? one.version)
    const body: unknown = await answer.json()
    const menu = readable(one.menu, version, body)
    if (menu === null) return null
    const record = { id: one.menu, version, etag: one.etag, body, savedMs: Date.now() }
    await this.db.put('menus', record).catch(() => undefined)
    return menu
  }

  private show(list: readonly Shown[], menus: readonly Menu[]): void {
    const known = new Map(this.menus.peek())
    for (const menu of menus) known.set(menu.id, menu)
    this.menus.value = known
    this.shown.value = list.filter(({ menu }) => known.has(menu))
    this.isReady.value = true
  }
}

function readable(id: string, version: number, body: unknown): Menu | null {
  try {
    return readMenu(id, version, body)
  } catch {
    return null
  }
}

function tagOf(answer: Response): string {
  return (answer.headers.get('ETag') ?? '').replace(/^W\//, '').replaceAll('"', '')
}
