// Where something goes when it is moved: by a drop beside another thing, by a key, from a menu.
// Places are told by neighbours, so that a list that changed meanwhile does no harm.

import type { Position } from '../../core/yjs/menu-edits'

/** Where in which section an item goes. */
export interface ItemMove {
  readonly section: string
  readonly place: Position
}

export type Edge = 'before' | 'after'

/** The neighbour to stand beside after one step within a list; null at its end. */
export function stepWithin(order: readonly string[], id: string, step: -1 | 1): Position | null {
  const at = order.indexOf(id)
  const neighbour = at < 0 ? undefined : order[at + step]
  if (neighbour === undefined) return null
  return step < 0 ? { before: neighbour } : { after: neighbour }
}

/** One step of an item, out of its section at the first and last place; null at the ends of the menu. */
export function stepItem(
  sections: readonly string[],
  itemsOf: (section: string) => readonly string[],
  section: string,
  id: string,
  step: -1 | 1,
): ItemMove | null {
  const within = stepWithin(itemsOf(section), id, step)
  if (within !== null) return { section, place: within }
  const next = sections[sections.indexOf(section) + step]
  if (next === undefined || !sections.includes(section)) return null
  const first = itemsOf(next)[0]
  if (step < 0 || first === undefined) return { section: next, place: 'end' }
  return { section: next, place: { before: first } }
}

/** Beside the thing at an edge. */
export function beside(id: string, edge: Edge): Position {
  return edge === 'before' ? { before: id } : { after: id }
}

/** Which half of a box a pointer is in. */
export function edgeAt(pointerY: number, box: { readonly top: number; readonly height: number }): Edge {
  return pointerY < box.top + box.height / 2 ? 'before' : 'after'
}

/** Whether a drop beside `target` leaves the order as it is. */
export function changesNothing(order: readonly string[], id: string, target: string, edge: Edge): boolean {
  if (id === target) return true
  const at = order.indexOf(id)
  return at >= 0 && order[at + (edge === 'before' ? 1 : -1)] === target
}

/** Where an item stands, counted from 1, for telling people; null when it is not there. */
export function standing(order: readonly string[], id: string): { readonly at: number; readonly of: number } | null {
  const at = order.indexOf(id)
  return at < 0 ? null : { at: at + 1, of: order.length }
}
