// "Ana changed 3 items in Desserts ↓": what others change out of view, gathered by person and
// section, forgotten when it was looked at or is old. Pure; the clock is passed in.

export const JUMP_KEPT_MS = 15_000
const MOST_SHOWN = 3

/** Somebody changed one item that is out of view. */
export interface FarChange {
  readonly author: string // user id
  readonly name: string
  readonly color: string
  readonly section: string
  readonly item: string // '' for the section itself
  readonly direction: 'up' | 'down'
  readonly atMs: number
}

/** One chip. */
export interface Jump {
  readonly key: string
  readonly author: string
  readonly name: string
  readonly color: string
  readonly section: string
  readonly items: readonly string[] // the latest last
  readonly direction: 'up' | 'down'
  readonly atMs: number
}

/** The chips after one more change. */
export function withChange(jumps: readonly Jump[], change: FarChange): readonly Jump[] {
  const key = `${change.author}/${change.section}`
  const before = jumps.find((one) => one.key === key)
  const others = jumps.filter((one) => one.key !== key)
  const items = [...(before?.items ?? []).filter((id) => id !== change.item), change.item]
  const { author, name, color, section, direction, atMs } = change
  return [...others, { key, author, name, color, section, items, direction, atMs }].slice(-MOST_SHOWN)
}

/** The chips without those that are old. */
export function stillNew(jumps: readonly Jump[], nowMs: number): readonly Jump[] {
  const kept = jumps.filter((one) => nowMs - one.atMs < JUMP_KEPT_MS)
  return kept.length === jumps.length ? jumps : kept
}

/** The chips without what can be seen now. */
export function withoutSeen(jumps: readonly Jump[], seen: ReadonlySet<string>): readonly Jump[] {
  const kept = jumps
    .map((one) => ({ ...one, items: one.items.filter((id) => !seen.has(id)) }))
    .filter((one) => one.items.length > 0)
  const isSame = kept.length === jumps.length && kept.every((one, at) => one.items.length === jumps[at]?.items.length)
  return isSame ? jumps : kept
}
