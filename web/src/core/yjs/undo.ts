// Undo and redo of what this tab did, and of nothing else. Texts are Yjs's UndoManager's (origin
// 'text'); it must not see registers, because it would write them again under another replica's key.
// Registers have a stack of their own of (field, before, after): undoing one is a new write of `before`
// under our replica, and only while the field still holds nothing but our `after`. One stack has the
// order of both. Nothing here ever deletes a section, an item or a text.

import { computed, type ReadonlySignal, signal } from '@preact/signals'
import * as Y from 'yjs'
import { isMap, isText } from '../../menu/menu'
import { readRegisters, registerName, replicaOf, valueIn, writeRegister } from '../../menu/registers'
import { type Container, isSame } from '../conflicts'

export type UndoResult =
  | { readonly kind: 'done' }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'changed_since'; readonly who?: string }

/** One register that was written: what it read before, and what it reads since. */
export interface RegisterWrite {
  readonly container: Container
  readonly id: string
  readonly field: string
  readonly before: unknown
  readonly after: unknown
}

/** A step of the order: a text edit, or registers that were written together. */
type Step = { readonly text: TextStep } | { readonly writes: readonly RegisterWrite[]; readonly isCreation: boolean }
type TextStep = Y.UndoManager['undoStack'][number]

const CAPTURE_MS = 500
const STEPS = 200

export class UndoStack {
  readonly canUndo: ReadonlySignal<boolean>
  readonly canRedo: ReadonlySignal<boolean>
  private readonly done = signal<readonly Step[]>([])
  private readonly undone = signal<readonly Step[]>([])
  private readonly texts: Y.UndoManager
  private isMoving = false // undoing or redoing: what the UndoManager tells then is no new edit

  /**
   * me: who writes. nameOf: whom to show for a user id and a replica; without it the user id.
   */
  constructor(
    private readonly doc: Y.Doc,
    private readonly me: () => { readonly user: string },
    private readonly nameOf: (userId: string, replica: string) => string = (userId) => userId,
  ) {
    this.canUndo = computed(() => this.done.value.length > 0)
    this.canRedo = computed(() => this.undone.value.length > 0)
    this.texts = new Y.UndoManager([doc.getMap('sections'), doc.getMap('items')], {
      captureTimeout: CAPTURE_MS,
      trackedOrigins: new Set(['text']),
      deleteFilter: (item) => !(item.content instanceof Y.ContentType),
    })
    this.texts.on('stack-item-added', ({ stackItem }) => {
      if (!this.isMoving) this.push({ text: stackItem })
    })
  }

  /** Undo the last step of mine that is not undone. */
  undo(): UndoResult {
    return this.move(this.done, this.undone, 'before', 'after')
  }

  redo(): UndoResult {
    return this.move(this.undone, this.done, 'after', 'before')
  }

  /** What comes next is a step of its own: call it when a field loses focus. */
  stopCapturing(): void {
    this.texts.stopCapturing()
  }

  /**
   * Whose work the next undo would hide together with the thing that I added; null: nobody's.
   * Ask first when it is somebody.
   */
  undoWouldDelete(): string | null {
    const step = this.done.peek().at(-1)
    if (step === undefined || !('writes' in step) || !step.isCreation) return null
    for (const { container, id } of step.writes) {
      const map = this.doc.getMap(container).get(id)
      const author = isMap(map) ? this.othersIn(map) : null
      if (author !== null) return author
    }
    return null
  }

  /** MenuEdits says what it wrote. isCreation: the step made something; undoing it marks it deleted. */
  record(writes: readonly RegisterWrite[], isCreation = false): void {
    this.texts.stopCapturing()
    this.push({ writes, isCreation })
  }

  dispose(): void {
    this.texts.destroy()
  }

  // -- moving --------------------------------------------------------------------------------

  private push(step: Step): void {
    this.done.value = [...this.done.peek(), step].slice(-STEPS)
    if (this.undone.peek().length === 0) return
    this.undone.value = []
    this.texts.clear(false, true)
  }

