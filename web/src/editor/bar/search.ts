// Finding dishes: in names and descriptions of all languages, in allergens, diets and traits, in
// notes. Every word that is typed must occur; accents and case do not matter.

import type { Item } from '../../menu/menu'
import { codesOf } from '../fields/codes'

/** Text as it is compared: without case and accents. */
export function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase()
}

/** The words of a search; none when nothing was typed. */
export function searchWords(typed: string): string[] {
  return folded(typed)
    .split(/\s+/)
    .filter((word) => word !== '')
}

/** Whether an item has all words. labelOf: a code as people read it ("milk" -> "Milch"). */
export function matches(item: Item, words: readonly string[], labelOf: (code: string) => string): boolean {
  if (words.length === 0) return true
  const codes = (['allergen', 'diet', 'tag', 'additive'] as const).flatMap((family) =>
    codesOf(item, family).filter((code) => isSaid(item, family, code)),
  )
  const labels = codes.flatMap((code) => [code, labelOf(code)])
  const haystack = folded([...item.name.values(), ...item.description.values(), item.note, ...labels].join('\n'))
  return words.every((word) => haystack.includes(word))
}

/** The stretches of a text that a search found, as [start, end] of its UTF-16 units, in order. */
export function hits(text: string, words: readonly string[]): Array<readonly [number, number]> {
  const found: Array<readonly [number, number]> = []
  if (words.length === 0) return found
  // Folding may change lengths, so each sign is folded by itself and remembers where it came from.
  let plain = ''
  const origin: number[] = []
  let at = 0
  for (const sign of text) {
    const bare = folded(sign)
    for (let i = 0; i < bare.length; i++) origin.push(at)
    plain += bare
    at += sign.length
  }
  origin.push(text.length)
  for (const word of words) {
    for (let from = plain.indexOf(word); from >= 0; from = plain.indexOf(word, from + 1)) {
      found.push([origin[from] ?? 0, origin[from + word.length] ?? text.length])
    }
  }
  return merged(found)
}

function merged(stretches: Array<readonly [number, number]>): Array<readonly [number, number]> {
  const sorted = [...stretches].sort((a, b) => a[0] - b[0])
  const joined: Array<readonly [number, number]> = []
  for (const [start, end] of sorted) {
    const last = joined.at(-1)
    if (last !== undefined && start <= last[1]) joined[joined.length - 1] = [last[0], Math.max(last[1], end)]
    else joined.push([start, end])
  }
  return joined
}

function isSaid(item: Item, family: string, code: string): boolean {
  if (family === 'allergen') return (item.allergens.get(code) ?? 'free') !== 'free'
  return item.registers.get(`${family}:${code}`)?.[0]?.value === true
}
