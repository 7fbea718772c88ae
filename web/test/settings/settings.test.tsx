import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/preact'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { chooseLanguage } from '../../src/core/i18n'
import { ApiError } from '../../src/core/session'
import { shownNumber, typedNumber } from '../../src/settings/numbers'
import { changeOf, draftOf } from '../../src/settings/restaurant-form'
import { SettingsPage } from '../../src/settings/SettingsPage'
import { idOf } from '../../src/settings/StationDialog'
import { moved } from '../../src/settings/StationsPanel'
import { paperLink, somebody } from '../ui/fake-link'

const restaurant = {
  id: 'demo',
  name: 'Demo',
  created_at: '2026-11-22T12:00:00Z',
  time_zone: 'Europe/Berlin',
  currency: 'EUR',
  currency_exponent: 2,
  business_day_hour: 4,
  tax: 700,
  price_grace_seconds: 90,
  recall_seconds: 3600,
  low_stock: 5,
  guest_session_seconds: 10_800,
  order_retention_days: 365,
  personal_retention_days: 30,
}

beforeEach(() => {
  chooseLanguage('en')
  history.replaceState(null, '', '/settings')
})
afterEach(cleanup)

function settings(
  tab: string,
  answers: (method: string, path: string) => unknown,
  role: 'manager' | 'waiter' = 'manager',
) {
  history.replaceState(null, '', `/settings?tab=${tab}`)
  const paper = paperLink(somebody(role), 'settings')
  paper.api.mockImplementation(async (method, path) => {
    const answer = answers(method, path)
    if (answer instanceof Error) throw answer
    return answer
  })
  render(<SettingsPage link={paper.link} />)
  return paper
}

test('others than managers get a clear sentence', () => {
  const paper = settings('restaurant', () => restaurant, 'waiter')
  expect(screen.getByText('Only managers change the settings')).toBeTruthy()
  expect(paper.api).not.toHaveBeenCalled()
})

test('only what changed is saved, in the units of the server', async () => {
  const paper = settings('restaurant', (method) =>
    method === 'GET' ? restaurant : { ...restaurant, price_grace_seconds: 150 },
  )
  const grace = await waitFor(() => screen.getByLabelText('An older price holds for'))
  expect((grace as HTMLInputElement).value).toBe('1.5')
  fireEvent.input(grace, { target: { value: '2,5' } })
  fireEvent.click(screen.getByRole('button', { name: 'Save changes' }))
  await waitFor(() => screen.getByText('Saved. It applies from now on.'))
  const [method, path, options] = paper.api.mock.calls.at(-1) ?? []
  expect([method, path, options?.body]).toEqual(['PATCH', '/restaurants/demo', { price_grace_seconds: 150 }])
})

test('what is out of range is said at the field, and nothing is sent', async () => {
  const paper = settings('restaurant', () => restaurant)
  fireEvent.input(await waitFor(() => screen.getByLabelText('Tax in prices')), { target: { value: '101' } })
  fireEvent.submit(document.querySelector('.settings-form') as HTMLElement)
  await waitFor(() => screen.getByText('A number from 0 to 100.', { selector: '.field-error *' }))
  expect(screen.getByLabelText('Tax in prices').getAttribute('aria-invalid')).toBe('true')
  expect(paper.api).toHaveBeenCalledTimes(1)
})

test('what the server refuses is shown at its field', async () => {
  settings('restaurant', (method) =>
    method === 'GET' ? restaurant : new ApiError(422, 'invalid', 'Expected `str` of length <= 200 - at `$.name`'),
  )
  fireEvent.input(await waitFor(() => screen.getByLabelText('Name')), { target: { value: 'Other' } })
  fireEvent.submit(document.querySelector('.settings-form') as HTMLElement)
  await waitFor(() => expect(screen.getByLabelText('Name').getAttribute('aria-invalid')).toBe('true'))
})

test('removing somebody says what it does before it is done', async () => {
  const member = {
    user_id: 'ana@x',
    name: 'Ana',
    roles: ['waiter'],
    stations: [],
    locales: [],
    is_active: true,
    created_at: '',
    updated_at: '',
  }
  const paper = settings('staff', (method) => (method === 'GET' ? { staff: [member], next: null } : null))
  fireEvent.click(await waitFor(() => screen.getByRole('button', { name: 'More: Ana' })))
  fireEvent.click(screen.getByRole('menuitem', { name: 'Remove from the staff' }))
  expect(screen.getByText(/signed out at once/)).toBeTruthy()
  expect(paper.api.mock.calls.some(([method]) => method === 'DELETE')).toBe(false)
  fireEvent.submit(document.querySelector('.dialog-form') as HTMLElement)
  await waitFor(() => screen.getByText('Ana is no longer on the staff.'))
  expect(
    paper.api.mock.calls.some(([method, path]) => method === 'DELETE' && path === '/staff/ana%40x?restaurant=demo'),
  ).toBe(true)
})

test('a sign-in link is shown with its QR code, once', async () => {
  const made = { id: 'i', url: 'http://x/enter?ticket=t', qr: '<svg/>', expires_at: '2026-11-23T12:00:00Z' }
  const paper = settings('access', (method, path) =>
    method === 'POST' ? made : { invites: [], devices: [], stations: [], path },
  )
  fireEvent.click(await waitFor(() => screen.getByRole('button', { name: 'Make a sign-in link' })))
  fireEvent.submit(document.querySelector('.dialog-form') as HTMLElement)
  expect(screen.getByText('This is needed.')).toBeTruthy()
  fireEvent.input(screen.getByLabelText('For whom'), { target: { value: 'Grill tablet' } })
  fireEvent.submit(document.querySelector('.dialog-form') as HTMLElement)
  await waitFor(() => screen.getByText(made.url))
  const post = paper.api.mock.calls.find(([method]) => method === 'POST')
  expect(post?.[2]?.body).toEqual({ name: 'Grill tablet', roles: ['waiter'], hours: 24, uses: 1, restaurant: 'demo' })
})

test('the chosen panel stands in the address', async () => {
  settings('restaurant', (_method, path) => (path.startsWith('/tables') ? { tables: [] } : restaurant))
  fireEvent.click(screen.getByRole('tab', { name: 'Tables' }))
  await waitFor(() => screen.getByText('No tables yet'))
  expect(location.search).toBe('?tab=tables')
})

test('numbers take a comma or a point and stay within their bounds', () => {
  expect(shownNumber(90, 60)).toBe('1.5')
  expect(typedNumber('1,5', 60, 0, 3600)).toBe(90)
  expect(typedNumber('7', 100, 0, 10_000)).toBe(700)
  for (const typed of ['', 'x', '-1', '1.2.3', '61']) expect(typedNumber(typed, 60, 0, 3600)).toBeNull()
})

test('a form that is shown and not touched changes nothing', () => {
  const draft = draftOf(restaurant)
  expect(changeOf(draft, draft)).toEqual({ change: {}, errors: {} })
  expect(changeOf({ ...draft, name: ' ' }, draft).errors).toEqual({ name: 'This is needed.' })
})

test('stations move one place at a time, and get ids that menus can say', () => {
  expect(moved(['a', 'b', 'c'], 'c', -1)).toEqual(['a', 'c', 'b'])
  expect(moved(['a', 'b'], 'a', -1)).toEqual(['a', 'b'])
  expect(idOf('Bar & Café')).toBe('bar-cafe')
})
