// Tables: create, rename, open and close for guests, draw a new code, print cards, delete.

import { useState } from 'preact/hooks'
import type { CodeAnswer, TableStateAnswer } from '../core/protocol'
import { Button } from '../ui/Button'
import { Chip } from '../ui/Chip'
import { Dialog } from '../ui/Dialog'
import { EmptyState } from '../ui/EmptyState'
import { Menu } from '../ui/Menu'
import { problemWords } from '../ui/problem-words'
import { TableCode, tableTitle } from '../ui/TableCode'
import { toast } from '../ui/Toast'
import { uiText } from '../ui/texts'
import { useAnswer } from '../ui/use-answer'
import { PrintCardsDialog } from './PrintCardsDialog'
import { FormDialog, PanelHead, Waiting } from './parts'
import type { SettingsApi } from './settings-api'
import { TableDialog } from './TableDialog'
import { text } from './texts'
import { useSave } from './use-save'

type Doing =
  | { kind: 'new' | 'print' }
  | { kind: 'edit' | 'delete' | 'close'; table: TableStateAnswer }
  | { kind: 'code'; table: TableStateAnswer; code: CodeAnswer }

/** The list of tables and what can be done with each. */
export function TablesPanel({ api }: { api: SettingsApi }) {
  const tables = useAnswer((signal) => api.tables(signal), [api.restaurant])
  const [doing, setDoing] = useState<Doing | null>(null)
  const done = (words?: string) => {
    setDoing(null)
    tables.reload()
    if (words !== undefined) toast({ text: words, kind: 'good' })
  }
  const showCode = async (table: TableStateAnswer) => {
    try {
      setDoing({ kind: 'code', table, code: await api.codeOf(table) })
    } catch (error) {
      toast({ text: problemWords(error), kind: 'bad' })
    }
    tables.reload()
  }
  const all = tables.value ?? []
  const add = (
    <Button kind="primary" icon="add" onClick={() => setDoing({ kind: 'new' })}>
      {text('newTable')}
    </Button>
  )
  return (
    <section class="panel">
      <PanelHead title={text('tabTables')} help={text('tablesHelp')}>
        {all.length > 0 && (
          <>
            <Button icon="print" onClick={() => setDoing({ kind: 'print' })}>
              {text('printCards')}
            </Button>
            {add}
          </>
        )}
      </PanelHead>
      <Waiting answer={tables} />
      {tables.value?.length === 0 && (
        <EmptyState icon="table" title={text('tablesEmpty')} action={add}>
          {text('tablesEmptyHelp')}
        </EmptyState>
      )}
      <ul class="rows">
        {all.map((table) => (
          <TableRow key={table.id} table={table} onCode={() => void showCode(table)} onDo={setDoing} />
        ))}
      </ul>
      <Doings api={api} doing={doing} tables={all} onDone={done} onClose={() => setDoing(null)} />
    </section>
  )
}

interface TableRowProps {
  table: TableStateAnswer
  onCode: () => void
  onDo: (doing: Doing) => void
}

function TableRow({ table, onCode, onDo }: TableRowProps) {
  const isOpen = table.visit !== null
  const details = [table.area, text.count('seats', table.seats)]
  if (table.orders.length > 0) details.push(text.count('tableHasOrders', table.orders.length))
  return (
    <li class="row">
      <span class="row-mark" dir="auto">
        {table.name}
      </span>
      <span class="row-words">{details.filter(Boolean).join(' · ')}</span>
      <Chip tone={isOpen ? 'good' : 'plain'} icon={isOpen ? 'check' : 'lock'}>
        {isOpen ? text('tableOpen') : text('tableClosed')}
      </Chip>
      <Button icon="qr" onClick={onCode}>
        {isOpen ? text('tableRotateDo') : text('tableOpenDo')}
      </Button>
      <Menu
        label={`${uiText('more')}: ${tableTitle(table.name)}`}
        items={[
          { label: text('edit'), icon: 'edit', onSelect: () => onDo({ kind: 'edit', table }) },
          {
            label: text('tableCloseDo'),
            icon: 'lock',
            disabled: !isOpen,
            onSelect: () => onDo({ kind: 'close', table }),
          },
          {
            label: text('delete'),
            icon: 'trash',
            danger: true,
            separated: true,
            onSelect: () => onDo({ kind: 'delete', table }),
          },
        ]}
      />
    </li>
  )
}

interface DoingsProps {
  api: SettingsApi
  doing: Doing | null
  tables: readonly TableStateAnswer[]
  onDone: (words?: string) => void
  onClose: () => void
}

function Doings({ api, doing, tables, onDone, onClose }: DoingsProps) {
  switch (doing?.kind) {
    case 'new':
      return <TableDialog api={api} table={null} onDone={onDone} onClose={onClose} />
    case 'edit':
      return <TableDialog api={api} table={doing.table} onDone={onDone} onClose={onClose} />
    case 'delete':
    case 'close':
      return <Asking api={api} what={doing.kind} table={doing.table} onDone={onDone} onClose={onClose} />
    case 'print':
      return <PrintCardsDialog api={api} tables={tables} onClose={() => onDone()} />
    case 'code':
      return (
        <Dialog title={text('tabTables')} open onClose={onClose}>
          <TableCode
            name={doing.table.name}
            url={doing.code.url}
            qrSvg={doing.code.qr_svg}
            untilMs={Date.parse(doing.code.visit.expires_at)}
          />
        </Dialog>
      )
    default:
      return null
  }
}

interface AskingProps {
  api: SettingsApi
  what: 'delete' | 'close'
  table: TableStateAnswer
  onDone: (words: string) => void
  onClose: () => void
}

function Asking({ api, what, table, onDone, onClose }: AskingProps) {
  const { id } = table
  const name = tableTitle(table.name)
  const saving = useSave()
  const isDelete = what === 'delete'
  const go = async () => {
    const work = () => (isDelete ? api.deleteTable(id) : api.closeTable(id))
    if (await saving.run(work)) onDone(isDelete ? text('tableDeleted', { name }) : text('tableClosedDone', { name }))
  }
  return (
    <FormDialog
      title={isDelete ? text('tableDeleteTitle', { name }) : text('tableCloseTitle', { name })}
      saving={saving}
      onClose={onClose}
      onSubmit={() => void go()}
      submit={isDelete ? text('delete') : text('tableCloseDo')}
      danger
    >
      <p>{isDelete ? text('tableDeleteHelp') : text('tableCloseHelp')}</p>
    </FormDialog>
  )
}
