// What somebody else just did, said once and then gone: "Ana added Calamari".

import { useEffect } from 'preact/hooks'
import { announce } from '../ui/announce'
import { whoChose } from './names'
import type { GuestTable, News } from './state'
import { useTable } from './table-context'
import { text } from './texts'
import { textOf } from './texts-of'

const STAYS_MS = 4500

export function NewsLine() {
  const table = useTable()
  const news = table.news.value
  useEffect(() => {
    if (news === null) return
    announce(wordsOf(table, news))
    const timer = setTimeout(() => {
      table.news.value = null
    }, STAYS_MS)
    return () => clearTimeout(timer)
  }, [news])
  if (news === null) return null
  return (
    <p class={`news news-${news.kind}`} aria-hidden="true" dir="auto">
      {wordsOf(table, news)}
    </p>
  )
}

function wordsOf(table: GuestTable, news: News): string {
  const reading = table.reading.value
  switch (news.kind) {
    case 'added':
      return text('addedNews', {
        name: whoChose(table, { owner: news.guest, seat: news.seat }),
        dish: textOf(news.dish, reading, ''),
      })
    case 'sent':
      return text.count('sentNews', news.dishes)
    case 'ready':
      return text('readyNews', { dish: textOf(news.dish, reading, '') })
    case 'rejected':
      return text('rejectedNews', { dish: textOf(news.dish, reading, '') })
    case 'stopped':
      return text('stoppedNews', { name: news.by || text('guest') })
    case 'refused':
      return text('refusedNews', { reason: news.answer.reason ?? '' })
  }
}
