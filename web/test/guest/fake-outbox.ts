// An outbox that remembers what was asked of it; nothing leaves it by itself.

import { signal } from '@preact/signals'
import type { CommandResult } from '../../src/core/channel'
import type { NewCommand, Outbox, OutboxEntry } from '../../src/core/outbox'
import { entry } from './made'

export class FakeOutbox implements Outbox {
  readonly entries = signal<readonly OutboxEntry[]>([])
  readonly sent: NewCommand[] = []
  readonly retried: [string, object | undefined][] = []
  readonly discarded: string[] = []
  answer: CommandResult = { result: 'ok' }

  async send(command: NewCommand): Promise<OutboxEntry> {
    this.sent.push(command)
    return entry(command.type, command.body)
  }
  async settled(): Promise<CommandResult> {
    return this.answer
  }
  async retry(id: string, body?: object): Promise<OutboxEntry> {
    this.retried.push([id, body])
    return entry('x', body ?? {})
  }
  async discard(id: string): Promise<void> {
    this.discarded.push(id)
    this.entries.value = this.entries.value.filter((one) => one.id !== id)
  }
}
