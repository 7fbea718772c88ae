import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/preact'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { chooseLanguage } from '../../src/core/i18n'
import { ApiError, type Role } from '../../src/core/session'
import { HomePage } from '../../src/home/HomePage'
import { formatOfName, titleOfName } from '../../src/home/menus-api'
import { waysFor } from '../../src/home/ways'
import { paperLink, somebody } from '../ui/fake-link'

beforeEach(() => chooseLanguage('en'))
afterEach(cleanup)

const menu = (id: string, title: string, access: 'read' | 'write' = 'write') => {
  return { id, title, access, kind: 'menu', restaurant: 'demo', epoch: 1, created_at: '2026-11-22T12:00:00Z' }
}
const listing =
  (...documents: object[]) =>
  async () => ({ documents, next: null })

function home(...roles: Role[]) {
  const paper = paperLink(somebody(...roles), 'home')
  paper.api.mockImplementation(listing(menu('b', 'Bar'), menu('a', 'Asia Bistro', 'read')))
  render(<HomePage link={paper.link} />)
  return paper
}

test('the menus are listed by name, each leads to its editor', async () => {
  home('manager')
  await waitFor(() => screen.getByText('Asia Bistro'))
  const lines = screen.getAllByRole('link').filter((link) => link.classList.contains('menu-line'))
  expect(lines.map((line) => [line.getAttribute('href'), line.textContent])).toEqual([
    ['/menus/a', 'Asia Bistroread only'],
    ['/menus/b', 'BarEdit'],
  ])
})

test.each([
  ['owner', ['kitchen', 'tables', 'settings', 'operations']],
  ['waiter', ['kitchen', 'tables']],
  ['kitchen', ['kitchen']],
  ['translator', []],
] as const)('an %s sees the ways of their role', (role, ways) => {
  expect(waysFor(somebody(role)).map(({ id }) => id)).toEqual(ways)
})

test('the developer sees everything, the examples for Yjs programs too', async () => {
  home()
  expect(waysFor(somebody()).map(({ id }) => id)).toEqual(['kitchen', 'tables', 'guest', 'settings', 'operations'])
  expect(screen.getByText('For Yjs programs')).toBeTruthy()
  await waitFor(() => screen.getByText('Bar'))
})

test('only managers make menus', async () => {
  home('waiter')
  await waitFor(() => screen.getByText('Bar'))
  expect(screen.queryByText('New menu')).toBeNull()
})

test('without a network the menus of the last time are there, and it says so', async () => {
  const paper = home('manager')
  await waitFor(() => screen.getByText('Asia Bistro'))
  cleanup()
  paper.api.mockRejectedValue(new ApiError(0, 'unreachable', ''))
  render(<HomePage link={paper.link} />)
  await waitFor(() => screen.getByText('Asia Bistro'))
  expect(screen.getByText(/These are the menus that this device saw last/)).toBeTruthy()
})

test('a new menu needs a name', async () => {
  const paper = home('manager')
  await waitFor(() => screen.getByText('Bar'))
  fireEvent.click(screen.getByRole('button', { name: 'New menu' }))
  fireEvent.submit(document.querySelector('.dialog-form') as HTMLElement)
  expect(screen.getByText('Give it a name.')).toBeTruthy()
  expect(paper.api.mock.calls.every(([method]) => method === 'GET')).toBe(true)
})

test('opening a table shows its code and the way in as a guest', async () => {
  const paper = home('waiter')
  const table = { id: '4', name: '4', seats: 4, area: 'Hall', position: 0, visit: null, orders: [] }
  const visit = {
    id: 'v',
    order: null,
    opened_by: 'u1',
    opened_at: '2026-11-22T12:00:00Z',
    expires_at: '2026-11-22T20:00:00Z',
  }
  paper.api.mockImplementation(async (method) =>
    method === 'GET' ? { tables: [table] } : { table: '4', visit, code: 'c', url: 'http://x/t/c', qr_svg: '<svg/>' },
  )
  fireEvent.click(screen.getByText('Tables & guests'))
  fireEvent.click(await waitFor(() => screen.getByRole('button', { name: 'Open for guests' })))
  await waitFor(() => screen.getByText('Table 4'))
  expect(paper.api.mock.calls.at(-1)?.slice(0, 2)).toEqual(['POST', '/tables/4/open?restaurant=demo'])
  expect(screen.getByRole('link', { name: 'Open as a guest' }).getAttribute('href')).toBe('http://x/t/c')
  expect(screen.getByAltText(/Guests scan this/).getAttribute('src')).toBe('data:image/svg+xml,%3Csvg%2F%3E')
})

test('the name of a file says what it is', () => {
  expect([formatOfName('a.CSV'), formatOfName('a.jsonld'), formatOfName('a.json')]).toEqual([
    'csv',
    'schema.org',
    'plain',
  ])
  expect(titleOfName('asia-bistro.menu.json')).toBe('Asia bistro')
  expect(titleOfName('.json')).toBe('.json')
})
