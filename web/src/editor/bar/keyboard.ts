// Keys of the whole screen, wherever the focus is. Fields handle Enter, Escape and arrows themselves.

import { useEffect } from 'preact/hooks'
import { toast } from '../../ui/Toast'
import { addItemHere, moveItemBy, moveSectionBy } from '../board/actions'
import { printMenu } from '../exchange/printing'
import type { Editor } from '../state'
import { t } from '../texts'
import { commandOf, isTypingIn } from './keys'
import { toggle } from './toolbar'
import { redo } from './undoing'

/** Listen to keys while the menu is open. */
export function useKeyboard(editor: Editor, undo: () => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || document.querySelector('dialog[open]') !== null) return
      const isTyping = isTypingIn(event.target)
      if (event.key === 'Escape' && !isTyping && editor.panel.peek() !== null) {
        editor.panel.value = null
        return
      }
      const command = commandOf(event, isTyping)
      if (command === null) return
      // A draft of a price, a search: the browser's own undo is right there.
      const hasOwnUndo = isTyping && !(event.target instanceof Element && event.target.hasAttribute('data-own-undo'))
      if ((command === 'undo' || command === 'redo') && hasOwnUndo) return
      if (run(editor, command, undo, event.target)) event.preventDefault()
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [editor])
}

/** True: the key did something, and the browser shall not. */
function run(
  editor: Editor,
  command: NonNullable<ReturnType<typeof commandOf>>,
  undo: () => void,
  target: EventTarget | null,
): boolean {
  switch (command) {
    case 'search':
      document.querySelector<HTMLInputElement>('[data-search] input')?.focus()
      return true
    case 'new_item':
      if (editor.rights.peek().structure) addItemHere(editor)
      return true
    case 'undo':
      undo()
      return true
    case 'redo':
      redo(editor)
      return true
    case 'saved':
      toast({ text: t(editor.live.unsynced.peek() === 0 ? 'already_saved' : 'saved_here'), kind: 'good' })
      return true
    case 'history':
      toggle(editor, { kind: 'history' })
      return true
    case 'print':
      void printMenu(editor)
      return true
    case 'move_up':
    case 'move_down':
      return move(editor, target, command === 'move_up' ? -1 : 1)
  }
}

function move(editor: Editor, target: EventTarget | null, step: -1 | 1): boolean {
  if (!(target instanceof Element) || !editor.rights.peek().structure) return false
  const row = target.closest<HTMLElement>('[data-item]')
  const { item, section } = row?.dataset ?? {}
  if (item !== undefined && section !== undefined) {
    moveItemBy(editor, item, section, step)
    return true
  }
  const block = target.closest<HTMLElement>('[data-section-block]')?.dataset.sectionBlock
  if (block === undefined || block === '') return false
  moveSectionBy(editor, block, step)
  return true
}
