// Names of people by user id and by replica: of those who are here, and of those who were.

import { type ReadonlySignal, signal } from '@preact/signals'
import type { Awareness } from 'y-protocols/awareness'
import { isObject } from '../menu/registers'
import type { Me } from './session'

export class Names {
  private readonly known = signal<ReadonlyMap<string, string>>(new Map())
  private readonly learn = (): void => this.learnAll()

  constructor(
    private readonly awareness: Awareness,
    private readonly me: ReadonlySignal<Me | null>,
  ) {
    awareness.on('change', this.learn)
  }

  /** Whom to show for a user id and a replica; the id itself when nobody knows more. */
  of(userId: string, replica: string): string {
    const known = this.known.value
    const me = this.me.value
    return known.get(`@${replica}`) ?? (me?.user === userId ? me.name : undefined) ?? known.get(userId) ?? userId
  }

  stop(): void {
    this.awareness.off('change', this.learn)
  }

  private learnAll(): void {
    const known = this.known.peek()
    const learned = new Map(known)
    for (const [client, state] of this.awareness.getStates()) {
      const user: unknown = state.user
      if (!isObject(user) || typeof user.name !== 'string' || typeof user.id !== 'string') continue
      learned.set(user.id, user.name)
      learned.set(`@${client.toString(36)}`, user.name) // a replica is the client id of its document
    }
    const isNews = [...learned].some(([key, name]) => known.get(key) !== name)
    if (isNews) this.known.value = learned
  }
}
