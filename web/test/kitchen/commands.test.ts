import { signal } from '@preact/signals'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { CommandResult } from '../../src/core/channel'
import type { NewCommand, Outbox, OutboxEntry } from '../../src/core/outbox'
import { Commands } from '../../src/kitchen/commands'

class FakeOutbox implements Outbox {
  readonly entries = signal<readonly OutboxEntry[]>([])
  isFull = false
  readonly answers = new Map<string, (result: CommandResult) => void>()

  async send(command: NewCommand): Promise<OutboxEntry> {
    if (this.isFull) throw new Error('quota')
    const n = this.entries.peek().length + 1
    const { room, type, body } = command
    const entry: OutboxEntry = {
      ...{ id: `e${n}`, stream: room, room, type, body, n, createdMs: Date.now(), attempts: 0, state: 'waiting' },
      expiresMs: command.expiresMs === undefined ? null : Date.now() + command.expiresMs,
    }
    this.entries.value = [...this.entries.peek(), entry]
    return entry
  }

  settled(id: string): Promise<CommandResult> {
    return new Promise((resolve) => this.answers.set(id, resolve))
  }

  async retry(id: string): Promise<OutboxEntry> {
    return this.set(id, { state: 'waiting' })
  }

  async discard(id: string): Promise<void> {
    this.entries.value = this.entries.peek().filter((one) => one.id !== id)
  }

  set(id: string, change: Partial<OutboxEntry>): OutboxEntry {
    this.entries.value = this.entries.peek().map((one) => (one.id === id ? { ...one, ...change } : one))
    const entry = this.entries.peek().find((one) => one.id === id)
    if (entry === undefined) throw new Error(`no entry ${id}`)
    return entry
  }

  async answer(id: string, result: CommandResult): Promise<void> {
    if (result.result === 'rejected') this.set(id, { state: 'needs_you', result })
    else await this.discard(id)
    this.answers.get(id)?.(result)
    await vi.advanceTimersByTimeAsync(0)
  }
}

const types = (commands: Commands): readonly string[] => commands.pending.value.map((one) => one.type)

describe('commands of the kitchen', () => {
  let outbox: FakeOutbox
  let commands: Commands
  const told = signal(0)
  const bump = () => commands.toOrder('o1', 'ticket.bump', { ticket: 't' }, 'Bump')

  beforeEach(() => {
    vi.useFakeTimers()
    told.value = 0
    outbox = new FakeOutbox()
    commands = new Commands(outbox, 'r', () => told.value)
  })
  afterEach(() => vi.useRealTimers())

  it('are shown at once, before they are stored', () => {
    void bump()
    expect(types(commands)).toEqual(['ticket.bump'])
  })

  it('are shown once while they are in the outbox too', async () => {
    await bump()
    expect(outbox.entries.value).toHaveLength(1)
    expect(types(commands)).toEqual(['ticket.bump'])
  })

  it('stay after the answer until the room has told it', async () => {
    await bump()
    await outbox.answer('e1', { result: 'ok', seq: 7 })
    expect(types(commands)).toEqual(['ticket.bump'])
    told.value = 7
    expect(types(commands)).toEqual([])
  })

  it('do not stay for ever when the room never tells it', async () => {
    await bump()
    await outbox.answer('e1', { result: 'noop' })
    expect(types(commands)).toEqual(['ticket.bump'])
    await vi.advanceTimersByTimeAsync(6000)
    expect(types(commands)).toEqual([])
  })

  it('drop out when they are refused, and are named until somebody has seen it', async () => {
    await bump()
    await outbox.answer('e1', { result: 'rejected', code: 'wrong_state' })
    expect(types(commands)).toEqual([])
    expect(commands.refused.value.map((one) => one.result?.code)).toEqual(['wrong_state'])
    await commands.discard('e1')
    expect(commands.refused.value).toEqual([])
  })

  it('whose refusal a message settles are not kept for somebody to decide', async () => {
    const heard: string[] = []
    commands.onRefused = (type, code) => heard.push(`${type} ${code}`) > 0
    await bump()
    await outbox.answer('e1', { result: 'rejected', code: 'too_late' })
    expect(heard).toEqual(['ticket.bump too_late'])
    expect(commands.refused.value).toEqual([])
  })

  it('fail and are not shown when the device cannot keep them', async () => {
    outbox.isFull = true
    await expect(bump()).rejects.toThrow('quota')
    expect(types(commands)).toEqual([])
  })

  it('of an earlier page are shown before those of this one', async () => {
    await outbox.send({ room: 'order:o0', type: 'line.ready', body: { line: 'a' } })
    await bump()
    expect(types(commands)).toEqual(['line.ready', 'ticket.bump'])
  })

  it('about the stock are sent only while they are fresh; when they are not, somebody is asked', async () => {
    await commands.toStock('item.86', { target: 'item:a' }, 'Sold out')
    expect(outbox.entries.value[0]?.expiresMs).toBe(Date.now() + 15 * 60_000)
    outbox.set('e1', { state: 'expired' })
    expect(types(commands)).toEqual([])
    expect(commands.refused.value).toHaveLength(1)
    await commands.retry('e1')
    expect(commands.refused.value).toEqual([])
    expect(types(commands)).toEqual(['item.86'])
  })

  it('bumps never expire', async () => {
    await bump()
    expect(outbox.entries.value[0]?.expiresMs).toBeNull()
  })
})
