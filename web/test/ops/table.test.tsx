// The table in a document: heads that sort, rows that hold still, cells that say what they are.

import { cleanup, fireEvent, render, screen } from '@testing-library/preact'
import { afterEach, expect, test } from 'vitest'
import { DataTable, type TableColumn } from '../../src/ops/DataTable'

interface Row {
  readonly id: string
  readonly n: number
}

const columns: readonly TableColumn<Row>[] = [
  { key: 'name', label: 'Name', sortBy: (row) => row.id, cell: (row) => <b>{row.id}</b> },
  { key: 'n', label: 'Number', isNumber: true, sortBy: (row) => row.n, cell: (row) => row.n },
]

function table(rows: readonly Row[]) {
  return (
    <DataTable
      label="Rows"
      rows={rows}
      columns={columns}
      firstSort={{ key: 'n', isDescending: true }}
      actions={(row) => <button type="button">Do {row.id}</button>}
    />
  )
}

const names = (): string => [...document.querySelectorAll('tbody b')].map((one) => one.textContent).join('')
const body = (): Element => document.querySelector('tbody') ?? document.body

afterEach(cleanup)

test('a press on a head sorts by it, a second one the other way round, and says so', () => {
  render(
    table([
      { id: 'a', n: 1 },
      { id: 'b', n: 3 },
      { id: 'c', n: 2 },
    ]),
  )
  expect(names()).toBe('bca')
  const head = screen.getByRole('button', { name: 'Name' })
  fireEvent.click(head)
  expect(names()).toBe('abc')
  expect(head.closest('th')?.getAttribute('aria-sort')).toBe('ascending')
  fireEvent.click(head)
  expect(names()).toBe('cba')
})

test('rows stand still while somebody points at them and move when nobody does', () => {
  const { rerender } = render(
    table([
      { id: 'a', n: 9 },
      { id: 'b', n: 3 },
    ]),
  )
  fireEvent.pointerEnter(body())
  rerender(
    table([
      { id: 'a', n: 1 },
      { id: 'b', n: 3 },
      { id: 'c', n: 99 },
    ]),
  )
  expect(names()).toBe('abc')
  fireEvent.pointerLeave(body())
  expect(names()).toBe('cba')
})

test('a row that went away under the pointer stays, is called gone, and can be acted on no more', () => {
  const { rerender } = render(
    table([
      { id: 'a', n: 9 },
      { id: 'b', n: 3 },
    ]),
  )
  fireEvent.pointerEnter(body())
  rerender(table([{ id: 'b', n: 3 }]))
  expect(names()).toBe('ab')
  expect(screen.getByText('gone')).toBeTruthy()
  expect(screen.queryByText('Do a')).toBeNull()
})

test('every cell carries its label for the cards, and nought is left out of them', () => {
  render(table([{ id: 'a', n: 0 }]))
  const cell = document.querySelector('td[data-label="Number"]')
  expect(cell?.classList.contains('is-empty')).toBe(true)
})
