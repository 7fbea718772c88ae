// Who may change which fields of a menu: the table of collab/guard/rights.py, so that a field which
// the server would set back is not offered. The server decides; this only spares people the surprise.

import type { Role } from '../core/session'

export interface Rights {
  /** What exists, and where it stands. */
  readonly structure: boolean
  readonly prices: boolean
  readonly tax: boolean
  /** Allergens, additives, diets. */
  readonly food: boolean
  /** Photo, station, hours, energy, … */
  readonly details: boolean
  readonly notes: boolean
  /** Publish, roll back, name versions. */
  readonly publishing: boolean
  /** Break locks, make them strict, import files. */
  readonly managing: boolean
  text(locale: string): boolean
}

export interface Asker {
  readonly roles: readonly Role[]
  readonly isDeveloper: boolean
  /** Languages that a translator is bound to; all without. */
  readonly locales?: readonly string[]
}

const MANAGING: readonly Role[] = ['owner', 'manager']
const EDITING: readonly Role[] = ['owner', 'manager', 'editor']

/** What somebody may do with a menu that they have this access to. */
export function rightsOf(asker: Asker | null, access: 'read' | 'write' | null): Rights {
  if (access !== 'write' || asker === null) return NOTHING
  const has = (roles: readonly Role[]): boolean => asker.isDeveloper || asker.roles.some((role) => roles.includes(role))
  // Whom a token lets write one menu without any role counts as an editor there.
  const edits = has(EDITING) || asker.roles.length === 0
  const manages = has(MANAGING)
  const translates = has(['translator'])
  const bound = asker.locales ?? []
  return {
    structure: edits,
    prices: edits,
    tax: manages,
    food: edits,
    details: edits,
    notes: edits || has(['waiter']),
    publishing: manages,
    managing: manages,
    text: (locale) => edits || (translates && (bound.length === 0 || bound.includes(locale))),
  }
}

const NOTHING: Rights = {
  structure: false,
  prices: false,
  tax: false,
  food: false,
  details: false,
  notes: false,
  publishing: false,
  managing: false,
  text: () => false,
}
