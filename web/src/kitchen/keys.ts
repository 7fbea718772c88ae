// The keyboard, and bump bars, which are keyboards: 1-9 select, Enter bumps, R recalls, arrows move, ? helps.

import { bump, recallLast, startAll, togglePin } from './actions'
import type { Card } from './cards'
import type { Kitchen } from './kitchen'

export type PanelName = 'recall' | 'counts' | 'stock' | 'settings' | 'help'

const PANELS: Readonly<Record<string, PanelName>> = {
  a: 'counts',
  o: 'stock',
  l: 'recall',
  '?': 'help',
  ',': 'settings',
}

/** Listens to the whole page; dialogs keep their keys to themselves. */
export function listenToKeys(
  kitchen: Kitchen,
  open: (panel: PanelName) => void,
  print: (card: Card | null) => void,
): () => void {
  const press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return
    if (document.querySelector('dialog[open]') !== null) return
    if (onKey(kitchen, event, open, print)) event.preventDefault()
  }
  document.addEventListener('keydown', press)
  return () => document.removeEventListener('keydown', press)
}

function onKey(
  kitchen: Kitchen,
  event: KeyboardEvent,
  open: (panel: PanelName) => void,
  print: (card: Card | null) => void,
): boolean {
  const cards = kitchen.drawn.value
  const at = cards.findIndex((card) => card.key === kitchen.selected.value)
  const card = cards[at]
  const key = event.key.toLowerCase()
  kitchen.attention.noticed()
  kitchen.hasKeys.value = true
  if (/^[1-9]$/.test(key)) return select(kitchen, cards[Number(key) - 1])
  switch (key) {
    case 'arrowright':
    case 'arrowdown':
      return select(kitchen, cards[Math.min(at + 1, cards.length - 1)])
    case 'arrowleft':
    case 'arrowup':
      return select(kitchen, cards[Math.max(at - 1, 0)])
    case 'home':
      return select(kitchen, cards[0])
    case 'end':
      return select(kitchen, cards[cards.length - 1])
    case 'escape':
      kitchen.selected.value = null
      return true
    case 'enter':
      // A focused button does what it says; only then there is nothing for the bar to do.
      if (card === undefined || isButton(event.target)) return false
      bump(kitchen, card)
      return true
    case 'r':
      recallLast(kitchen)
      return true
    case 'u':
      kitchen.undo.value?.run()
      return true
    case 's':
      if (card !== undefined) startAll(kitchen, card)
      return card !== undefined
    case 'f':
      if (card !== undefined) togglePin(kitchen, card)
      return card !== undefined
    case 'p':
      print(card ?? null)
      return true
    default: {
      const panel = PANELS[key]
      if (panel !== undefined) open(panel)
      return panel !== undefined
    }
  }
}

function select(kitchen: Kitchen, card: Card | undefined): boolean {
  if (card === undefined) return false
  kitchen.selected.value = card.key
  return true
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null
}

function isButton(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('button, a, summary') !== null
}
