// Who waits for the answer to which command, and the answers that came lately.

import type { CommandResult } from './channel'

const KEPT_RESULTS = 200

interface Waiting {
  resolve(result: CommandResult): void
  reject(error: Error): void
}

export class Settlements {
  readonly #waiting = new Map<string, Waiting[]>()
  readonly #results = new Map<string, CommandResult>()

  /** The answer, if it came lately. */
  result(id: string): CommandResult | undefined {
    return this.#results.get(id)
  }

  /** Resolves when it is settled, rejects when it is discarded. */
  wait(id: string): Promise<CommandResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, [...(this.#waiting.get(id) ?? []), { resolve, reject }])
    })
  }

  settle(id: string, result: CommandResult): void {
    this.#results.set(id, result)
    const oldest = this.#results.keys().next()
    if (this.#results.size > KEPT_RESULTS && oldest.done !== true) this.#results.delete(oldest.value)
    for (const { resolve } of this.#taken(id)) resolve(result)
  }

  discard(id: string): void {
    for (const { reject } of this.#taken(id)) reject(new Error(`discarded command ${id}`))
  }

  #taken(id: string): readonly Waiting[] {
    const waiting = this.#waiting.get(id) ?? []
    this.#waiting.delete(id)
    return waiting
  }
}
