// An entry of the stock in words: off or counted, until when, who said it.

import { clockTime } from '../core/dates'
import type { StockEntry } from './stock'
import { text } from './texts'

const BY = { kitchen: 'byKitchen', waiter: 'byWaiter', manager: 'byManager', server: 'byServer' } as const

export function StockWords({ entry }: { entry: StockEntry }) {
  const words = [entry.isSoldOut ? text('soldOutNow') : text.count('left', entry.remaining ?? 0)]
  if (entry.isSoldOut)
    words.push(entry.untilMs === null ? text('backTomorrow') : text('backAt', { time: clockTime(entry.untilMs) }))
  const by = whoOf(entry.by)
  if (by !== null) words.push(entry.atMs > 0 ? `${by}, ${clockTime(entry.atMs)}` : by)
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
