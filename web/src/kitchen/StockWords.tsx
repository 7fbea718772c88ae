// An entry of the stock in words: off or counted, until when, who said it (by name, where that is known).

import { clockTime } from '../core/dates'
import type { Kitchen } from './kitchen'
import type { StockEntry } from './stock'
import type { StockAuthors } from './stock-authors'
import { text } from './texts'

const BY = { kitchen: 'byKitchen', waiter: 'byWaiter', manager: 'byManager', server: 'byServer' } as const

export interface StockWordsProps {
  kitchen: Kitchen
  entry: StockEntry
  authors: StockAuthors
}

export function StockWords({ kitchen, entry, authors }: StockWordsProps) {
  const author = authors.get(entry.target)
  const name = author === undefined ? undefined : kitchen.names.value[author.user]
  const atMs = author?.atMs || entry.atMs
  const words = [entry.isSoldOut ? text('soldOutNow') : text.count('left', entry.remaining ?? 0)]
  if (entry.isSoldOut)
    words.push(entry.untilMs === null ? text('backTomorrow') : text('backAt', { time: clockTime(entry.untilMs) }))
  const by = entry.isWaiting ? null : name === undefined ? whoOf(entry.by) : text('byName', { name })
  if (by !== null) words.push(atMs > 0 ? `${by}, ${clockTime(atMs)}` : by)
  if (entry.reason !== '') words.push(entry.reason)
  if (entry.isWaiting) words.push(text('notSentYet'))
  return (
    <span class="stock-words" dir="auto">
      {words.join(' · ')}
    </span>
  )
}

function whoOf(by: string): string | null {
  return by in BY ? text(BY[by as keyof typeof BY]) : null
}
