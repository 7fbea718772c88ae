// The floor for whoever serves: open a table for guests and hold up its QR code. A code is shown once;
// for a table that is open already a new one is drawn.

import { useState } from 'preact/hooks'
import type { Link } from '../core/link'
import { type CodeAnswer, codeAnswerGuard, type TableStateAnswer, tableListGuard } from '../core/protocol'
import { Banner } from '../ui/Banner'
import { Button } from '../ui/Button'
import { Chip } from '../ui/Chip'
import { Dialog } from '../ui/Dialog'
import { EmptyState } from '../ui/EmptyState'
import { problemWords } from '../ui/problem-words'
import { Skeleton } from '../ui/Skeleton'
import { TableCode } from '../ui/TableCode'
import { useAnswer } from '../ui/use-answer'
import { text } from './texts'

interface Shown {
  readonly name: string
  readonly code: CodeAnswer
}

/** The tables, then the code of one of them. */
export function TablesDialog({ link, open, onClose }: { link: Link; open: boolean; onClose: () => void }) {
  const [shown, setShown] = useState<Shown | null>(null)
  const close = () => {
    setShown(null)
    onClose()
  }
  const back = (
    <Button icon="back" onClick={() => setShown(null)}>
      {text('backToTables')}
    </Button>
  )
  return (
    <Dialog title={text('tablesTitle')} open={open} onClose={close} {...(shown === null ? {} : { actions: back })}>
      {shown === null ? (
        <Floor link={link} onCode={setShown} />
      ) : (
        <TableCode
          name={shown.name}
          url={shown.code.url}
          qrSvg={shown.code.qr_svg}
          untilMs={Date.parse(shown.code.visit.expires_at)}
        />
      )}
    </Dialog>
  )
}

function Floor({ link, onCode }: { link: Link; onCode: (shown: Shown) => void }) {
  const { session } = link
  const query = `?restaurant=${encodeURIComponent(session.restaurant.value)}`
  const tables = useAnswer(
    (signal) => session.api('GET', `/tables${query}`, { guard: tableListGuard, signal }),
    [query],
  )
  const [busy, setBusy] = useState<string | null>(null)
  const [problem, setProblem] = useState<unknown>(null)
  const show = async (table: TableStateAnswer) => {
    setBusy(table.id)
    setProblem(null)
    try {
      const path = `/tables/${encodeURIComponent(table.id)}/${table.visit === null ? 'open' : 'rotate'}${query}`
      onCode({ name: table.name, code: await session.api('POST', path, { guard: codeAnswerGuard }) })
    } catch (error) {
      setProblem(error)
      tables.reload()
    }
    setBusy(null)
  }
  const error = problem ?? tables.error
  return (
    <>
      {error !== null && <Banner kind="bad">{problemWords(error)}</Banner>}
      {tables.value === null && tables.isLoading && <Skeleton lines={5} />}
      {tables.value?.tables.length === 0 && <NoTables link={link} />}
      <ul class="floor">
        {tables.value?.tables.map((table) => (
          <TableLine key={table.id} table={table} isBusy={busy === table.id} onShow={() => void show(table)} />
        ))}
      </ul>
      {tables.value?.tables.some((table) => table.visit !== null) && <p class="note">{text('rotateHint')}</p>}
    </>
  )
}

function TableLine({ table, isBusy, onShow }: { table: TableStateAnswer; isBusy: boolean; onShow: () => void }) {
  const isOpen = table.visit !== null
  const details = [table.area, text.count('seats', table.seats)]
  if (table.orders.length > 0) details.push(text.count('tableOrders', table.orders.length))
  return (
    <li class="floor-line">
      <span class="floor-name" dir="auto">
        {table.name}
      </span>
      <span class="floor-details">{details.filter(Boolean).join(' · ')}</span>
      <Chip tone={isOpen ? 'good' : 'plain'} icon={isOpen ? 'check' : 'lock'}>
        {isOpen ? text('tableIsOpen') : text('tableIsClosed')}
      </Chip>
      <Button icon="qr" busy={isBusy} onClick={onShow}>
        {isOpen ? text('tableShow') : text('tableOpen')}
      </Button>
    </li>
  )
}

function NoTables({ link }: { link: Link }) {
  const me = link.session.me.value
  const isManager = me?.isDeveloper === true || me?.roles.some((role) => role === 'owner' || role === 'manager')
  const action = (
    <a class="button button-primary" href="/settings?tab=tables">
      {text('tablesSetUp')}
    </a>
  )
  return (
    <EmptyState icon="table" title={text('tablesEmpty')} {...(isManager ? { action } : {})}>
      {isManager ? text('tablesEmptyManager') : text('tablesEmptyOther')}
    </EmptyState>
  )
}
