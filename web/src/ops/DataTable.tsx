// A table that changes every second and stays usable: sorted by its heads, still under the pointer,
// and a list of cards where there is no room for columns (ops.css; each cell carries its label).

import type { ComponentChildren } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { Icon } from '../ui/icons'
import { Select } from '../ui/Select'
import { arrange, nextSort, type ShownRow, type Sort, type SortValue, sortRows } from './rows'
import { tableText } from './table-texts'

export interface TableColumn<R> {
  readonly key: string
  readonly label: string
  readonly isNumber?: boolean
  /** On a card: right below the name, without its label. */
  readonly isWide?: boolean
  /** What it sorts by; without, it cannot be sorted by. */
  readonly sortBy?: (row: R) => SortValue
  readonly cell: (row: R) => ComponentChildren
}

export interface DataTableProps<R extends { readonly id: string }> {
  label: string
  rows: readonly R[]
  /** The first one names the row. */
  columns: readonly TableColumn<R>[]
  firstSort: Sort<string>
  actions: (row: R) => ComponentChildren
  /** Search field and the like. */
  tools?: ComponentChildren
  isWarned?: (row: R) => boolean
}

/** The table with its tools. */
export function DataTable<R extends { readonly id: string }>(props: DataTableProps<R>) {
  const { label, rows, columns, firstSort, actions, tools, isWarned } = props
  const [sort, setSort] = useState(firstSort)
  const [isHeld, setHeld] = useState(false)
  const sortBy = columns.find((column) => column.key === sort.key)?.sortBy
  const sorted = sortBy === undefined ? rows : sortRows(rows, sortBy, sort.isDescending)
  const shown = useArranged(sorted, isHeld, `${sort.key} ${sort.isDescending}`)
  const press = (column: TableColumn<R>): void => setSort(nextSort(sort, column.key, column.isNumber === true))
  return (
    <div class="ops-table">
      <div class="ops-tools">
        {tools}
        <SortSelect columns={columns} sort={sort} onSort={setSort} />
        {isHeld && (
          <span class="ops-held note">
            <Icon name="pin" size={16} />
            {tableText('held')}
          </span>
        )}
      </div>
      <div class="ops-scroll">
        <table>
          <caption class="visually-hidden">{label}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <Head key={column.key} column={column} sort={sort} onPress={() => press(column)} />
              ))}
              <th scope="col">
                <span class="visually-hidden">{tableText('colActions')}</span>
              </th>
            </tr>
          </thead>
          <tbody
            onPointerEnter={() => setHeld(true)}
            onPointerLeave={() => setHeld(false)}
            onFocusIn={(event) => {
              // Focus that comes back after a dialog is no pointing; keys are.
              if (event.target instanceof Element && event.target.matches(':focus-visible')) setHeld(true)
            }}
            onFocusOut={(event) => setHeld(event.currentTarget.contains(event.relatedTarget as Node | null))}
          >
            {shown.map(({ id, row, isGone }) => (
              <tr key={id} class={isGone ? 'is-gone' : isWarned?.(row) ? 'is-warned' : undefined}>
                {columns.map((column, index) => (
                  <Cell key={column.key} column={column} row={row} isFirst={index === 0}>
                    {column.cell(row)}
                    {index === 0 && isGone && <span class="ops-word is-warn">{tableText('gone')}</span>}
                  </Cell>
                ))}
                <td class="ops-actions">{isGone ? null : actions(row)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  )
}

function Head<R>(props: { column: TableColumn<R>; sort: Sort<string>; onPress: () => void }) {
  const { column, sort, onPress } = props
  const isSorted = column.key === sort.key
  const order = isSorted ? (sort.isDescending ? 'descending' : 'ascending') : undefined
  return (
    <th scope="col" class={column.isNumber ? 'is-number' : undefined} aria-sort={order}>
      {column.sortBy === undefined ? (
        column.label
      ) : (
        <button type="button" class="ops-sort" onClick={onPress}>
          {column.label}
          <span class="ops-sort-mark">{isSorted && <Icon name={sort.isDescending ? 'down' : 'up'} size={14} />}</span>
        </button>
      )}
    </th>
  )
}

/** A cell; on a card, what is nothing or nought is left out. */
function Cell<R>(props: { column: TableColumn<R>; row: R; isFirst: boolean; children: ComponentChildren }) {
  const { column, row, isFirst, children } = props
  const name = [
    column.isNumber && 'is-number number',
    column.isWide && 'is-wide',
    column.sortBy !== undefined && !column.sortBy(row) && 'is-empty',
  ]
  const shared = { class: name.filter(Boolean).join(' ') || undefined, 'data-label': column.label }
  return isFirst ? (
    <th scope="row" {...shared}>
      {children}
    </th>
  ) : (
    <td {...shared}>{children}</td>
  )
}

/** Where the heads are hidden: the same choice as a list. */
function SortSelect<R>(props: {
  columns: readonly TableColumn<R>[]
  sort: Sort<string>
  onSort: (sort: Sort<string>) => void
}) {
  const { columns, sort, onSort } = props
  const options = columns
    .filter((column) => column.sortBy !== undefined)
    .map((column) => ({ value: column.key, label: column.label }))
  const choose = (key: string): void => {
    onSort({ key, isDescending: columns.find((column) => column.key === key)?.isNumber === true })
  }
  return (
    <span class="ops-sort-select">
      <span class="note" aria-hidden="true">
        {tableText('sortBy')}
      </span>
      <Select label={tableText('sortBy')} value={sort.key} options={options} onValue={choose} />
    </span>
  )
}

/** Rows as arranged last time, unless something else is wanted by now. */
function useArranged<R extends { readonly id: string }>(
  sorted: readonly R[],
  isHeld: boolean,
  wish: string,
): readonly ShownRow<R>[] {
  const before = useRef<{ rows: readonly ShownRow<R>[]; wish: string }>({ rows: [], wish })
  const rows = arrange(before.current.wish === wish ? before.current.rows : [], sorted, isHeld)
  before.current = { rows, wish }
  return rows
}
