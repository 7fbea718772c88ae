// The keyboard of the editor as one table: which command a key press means. Single letters count
// only where nobody types; nothing counts while an input method composes.

export type Command = 'search' | 'new_item' | 'undo' | 'redo' | 'saved' | 'history' | 'move_up' | 'move_down' | 'print'

export interface KeyPress {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
  readonly isComposing: boolean
}

/** What a key press means; null: nothing here. isTyping: the focus is in a field for text. */
export function commandOf(press: KeyPress, isTyping: boolean): Command | null {
  if (press.isComposing) return null
  const isChord = press.ctrlKey || press.metaKey
  if (isChord && !press.altKey) return chordCommand(press)
  if (press.altKey && !isChord && !press.shiftKey) {
    if (press.key === 'ArrowUp') return 'move_up'
    if (press.key === 'ArrowDown') return 'move_down'
    return null
  }
  if (isTyping || isChord || press.altKey) return null
  return letterCommand(press.key)
}

/** Whether the focus is where letters are text. */
export function isTypingIn(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) {
    return true
  }
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'range', 'file'].includes(target.type)
}

function chordCommand({ key, shiftKey }: KeyPress): Command | null {
  switch (key.toLowerCase()) {
    case 'z':
      return shiftKey ? 'redo' : 'undo'
    case 'y':
      return shiftKey ? null : 'redo'
    case 's':
      return shiftKey ? null : 'saved'
    case 'p':
      return shiftKey ? null : 'print'
    default:
      return null
  }
}

function letterCommand(key: string): Command | null {
  switch (key) {
    case '/':
      return 'search'
    case 'n':
      return 'new_item'
    case 'h':
      return 'history'
    default:
      return null
  }
}
