import { signal } from '@preact/signals'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Command, type CommandResult, Disconnected } from '../../src/core/channel'
import { type Database, openDatabase } from '../../src/core/db'
import { type OutboxEntry, type OwnOutbox, openOutbox } from '../../src/core/outbox'
import { openTabs, type Tabs } from '../../src/core/tabs'

const realTimeout = setTimeout
const MINUTE_MS = 60_000
let run = 0
let closing: (() => void)[] = []

beforeEach(() => {
  run += 1
  // IndexedDB and messages between tabs need real turns of the event loop.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'] })
  vi.spyOn(Math, 'random').mockReturnValue(1)
})

afterEach(() => {
  for (const close of closing.reverse()) close()
  closing = []
  vi.restoreAllMocks()
  vi.useRealTimers()
})

/** Lets the database and the other tabs work. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => realTimeout(done, 0))
}

async function pass(ms: number): Promise<void> {
  await settle()
  vi.advanceTimersByTime(ms)
  await settle()
}

/** The server: remembers keys as the real one does, and answers as it is told. */
class Desk {
  readonly isOpen = signal(true)
  readonly heard: Command[] = []
  readonly done = new Map<string, CommandResult>()
  answer: (command: Command) => CommandResult | 'lost' | 'never' = () => ({ result: 'ok', seq: 1, offset: 1 })
  readonly #waiting = new Set<(error: Error) => void>()

