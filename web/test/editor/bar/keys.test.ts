import { describe, expect, test } from 'vitest'
import { commandOf, isTypingIn, type KeyPress } from '../../../src/editor/bar/keys'

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  isComposing: false,
  ...more,
})

describe('keys of the editor', () => {
  test.each([
    ['/', {}, 'search'],
    ['n', {}, 'new_item'],
    ['h', {}, 'history'],
    ['z', { ctrlKey: true }, 'undo'],
    ['Z', { ctrlKey: true, shiftKey: true }, 'redo'],
    ['z', { metaKey: true }, 'undo'],
    ['y', { ctrlKey: true }, 'redo'],
    ['s', { ctrlKey: true }, 'saved'],
    ['p', { ctrlKey: true }, 'print'],
    ['ArrowUp', { altKey: true }, 'move_up'],
    ['ArrowDown', { altKey: true }, 'move_down'],
  ] as const)('%s %o means %s', (key, more, command) => {
    expect(commandOf(press(key, more), false)).toBe(command)
  })

  test('letters are letters where somebody types, chords are not', () => {
    expect(commandOf(press('n'), true)).toBeNull()
    expect(commandOf(press('/'), true)).toBeNull()
    expect(commandOf(press('z', { ctrlKey: true }), true)).toBe('undo')
    expect(commandOf(press('ArrowUp', { altKey: true }), true)).toBe('move_up')
  })

  test('nothing counts while an input method composes', () => {
    expect(commandOf(press('n', { isComposing: true }), false)).toBeNull()
    expect(commandOf(press('z', { ctrlKey: true, isComposing: true }), true)).toBeNull()
  })

  test('signs that a keyboard writes with Ctrl and Alt are no chords', () => {
    expect(commandOf(press('s', { ctrlKey: true, altKey: true }), false)).toBeNull()
  })
})

test('a field for text is one, a checkbox and a button are none', () => {
  const make = (html: string): Element | null => {
    document.body.innerHTML = html
    return document.body.firstElementChild
  }
  expect(isTypingIn(make('<textarea></textarea>'))).toBe(true)
  expect(isTypingIn(make('<input type="search">'))).toBe(true)
  expect(isTypingIn(make('<select></select>'))).toBe(true)
  expect(isTypingIn(make('<input type="checkbox">'))).toBe(false)
  expect(isTypingIn(make('<button></button>'))).toBe(false)
  expect(isTypingIn(null)).toBe(false)
})
