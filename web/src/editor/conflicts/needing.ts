// What needs somebody: questions that the document itself holds, and what the server found besides.
// The server also lists what the document holds; those are shown once.

import type { FieldConflict } from '../../core/conflicts'
import type { Editor } from '../state'
import type { Issue } from './menu-events'

/** Kinds that the browser finds by itself, offline too. */
const FOUND_HERE: ReadonlySet<string> = new Set(['prices', 'allergens', 'diets', 'deleted'])
const RANK = { error: 0, warning: 1, info: 2 } as const

export interface Needing {
  readonly conflicts: readonly FieldConflict[]
  readonly issues: readonly Issue[] // the worst first
}

/** Everything that needs somebody. Subscribes. */
export function needing({ model, events }: Pick<Editor, 'model' | 'events'>): Needing {
  return { conflicts: model.conflicts.value, issues: furtherIssues(events.state.value.issues.values()) }
}

/** How much of it there is; urgent: what keeps the menu from being published. Notes are not counted. */
export function needingCount(editor: Pick<Editor, 'model' | 'events'>): { all: number; urgent: number } {
  const { conflicts, issues } = needing(editor)
  const shown = issues.filter((one) => one.severity !== 'info')
  const urgent =
    conflicts.filter(({ kind }) => kind === 'prices' || kind === 'allergens').length +
    shown.filter((one) => one.severity === 'error').length
  return { all: conflicts.length + shown.length, urgent }
}

/** What the browser does not find itself, the worst first. */
export function furtherIssues(issues: Iterable<Issue>): readonly Issue[] {
  return [...issues]
    .filter((one) => !FOUND_HERE.has(one.kind))
    .sort((a, b) => RANK[a.severity] - RANK[b.severity] || (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0))
}
