// Taking my own changes back. What came back is shown where it stands, for it may be far from here; and
// it is said when somebody else was faster.

import type * as Y from 'yjs'
import type { UndoResult } from '../../core/yjs/undo'
import { announce } from '../../ui/announce'
import { toast } from '../../ui/Toast'
import { pointAt } from '../people/following'
import type { Editor } from '../state'
import { t } from '../texts'

interface Thing {
  readonly root: 'items' | 'sections'
  readonly id: string
}

/** Take my last change back. ask: whether to, when somebody has edited what I added. */
export async function undo(editor: Editor, ask: (name: string) => Promise<boolean>): Promise<void> {
  const other = editor.undo.undoWouldDelete()
  if (other !== null && !(await ask(editor.live.nameOf(other, '')))) return
  move(editor, () => editor.undo.undo(), 'undone', 'nothing_to_undo')
}

export function redo(editor: Editor): void {
  move(editor, () => editor.undo.redo(), 'redone', 'nothing_to_redo')
}

function move(
  editor: Editor,
  step: () => UndoResult,
  done: 'undone' | 'redone',
  nothing: 'nothing_to_undo' | 'nothing_to_redo',
): void {
  let result: UndoResult = { kind: 'nothing' }
  const thing = touchedBy(editor.live.doc, () => {
    result = step()
  })
  say(editor, result, thing, done, nothing)
}

function say(
  editor: Editor,
  result: UndoResult,
  thing: Thing | null,
  done: 'undone' | 'redone',
  nothing: 'nothing_to_undo' | 'nothing_to_redo',
): void {
  switch (result.kind) {
    case 'done':
      // Rows that came back stand after the next paint.
      requestAnimationFrame(() =>
        setTimeout(() => {
          if (thing !== null && pointAt(thing.root, thing.id)) announce(t(done))
          else toast({ text: t(done), kind: 'good' })
        }),
      )
      return
    case 'nothing':
      announce(t(nothing))
      return
    case 'changed_since': {
      const who = result.who === undefined ? '' : editor.live.nameOf(result.who, '')
      toast({ text: who === '' ? t('changed_since_by_someone') : t('changed_since', { name: who }), kind: 'warn' })
    }
  }
}

/** The dish or section that some work wrote to; null: none, as with choices and the menu itself. */
export function touchedBy(doc: Y.Doc, work: () => void): Thing | null {
  let thing: Thing | null = null
  const stops = (['sections', 'items'] as const).map((root) => {
    const map = doc.getMap(root)
    const see = (events: readonly Y.YEvent<Y.AbstractType<unknown>>[]): void => {
      for (const { path } of events) if (typeof path[0] === 'string') thing = { root, id: path[0] }
    }
    map.observeDeep(see)
    return () => map.unobserveDeep(see)
  })
  try {
    work()
  } finally {
    for (const stop of stops) stop()
  }
  return thing
}
