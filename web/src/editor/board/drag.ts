// Moving by dragging: rows and sections by their handles. Everything that a drag does is also in the
// menus and on the keys. Loaded when the board stands still, and known to no component: a row becomes
// draggable when somebody comes to its handle, the others take drops only while something is dragged.

import { combine } from '@atlaskit/pragmatic-drag-and-drop/combine'
import { draggable, dropTargetForElements, monitorForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter'
import type { Editor } from '../state'
import { moveItem, moveSection } from './actions'
import { beside, changesNothing, type Edge, edgeAt } from './moves'

const KIND = 'mirepoix'

/** What is dragged, or dropped beside; `end`: the end of a section, also where there is no item yet. */
type Thing =
  | { readonly kind: 'item'; readonly id: string; readonly section: string }
  | { readonly kind: 'section'; readonly id: string }
  | { readonly kind: 'end'; readonly section: string }

/** Let the things of a board be dragged. */
export function followDrags(board: HTMLElement, editor: Editor): () => void {
  const ready = new Map<HTMLElement, () => void>()
  let targets: () => void = () => {}
  const prepare = (event: Event): void => {
    const handle = event.target instanceof Element ? event.target.closest<HTMLElement>('.handle') : null
    const root = handle?.closest<HTMLElement>('[data-item], [data-section-block]')
    if (!handle || !root || ready.has(root) || !editor.rights.peek().structure) return
    ready.set(root, dragThing(root, handle))
  }
  board.addEventListener('pointerover', prepare)
  const stop = monitorForElements({
    canMonitor: ({ source }) => thingIn(source.data) !== null,
    onDragStart: ({ source }) => {
      document.documentElement.classList.add('is-dragging')
      targets = takeDrops(board, thingIn(source.data))
    },
    onDrop: ({ source, location }) => {
      document.documentElement.classList.remove('is-dragging')
      targets()
      const target = location.current.dropTargets[0]
      const dragged = thingIn(source.data)
      if (target !== undefined && dragged !== null) drop(editor, dragged, target, location.current.input.clientY)
    },
  })
  return () => {
    board.removeEventListener('pointerover', prepare)
    stop()
    targets()
    for (const end of ready.values()) end()
  }
}

function dragThing(root: HTMLElement, handle: HTMLElement): () => void {
  return draggable({
    element: root,
    dragHandle: handle,
    getInitialData: () => ({ [KIND]: thingOf(root) }),
    onDragStart: () => root.classList.add('is-dragged'),
    onDrop: () => root.classList.remove('is-dragged'),
  })
}

/** Make everything a target that the dragged thing can be dropped beside. */
function takeDrops(board: HTMLElement, dragged: Thing | null): () => void {
  if (dragged === null) return () => {}
  const selector =
    dragged.kind === 'item' ? '[data-item], [data-end]' : '[data-section-block]:not([data-section-block=""])'
  return combine(...[...board.querySelectorAll<HTMLElement>(selector)].map((root) => takeDrop(root, dragged)))
}

function takeDrop(root: HTMLElement, dragged: Thing): () => void {
  const thing = thingOf(root)
  const stop = dropTargetForElements({
    element: root,
    getData: () => ({ [KIND]: thing }),
    onDrag: ({ location, self }) => {
      const isInner = location.current.dropTargets[0]?.element === self.element
      const isSelf = thing.kind !== 'end' && dragged.kind !== 'end' && thing.id === dragged.id
      mark(root, isInner && !isSelf ? edgeOf(root, thing, location.current.input.clientY) : null)
    },
    onDragLeave: () => mark(root, null),
    onDrop: () => mark(root, null),
  })
  return () => {
    mark(root, null)
    stop()
  }
}

function drop(
  editor: Editor,
  dragged: Thing,
  target: { readonly element: Element; readonly data: Record<string | symbol, unknown> },
  pointerY: number,
): void {
  const to = thingIn(target.data)
  if (to === null || dragged.kind === 'end') return
  if (to.kind === 'end') {
    if (dragged.kind === 'item') moveItem(editor, dragged.id, to.section, 'end')
    return
  }
  const edge = edgeOf(target.element, to, pointerY)
  if (dragged.kind === 'item' && to.kind === 'item') {
    if (changesNothing(editor.model.itemsOf(to.section).peek(), dragged.id, to.id, edge)) return
    moveItem(editor, dragged.id, to.section, beside(to.id, edge))
  } else if (dragged.kind === 'section' && to.kind === 'section') {
    if (changesNothing(editor.model.sections.peek(), dragged.id, to.id, edge)) return
    moveSection(editor, dragged.id, beside(to.id, edge))
  }
}

function edgeOf(root: Element, thing: Thing, pointerY: number): Edge {
  return thing.kind === 'end' ? 'after' : edgeAt(pointerY, root.getBoundingClientRect())
}

function mark(root: HTMLElement, edge: Edge | null): void {
  if (edge === null) delete root.dataset.drop
  else root.dataset.drop = edge
}

function thingOf({ dataset }: HTMLElement): Thing {
  const { item, section = '', sectionBlock, end } = dataset
  if (item !== undefined) return { kind: 'item', id: item, section }
  return sectionBlock !== undefined ? { kind: 'section', id: sectionBlock } : { kind: 'end', section: end ?? '' }
}

function thingIn(data: Record<string | symbol, unknown>): Thing | null {
  const thing = data[KIND]
  return isThing(thing) ? thing : null
}

// Only this file puts it there; files and links dragged in from elsewhere have none.
function isThing(value: unknown): value is Thing {
  return typeof value === 'object' && value !== null && 'kind' in value
}
