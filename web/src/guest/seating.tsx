// From a visit to its table: the connection, the order (the one that is there, else a new one), the page.

import { effect } from '@preact/signals'
import { object, string, tryCheck } from '../core/guard'
import { uuid7 } from '../core/ids'
import { type Link, openLink } from '../core/link'
import { arrival, askAgain } from './arrival'
import { Receipt } from './Receipt'
import { GuestTable } from './state'
import { TablePage } from './TablePage'
import { TableContext } from './table-context'
import { keepVisit, type Visit } from './visit'

const AGAIN_MS = 2000
const THERE = object({ order: string() })

/** Show the table of a visit, and farewell when it is over. */
export async function sitDown(visit: Visit): Promise<void> {
  const link = await openLink({ app: 'guest', guestToken: visit.token })
  watchToken(link, visit)
  const order = visit.order ?? (await openOrder(link, visit))
  if (order === null) {
    arrival.value = { kind: 'over', visit, Receipt: null }
    return
  }
  const seated = { ...visit, order }
  keepVisit(seated)
  const table = new GuestTable(link, seated, order)
  const View = () => (
    <TableContext.Provider value={table}>
      <TablePage />
    </TableContext.Provider>
  )
  const Had = () => (
    <TableContext.Provider value={table}>
      <Receipt />
    </TableContext.Provider>
  )
  effect(() => {
    const hasHad = table.basket.peek().sent.length > 0
    arrival.value = table.isOver.value
      ? { kind: 'over', visit: seated, Receipt: hasHad ? Had : null }
      : { kind: 'table', View }
  })
}

/** The order of the table: the one that is there, else a new one. null: the visit is over. */
async function openOrder(link: Link, visit: Visit): Promise<string | null> {
  const id = uuid7()
  const entry = await link.outbox.send({ room: `order:${id}`, type: 'order.open', body: { table: visit.table } })
  const result = await link.outbox.settled(entry.id)
  if (result.result !== 'rejected') return tryCheck(THERE, result.current)?.order ?? id
  await link.outbox.discard(entry.id)
  if (result.code === 'table_closed' || result.code === 'forbidden') return null
  await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
  return openOrder(link, visit)
}

function watchToken(link: Link, visit: Visit): void {
  let isAsking = false
  effect(() => {
    const isRefused = link.session.state.value === 'signed_out' || link.socket.refusal.value !== null
    if (!isRefused || isAsking) return
    isAsking = true
    void askAgain(visit).finally(() => {
      isAsking = false
    })
  })
}
