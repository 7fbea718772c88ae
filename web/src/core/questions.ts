// Questions that stand in no document: edits of a replaced history that met something else, and texts
// that two people edited while one was away.

import { type ReadonlySignal, signal } from '@preact/signals'
import type * as Y from 'yjs'
import type { Plain } from '../menu/registers'
import { askedConflict, carryOver } from './carrying'
import type { FieldConflict } from './conflicts'
import type { DirtyField, DocStore } from './docstore'
import { mergedTexts } from './merged-texts'
import type { Me } from './session'

export class Questions {
  readonly carried = signal<readonly FieldConflict[]>([])

  constructor(
    private readonly doc: Y.Doc,
    private readonly store: DocStore,
    private readonly whoAmI: ReadonlySignal<Me | null>,
  ) {}

  /** Apply what was edited in a history that is no more. flush: stores what was applied. */
  async carry(flush: () => Promise<void>): Promise<void> {
    const old = await this.store.takeOld()
    if (old.length === 0 || this.doc.isDestroyed) return
    const asked = carryOver(this.doc, old, this.me.user)
    await flush()
    await this.store.carried(old, asked)
    this.ask(asked)
  }

  /** Ask about edits that only a person can decide; those that were decided otherwise are left out. */
  ask(fields: readonly DirtyField[]): void {
    this.add(fields.map((field) => askedConflict(this.doc, field, this.me)).filter((one) => one !== null))
  }

  /** mine: my texts as they were before the edits of others came. */
  noteMerged(mine: ReadonlyMap<string, string>, bases: ReadonlyMap<string, Plain>): void {
    this.add(mergedTexts(this.doc, mine, bases, this.me))
  }

  /** Somebody answered. */
  settle(key: string): void {
    const found = this.carried.peek().find((one) => one.key === key)
    if (found === undefined) return
    this.carried.value = this.carried.peek().filter((one) => one !== found)
    const { kind, container, id, field } = found
    if (kind === 'moved_on') void this.store.settle(`${container}/${id}/${field}`).catch(() => {})
  }

  private add(found: readonly FieldConflict[]): void {
    if (found.length === 0) return
    const keys = new Set(found.map(({ key }) => key))
    this.carried.value = [...this.carried.peek().filter(({ key }) => !keys.has(key)), ...found]
  }

  /** As whom edits are carried over; all developers have one id, so there it is the chosen name. */
  private get me(): { readonly user: string; readonly name: string } {
    const me = this.whoAmI.peek()
    if (me === null) return { user: '', name: '' }
    return { user: me.isDeveloper ? me.name : me.user, name: me.name }
  }
}