  readonly command = (command: Command): Promise<CommandResult> => {
    if (!this.isOpen.value) return Promise.reject(new Disconnected())
    this.heard.push(command)
    const known = this.done.get(command.id)
    const answer = known === undefined ? this.answer(command) : { ...known, result: 'dup' as const }
    if (answer === 'never') return new Promise((_, reject) => this.#waiting.add(reject))
    if (answer === 'lost') {
      this.done.set(command.id, { result: 'ok', seq: 1, offset: 1 })
      return new Promise((_, reject) => this.#waiting.add(reject))
    }
    if (answer.result === 'ok') this.done.set(command.id, answer)
    return Promise.resolve(answer)
  }

  cut(): void {
    this.isOpen.value = false
    for (const reject of this.#waiting) reject(new Disconnected())
    this.#waiting.clear()
  }

  get types(): string[] {
    return this.heard.map((command) => command.type)
  }
}

interface Page {
  readonly db: Database
  readonly tabs: Tabs
  readonly outbox: OwnOutbox
  crash(): void
}

/** A page of one person in this browser. leads: whether it may be the one that sends. */
async function page(desk: Desk, leads = true): Promise<Page> {
  const db = await openDatabase('server', `user${run}`)
  const tabs = openTabs(`tabs${run}`, db)
  if (leads) {
    tabs.lead = (_, work) => {
      const turn = new AbortController()
      work(turn.signal)
      return () => turn.abort()
    }
  } else tabs.lead = () => () => {}
  const outbox = await openOutbox({ db, channel: desk, tabs, isOpen: desk.isOpen })
  const crash = (): void => {
    outbox.close()
    tabs.close()
    db.close()
  }
  closing.push(crash)
  await settle()
  return { db, tabs, outbox, crash }
}

const add = (type = 'line.add', room = 'order:o', more = {}) => ({ room, type, body: { line: type }, ...more })
const states = (outbox: OwnOutbox): string[] =>
  outbox.entries.value.map((entry: OutboxEntry) => `${entry.type} ${entry.state}`)

describe('the outbox', () => {
  it('has a command on the disk before it is sent for the first time', async () => {
    const desk = new Desk()
    const { outbox, db } = await page(desk)
    const write = vi.spyOn(db, 'write')
    desk.answer = () => {
      expect(write.mock.results[0]?.type).toBe('return')
      return 'never'
    }
    const sent = outbox.send(add())
    expect(desk.heard).toEqual([])
    const entry = await sent
    expect(write.mock.calls[0]?.[2]).toEqual({ isStrict: true })
    expect(await db.get('outbox', entry.id)).toMatchObject({ id: entry.id, type: 'line.add', state: 'waiting' })
    await settle()
    expect(desk.heard).toMatchObject([{ id: entry.id, deviceSeq: 1, clientAtMs: entry.createdMs }])
  })

  it.each(['ok', 'noop', 'dup'] as const)('lets a command go when the answer is %s', async (result) => {
    const desk = new Desk()
    const { outbox, db } = await page(desk)
    desk.answer = () => ({ result, seq: 4 })
    const { id } = await outbox.send(add())
    expect(await outbox.settled(id)).toEqual({ result, seq: 4 })
    await settle()
    expect(outbox.entries.value).toEqual([])
    expect(await db.get('outbox', id)).toBeUndefined()
    expect(await outbox.settled(id)).toEqual({ result, seq: 4 })
  })

  it('sends one after the other in a stream, and streams beside each other', async () => {
    const desk = new Desk()
    const { outbox } = await page(desk)
    desk.answer = () => 'never'
    for (const [type, room] of [
      ['a1', 'a'],
      ['a2', 'a'],
      ['b1', 'b'],
      ['c1', 'a'],
    ] as const) {
      await outbox.send({ ...add(type, room), ...(type === 'c1' && { stream: 'c' }) })
    }
    await settle()
    expect(desk.types).toEqual(['a1', 'b1', 'c1'])
    desk.cut()
    await settle()
    expect(states(outbox)).toEqual(['a1 waiting', 'a2 waiting', 'b1 waiting', 'c1 waiting'])
    desk.answer = () => ({ result: 'ok' })
    desk.isOpen.value = true
    await settle()
    expect(desk.types.slice(3)).toEqual(['a1', 'b1', 'c1', 'a2'])
    expect(outbox.entries.value).toEqual([])
  })

  it('sends again with the same key when the answer was lost, and the server does it once', async () => {
    const desk = new Desk()
    const { outbox } = await page(desk)
    desk.answer = () => 'lost'
    const { id } = await outbox.send(add())
    await settle()
    desk.cut()
    desk.isOpen.value = true
    expect((await outbox.settled(id)).result).toBe('dup')
    expect(desk.heard.map((command) => command.id)).toEqual([id, id])
    expect(desk.heard.map((command) => command.deviceSeq)).toEqual([1, 1])
    expect(desk.done.size).toBe(1)
  })

  it('sends again after a crash between sending and the answer, with the same key and in order', async () => {
    const desk = new Desk()
    const first = await page(desk)
    desk.answer = () => 'lost'
    const { id } = await first.outbox.send(add('order.open'))
    await first.outbox.send(add('line.add'))
    await settle()
    expect(desk.types).toEqual(['order.open'])
    first.crash()
    desk.answer = () => ({ result: 'ok' })
    const second = await page(desk)
    const settled = second.outbox.settled(id).catch(() => 'done before anybody asked')
    await settle()
    await settled
    expect(desk.types).toEqual(['order.open', 'order.open', 'line.add'])
    expect(new Set(desk.heard.map((command) => command.id)).size).toBe(2)
    expect(desk.heard.map((command) => command.deviceSeq)).toEqual([1, 1, 2])
    expect(second.outbox.entries.value).toEqual([])
  })

  it('keeps what is refused until somebody decides, and lets the others pass', async () => {
    const desk = new Desk()
    const { outbox, db } = await page(desk)
    desk.answer = ({ type }) =>
      type === 'bad' ? { result: 'rejected', code: 'price_changed', current: { price: 950 } } : { result: 'ok' }
    const { id } = await outbox.send(add('bad'))
    await outbox.send(add('good'))
    expect(await outbox.settled(id)).toMatchObject({ result: 'rejected', code: 'price_changed' })
    await settle()
    expect(desk.types).toEqual(['bad', 'good'])
    expect(outbox.entries.value).toMatchObject([{ id, state: 'needs_you', result: { current: { price: 950 } } }])
    expect([outbox.unsynced.value, outbox.attention.value]).toEqual([0, 1])
    expect(await db.get('outbox', id)).toMatchObject({ state: 'needs_you' })
    await pass(10 * MINUTE_MS)
    expect(desk.types).toEqual(['bad', 'good'])
  })

  it('sends what was refused with a new key, as the old one would bring the same refusal', async () => {
    const desk = new Desk()
    const { outbox, db } = await page(desk)
    desk.answer = () => ({ result: 'rejected', code: 'price_changed' })
    const { id } = await outbox.send(add())
    await outbox.settled(id)
    await settle()
    desk.answer = () => ({ result: 'ok' })
    const again = await outbox.retry(id, { line: 'l', accept_price: 950 })
    expect(again.id).not.toBe(id)
    expect((await outbox.settled(again.id)).result).toBe('ok')
    await settle()
    expect(desk.heard[1]).toMatchObject({ id: again.id, body: { accept_price: 950 } })
    expect(outbox.entries.value).toEqual([])
    expect(await db.get('outbox', id)).toBeUndefined()
  })

  it('waits longer and longer while the server is overloaded, up to a minute', async () => {
    const desk = new Desk()
    const { outbox } = await page(desk)
    desk.answer = () => ({ result: 'rejected', code: 'overloaded' })
    await outbox.send(add())
    await settle()
    for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
      const before = desk.heard.length
      await pass(seconds * 1000 - 10)
      expect(desk.heard.length).toBe(before)
      await pass(10)
      expect(desk.heard.length).toBe(before + 1)
    }
    expect(new Set(desk.heard.map((command) => command.id)).size).toBe(1)
    expect(states(outbox)).toEqual(['line.add waiting'])
  })

  it('sends at once when the connection is back, whatever pause there was', async () => {
    const desk = new Desk()
    const { outbox } = await page(desk)
    desk.answer = () => ({ result: 'rejected', code: 'internal_error' })
    await outbox.send(add())
    for (let at = 0; at < 5; at += 1) await pass(30_000)
    const before = desk.heard.length
    desk.cut()
    desk.answer = () => ({ result: 'ok' })
    desk.isOpen.value = true
    await settle()
    expect(desk.heard.length).toBe(before + 1)
  })

  it('pauses while the token is renewed, and then sends with the same key', async () => {
    const desk = new Desk()
    const { outbox } = await page(desk)
    desk.answer = () => 'never'
    const { id } = await outbox.send(add())
    await settle()
    desk.cut() // the socket was closed with 4401 and gets a new token
    await pass(2 * MINUTE_MS)
    expect(desk.heard.length).toBe(1)
    desk.answer = () => ({ result: 'ok' })
    desk.isOpen.value = true
    expect((await outbox.settled(id)).result).toBe('ok')
    expect(desk.heard.map((command) => command.id)).toEqual([id, id])
  })

  it('never sends an order by itself that is older than its life, and asks instead', async () => {
    const desk = new Desk()
    desk.isOpen.value = false
    const { outbox, db } = await page(desk)
    const life = { expiresMs: 15 * MINUTE_MS }
    const { id } = await outbox.send(add('line.add', 'order:o', life))
    await pass(10 * MINUTE_MS)
    await outbox.send(add('order.place', 'order:o', life))
    await outbox.send(add('ticket.bump', 'order:o'))
    await pass(5 * MINUTE_MS)
    // The younger one needs the older one, so both ask; what has no end goes on.
    expect(states(outbox)).toEqual(['line.add expired', 'order.place expired', 'ticket.bump waiting'])
    expect(await db.get('outbox', id)).toMatchObject({ state: 'expired' })
    desk.isOpen.value = true
    await settle()
    expect(desk.types).toEqual(['ticket.bump'])
    expect(outbox.attention.value).toBe(2)
  })

  it('asks after a reload too, and sends what expired with the key it had', async () => {
    const desk = new Desk()
    desk.isOpen.value = false
    const first = await page(desk)
    const { id } = await first.outbox.send(add('order.place', 'order:o', { expiresMs: 15 * MINUTE_MS }))
    first.crash()
    await pass(24 * 60 * MINUTE_MS)
    desk.isOpen.value = true
    const { outbox } = await page(desk)
    expect(states(outbox)).toEqual(['order.place expired'])
    expect(desk.heard).toEqual([])
    expect((await outbox.retry(id)).id).toBe(id)
    expect((await outbox.settled(id)).result).toBe('ok')
    expect(desk.heard.map((command) => command.id)).toEqual([id])
  })

  it('forgets what is discarded, also while it is on its way', async () => {
    const desk = new Desk()
    const { outbox, db } = await page(desk)
    desk.answer = () => 'never'
    const { id } = await outbox.send(add())
    await settle()
    const settled = expect(outbox.settled(id)).rejects.toThrow('discarded')
    await outbox.discard(id)
    await settled
    desk.cut()
    desk.isOpen.value = true
    await settle()
    expect(outbox.entries.value).toEqual([])
    expect(desk.heard.length).toBe(1)
    expect(await db.get('outbox', id)).toBeUndefined()
    await expect(outbox.settled(id)).rejects.toThrow('unknown')
  })

  it('sends even what cannot be kept, and says that it is not safe', async () => {
    const desk = new Desk()
    desk.isOpen.value = false
    const { outbox, db } = await page(desk, false)
    vi.spyOn(db, 'write').mockRejectedValue(new DOMException('full', 'QuotaExceededError'))
    const { id } = await outbox.send(add())
    expect(states(outbox)).toEqual(['line.add waiting'])
    desk.isOpen.value = true
    expect((await outbox.settled(id)).result).toBe('ok')
  })
})

describe('the outbox of several tabs', () => {
  it('is sent by one of them, and all of them hear the answer', async () => {
    const desk = new Desk()
    const leader = await page(desk)
    const other = await page(desk, false)
    desk.answer = () => 'never'
    const { id } = await other.outbox.send(add())
    await settle()
    expect(states(leader.outbox)).toEqual(['line.add sending'])
    expect(states(other.outbox)).toEqual(['line.add sending'])
    expect(desk.heard.length).toBe(1)
    const settled = other.outbox.settled(id)
    desk.cut()
    desk.answer = () => ({ result: 'ok', seq: 9 })
    desk.isOpen.value = true
    expect(await settled).toEqual({ result: 'ok', seq: 9 })
    expect(desk.heard.length).toBe(2)
    expect(other.outbox.entries.value).toEqual([])
  })

  it('goes on in another tab when the one that sends is gone', async () => {
    const desk = new Desk()
    desk.isOpen.value = false
    const first = await page(desk)
    const { id } = await first.outbox.send(add())
    first.crash()
    const second = await page(desk)
    desk.isOpen.value = true
    expect((await second.outbox.settled(id)).result).toBe('ok')
  })

  it('is helped when the tab that should send seems asleep', async () => {
    const desk = new Desk()
    const { outbox } = await page(desk, false)
    await outbox.send(add())
    await pass(7_990)
    expect(desk.heard.length).toBe(0)
    await pass(20)
    expect(desk.heard.length).toBe(1)
    expect(outbox.entries.value).toEqual([])
  })

  it('forgets in all of them what is discarded in one', async () => {
    const desk = new Desk()
    desk.isOpen.value = false
    const leader = await page(desk)
    const other = await page(desk, false)
    const { id } = await leader.outbox.send(add())
    await settle()
    expect(states(other.outbox)).toEqual(['line.add waiting'])
    await other.outbox.discard(id)
    await settle()
    expect(leader.outbox.entries.value).toEqual([])
    desk.isOpen.value = true
    await settle()
    expect(desk.heard).toEqual([])
  })
})
