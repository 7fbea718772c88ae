// The sections, items or groups of a menu as they were last read, with a signal for each that somebody
// asked for.

import { type Signal, signal } from '@preact/signals'
import type * as Y from 'yjs'
import { byCodePoint } from '../../menu/code_points'
import { isMap } from '../../menu/menu'
import type { Registers } from '../../menu/registers'
import type { Container } from '../conflicts'

export interface Thing {
  readonly id: string
  readonly registers: Registers
  readonly isDeleted: boolean
}

export class Things<T extends Thing> {
  private readonly parts = new Map<string, T>()
  private readonly signals = new Map<string, Signal<T | null>>()

  constructor(
    private readonly root: Container,
    private readonly partOf: (id: string, map: Y.Map<unknown>) => T,
  ) {}

  get(id: string): T | undefined {
    return this.parts.get(id)
  }

  signal(id: string): Signal<T | null> {
    const known = this.signals.get(id)
    if (known !== undefined) return known
    const made = signal<T | null>(this.parts.get(id) ?? null)
    this.signals.set(id, made)
    return made
  }

  /** Read one again; null when it is not there. */
  read(doc: Y.Doc, id: string): T | null {
    const map = doc.getMap(this.root).get(id)
    const part = isMap(map) ? this.partOf(id, map) : null
    if (part === null) this.parts.delete(id)
    else this.parts.set(id, part)
    const shown = this.signals.get(id)
    if (shown !== undefined) shown.value = part
    return part
  }

  live(): T[] {
    return [...this.parts.values()].filter((one) => !one.isDeleted)
  }

  deletedIds(): string[] {
    const gone = [...this.parts.values()].filter((one) => one.isDeleted)
    return gone.sort((a, b) => deletedMs(b) - deletedMs(a) || byId(a, b)).map(({ id }) => id)
  }
}

/** When it was deleted; 0: never. */
export function deletedMs({ registers }: Thing): number {
  return registers.get('deleted')?.[0]?.ms ?? 0
}

export function byId(a: { id: string }, b: { id: string }): number {
  return byCodePoint(a.id, b.id)
}
