import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Database, openDatabase } from '../../src/core/db'
import { openTabs, type Tabs } from '../../src/core/tabs'

const realTimeout = setTimeout
let opened: Tabs[] = []
let db: Database
let run = 0

beforeEach(async () => {
  run += 1
  db = await openDatabase('tabs', `user${run}`)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] })
})

afterEach(() => {
  for (const tabs of opened) tabs.close()
  opened = []
  db.close()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

function open(): Tabs {
  sessionStorage.clear() // each is a tab of its own
  const tabs = openTabs(`tabs${run}`, db)
  opened.push(tabs)
  return tabs
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 15; turn += 1) await new Promise((done) => realTimeout(done, 0))
}

async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 1_000) {
    vi.advanceTimersByTime(1_000)
    await settle()
  }
}

/** Joins and notes when it is its turn. */
function candidate(name: string, log: string[]): () => void {
  return open().lead('outbox', (turn) => {
    log.push(`${name} leads`)
    turn.addEventListener('abort', () => log.push(`${name} stops`))
  })
}

describe('tabs', () => {
  it('hear what others say, not themselves, and not after they stopped', async () => {
    const [one, two] = [open(), open()]
    const heard: unknown[] = []
    one.on('identity', () => heard.push('own'))
    const stop = two.on('identity', ({ user }, from) => heard.push([user, from]))
    one.post('identity', { user: 'ana' })
    await settle()
    stop()
    one.post('identity', { user: 'ben' })
    await settle()
    expect(heard).toEqual([['ana', one.id]])
  })

  it('ignore what is no message of theirs', async () => {
    const heard: unknown[] = []
    open().on('reload', () => heard.push('reload'))
    const foreign = new BroadcastChannel(`tabs${run}`)
    for (const data of [null, 'reload', { type: 'reload' }]) foreign.postMessage(data)
    await settle()
    foreign.close()
    expect(heard).toEqual([])
  })

  it('may be told after they are closed', () => {
    const tabs = open()
    tabs.close()
    expect(() => tabs.post('reload', null)).not.toThrow()
  })
})

describe('the lease, where there are no Web Locks', () => {
  it('makes one tab lead, and another when that one gives up', async () => {
    const log: string[] = []
    const stop = candidate('one', log)
    await settle()
    candidate('two', log)
    await pass(30_000)
    expect(log).toEqual(['one leads'])
    stop()
    await pass(4_000)
    expect(log).toEqual(['one leads', 'one stops', 'two leads'])
  })

  it('passes on when the tab that leads has crashed', async () => {
    const log: string[] = []
    await db.put('meta', { owner: 'crashed', untilMs: Date.now() + 10_000 }, `lease:tabs${run}/outbox`)
    candidate('two', log)
    await pass(8_000)
    expect(log).toEqual([])
    await pass(5_000)
    expect(log).toEqual(['two leads'])
  })

  it('is found again by the same tab after a reload', async () => {
    const log: string[] = []
    sessionStorage.setItem('mirepoix.tab', 'this')
    await db.put('meta', { owner: 'this', untilMs: Date.now() + 10_000 }, `lease:tabs${run}/outbox`)
    const tabs = openTabs(`tabs${run}`, db)
    opened.push(tabs)
    tabs.lead('outbox', () => log.push('leads'))
    await settle()
    expect(log).toEqual(['leads'])
  })

  it('is not needed where nothing can be kept', async () => {
    const log: string[] = []
    vi.spyOn(db, 'write').mockRejectedValue(new Error('full'))
    candidate('one', log)
    await settle()
    expect(log).toEqual(['one leads'])
  })
})

describe('Web Locks', () => {
  it('are used where they are', async () => {
    const log: string[] = []
    const queue: (() => Promise<void>)[] = []
    const request = (name: string, options: { signal: AbortSignal }, held: () => Promise<void>): Promise<void> => {
      log.push(name)
      if (queue.push(held) === 1) void held().then(() => queue.slice(1).map((next) => next()))
      return new Promise((_, reject) => options.signal.addEventListener('abort', () => reject(new Error('aborted'))))
    }
    vi.stubGlobal('navigator', { locks: { request } })
    const stop = candidate('one', log)
    candidate('two', log)
    await settle()
    stop()
    await settle()
    const resource = `tabs${run}/outbox`
    expect(log).toEqual([resource, 'one leads', resource, 'one stops', 'two leads'])
  })
})
