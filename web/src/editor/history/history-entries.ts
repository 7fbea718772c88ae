// The history as it is shown: stretches of one person's work, without what was taken back within one
// entry, pages joined where a stretch goes on.

import { isSame } from '../../core/conflicts'
import type { EntryAnswer, HistoryList, StretchAnswer } from '../../core/protocol'

/** A stretch of somebody's work, the latest change first. */
export interface Stretch {
  readonly key: string
  readonly user: string
  readonly door: string
  readonly sinceMs: number
  readonly untilMs: number
  readonly changes: readonly EntryAnswer[]
}

/** All pages so far as one list. */
export function stretchesOf(pages: readonly HistoryList[]): readonly Stretch[] {
  const found: Stretch[] = []
  for (const page of pages) {
    for (const one of page.sessions) {
      const next = stretchOf(one)
      const last = found.at(-1)
      const goesOn = last !== undefined && last.key === next.key && page.sessions[0] === one
      if (goesOn)
        found[found.length - 1] = { ...last, sinceMs: next.sinceMs, changes: [...last.changes, ...next.changes] }
      else found.push(next)
    }
  }
  return found.filter((one) => one.changes.length > 0)
}

/** Who appears in it, each once, in the order in which they come. */
export function writersOf(stretches: readonly Stretch[]): readonly string[] {
  return [...new Set(stretches.map((one) => one.user))]
}

/** The changes of a stretch by the thing they are about, in the order in which things come. */
export function byThing(
  changes: readonly EntryAnswer[],
): ReadonlyArray<{ root: string; id: string; changes: readonly EntryAnswer[] }> {
  const found = new Map<string, { root: string; id: string; changes: EntryAnswer[] }>()
  for (const one of changes) {
    const key = `${one.root}/${one.item}`
    const known = found.get(key)
    if (known === undefined) found.set(key, { root: one.root, id: one.item, changes: [one] })
    else known.changes.push(one)
  }
  return [...found.values()]
}

function stretchOf({ user, session, door, since, at, changes }: StretchAnswer): Stretch {
  return {
    key: `${user} ${session} ${door}`,
    user,
    door,
    sinceMs: Date.parse(since),
    untilMs: Date.parse(at),
    changes: changes.filter((one) => !isSame(one.before, one.after)),
  }
}