  private move(
    from: typeof this.done,
    to: typeof this.done,
    wanted: 'before' | 'after',
    expected: 'before' | 'after',
  ): UndoResult {
    const step = from.peek().at(-1)
    if (step === undefined) return { kind: 'nothing' }
    this.texts.stopCapturing()
    from.value = from.peek().slice(0, -1)
    this.isMoving = true
    try {
      if ('text' in step) return this.moveText(step.text, wanted === 'before' ? 'undo' : 'redo', to)
      const blocked = step.writes.find((write) => !this.holdsOnly(write, write[expected]))
      if (blocked !== undefined) return this.changedSince(blocked)
      this.write(step.writes, wanted)
      to.value = [...to.peek(), step]
      return { kind: 'done' }
    } finally {
      this.isMoving = false
    }
  }

  /** Let the UndoManager move exactly one step: by itself it goes on past steps that do nothing. */
  private moveText(step: TextStep, way: 'undo' | 'redo', to: typeof this.done): UndoResult {
    const [from, other] = way === 'undo' ? (['undoStack', 'redoStack'] as const) : (['redoStack', 'undoStack'] as const)
    const rest = this.texts[from].filter((one) => one !== step)
    if (rest.length === this.texts[from].length) return { kind: 'changed_since' }
    this.texts[from] = [step]
    const moved = way === 'undo' ? this.texts.undo() : this.texts.redo()
    this.texts[from] = rest
    const made = this.texts[other].at(-1)
    if (moved === null || made === undefined) return { kind: 'changed_since' }
    to.value = [...to.peek(), { text: made }]
    return { kind: 'done' }
  }

  private write(writes: readonly RegisterWrite[], wanted: 'before' | 'after'): void {
    this.doc.transact(() => {
      for (const write of writes) {
        const map = this.doc.getMap(write.container).get(write.id)
        if (isMap(map)) writeRegister(map, write.field, write[wanted], this.me().user, Date.now())
      }
    }, 'register')
  }

  /** Whether our write is all that the register holds. */
  private holdsOnly({ container, id, field }: RegisterWrite, value: unknown): boolean {
    const map = this.doc.getMap(container).get(id)
    if (!isMap(map)) return false
    const registers = readRegisters(map.entries())
    const candidates = registers.get(field) ?? []
    const [only] = candidates
    if (candidates.length !== 1 || only === undefined) return false
    // The server writes what it sets back in the name of whoever wrote it first.
    if (only.replica !== replicaOf(this.doc) && only.userId !== this.me().user) return false
    return (
      isSame(valueIn(registers, field), value) || (field.endsWith('deleted') && !valueIn(registers, field) === !value)
    )
  }

  private changedSince({ container, id, field }: RegisterWrite): UndoResult {
    const map = this.doc.getMap(container).get(id)
    const candidates = isMap(map) ? (readRegisters(map.entries()).get(field) ?? []) : []
    const other = candidates.find(({ replica, userId }) => replica !== replicaOf(this.doc) && userId !== this.me().user)
    return other === undefined
      ? { kind: 'changed_since' }
      : { kind: 'changed_since', who: this.nameOf(other.userId, other.replica) }
  }

  // -- whose work is in it -------------------------------------------------------------------

  private othersIn(map: Y.Map<unknown>): string | null {
    const own = replicaOf(this.doc)
    for (const [key, entry] of map.entries()) {
      if (registerName(key) !== null) {
        const replica = key.slice(key.lastIndexOf('@') + 1)
        const user = Array.isArray(entry) && typeof entry[1] === 'string' ? entry[1] : ''
        // The server itself writes registers too: shorter order keys, repairs.
        if (replica !== own && user !== this.me().user) return this.nameOf(user, replica)
        continue
      }
      for (const text of isMap(entry) ? entry.values() : [entry]) {
        const author = isText(text) ? authorBeside(text, this.doc.clientID) : null
        if (author !== null) return this.nameOf('', author.toString(36))
      }
    }
    return null
  }
}

/** A client id other than `own` that has letters in a text; null when there is none. */
function authorBeside(text: Y.Text, own: number): number | null {
  for (let item = text._start; item !== null; item = item.right) {
    if (!item.deleted && item.countable && item.id.client !== own) return item.id.client
  }
  return null
}
