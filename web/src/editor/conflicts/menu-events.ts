// What the server tells about a menu besides its content: conflicts that it found, what was published,
// and what the menu is called. From the stream `menu:{id}:events`.

import type { RoomEvent } from '../../core/channel'
import {
  array,
  type Guarded,
  literal,
  nullable,
  number,
  object,
  optional,
  string,
  tryCheck,
  unknown,
} from '../../core/guard'

const CANDIDATE = object({
  value: optional(unknown()),
  user: optional(nullable(string())),
  ms: optional(nullable(number())),
})
export const ISSUE = object({
  id: string(),
  kind: string(),
  severity: literal('error', 'warning', 'info'),
  target: object({ root: string(), id: string(), field: string() }),
  candidates: array(CANDIDATE),
})
const SNAPSHOT = object({ conflicts: array(unknown()) })
const CLOSED = object({ id: string() })
const RENAMED = object({ title: string() })
const PUBLISHED = object({ version: optional(number()), effective: optional(nullable(number())) })

/** Something about the menu that a person should look at, as the server found it. */
export type Issue = Guarded<typeof ISSUE>
export type Severity = Issue['severity']

export interface MenuEvents {
  readonly issues: ReadonlyMap<string, Issue>
  /** The version that guests see since the last event about it; null: nothing was told yet. */
  readonly effective: number | null
  /** How many times something was published, ended or named while we looked. */
  readonly publications: number
  /** What it is called since the last event about it; null: nothing was told yet. */
  readonly title: string | null
}

/** How the events of `menu:{id}:events` add up. */
export const menuEventsFold = {
  version: 2,
  initial: { issues: new Map(), effective: null, publications: 0, title: null } as MenuEvents,
  snapshot(body: unknown): MenuEvents {
    const found = (tryCheck(SNAPSHOT, body)?.conflicts ?? []).map((one) => tryCheck(ISSUE, one))
    const issues = found.filter((one): one is Issue => one !== null)
    return { issues: new Map(issues.map((one) => [one.id, one])), effective: null, publications: 0, title: null }
  },
  event(state: MenuEvents, event: RoomEvent): MenuEvents {
    switch (event.type) {
      case 'conflict.opened':
      case 'conflict.changed':
        return withIssue(state, event.body)
      case 'conflict.closed':
      case 'conflict.resolved':
        return withoutIssue(state, event.body)
      case 'menu.published':
      case 'menu.effective':
      case 'publication.cancelled': {
        const effective = tryCheck(PUBLISHED, event.body)?.effective ?? state.effective
        return { ...state, effective, publications: state.publications + 1 }
      }
      case 'menu.renamed':
        return { ...state, title: tryCheck(RENAMED, event.body)?.title ?? state.title }
      default:
        return state
    }
  },
}

function withIssue(state: MenuEvents, body: unknown): MenuEvents {
  const issue = tryCheck(ISSUE, body)
  if (issue === null) return state
  return { ...state, issues: new Map(state.issues).set(issue.id, issue) }
}

function withoutIssue(state: MenuEvents, body: unknown): MenuEvents {
  const closed = tryCheck(CLOSED, body)
  if (closed === null || !state.issues.has(closed.id)) return state
  const issues = new Map(state.issues)
  issues.delete(closed.id)
  return { ...state, issues }
}
