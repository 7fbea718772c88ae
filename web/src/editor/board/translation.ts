// How much of a menu is written in a language: every name counts, and every description that the
// menu's own language has.

import type { Item, Section } from '../../menu/menu'

export interface Progress {
  readonly written: number
  readonly wanted: number
  readonly percent: number // rounded down, so that 100 means all
}

type Part = Pick<Item | Section, 'name' | 'description'>

/** The progress of one language. own: the menu's own language. */
export function progressOf(parts: Iterable<Part>, locale: string, own: string): Progress {
  let written = 0
  let wanted = 0
  for (const part of parts) {
    for (const texts of [part.name, part.description]) {
      const isWanted = texts === part.name || isWritten(texts.get(own))
      if (!isWanted) continue
      wanted++
      if (isWritten(texts.get(locale))) written++
    }
  }
  return { written, wanted, percent: wanted === 0 ? 100 : Math.floor((100 * written) / wanted) }
}

/** Whether a text is missing: the menu's own language has it, this one has not. */
export function isMissing(texts: ReadonlyMap<string, string>, locale: string, own: string): boolean {
  return locale !== own && isWritten(texts.get(own)) && !isWritten(texts.get(locale))
}

function isWritten(text: string | undefined): boolean {
  return text !== undefined && text.trim() !== ''
}
