import { cleanup, fireEvent, render, screen } from '@testing-library/preact'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { chooseLanguage, language, textsReady } from '../../src/core/i18n'
import { Shell } from '../../src/ui/Shell'
import { signInAddress } from '../../src/ui/SignIn'
import { theme } from '../../src/ui/theme'
import { paperLink, somebody } from './fake-link'

beforeEach(() => {
  chooseLanguage('en')
  theme.value = 'auto'
})
afterEach(cleanup)

test('whoever is signed out is told how to come in, and what waits on the device', () => {
  const paper = paperLink(null)
  paper.unsynced.value = 12
  render(
    <Shell link={paper.link} title="Menu">
      secret
    </Shell>,
  )
  expect(screen.queryByText('secret')).toBeNull()
  expect(screen.getByText(/Ask your manager for a sign-in link, or scan the QR code/)).toBeTruthy()
  expect(screen.getByText(/12 changes are kept on this device/)).toBeTruthy()
})

test('a device that was shut out says what it keeps on every page, whose it is, and gives it out', async () => {
  const paper = paperLink(somebody('editor'), 'home')
  paper.state.value = 'signed_out'
  paper.updates.push({ origin: 'local', edits: 3 }, { origin: 'net' }, { origin: 'local' })
  render(
    <Shell link={paper.link} title="Menus">
      secret
    </Shell>,
  )
  expect(await screen.findByText(/^4 changes are kept on this device/)).toBeTruthy()
  expect(screen.getByText('Ask for a link for Ana Ruiz: with a link for somebody else they stay here.')).toBeTruthy()
  expect(screen.getByRole('button', { name: /Export|Save/ })).toBeTruthy()
})

test('a device that knows who it belongs to opens without a server', () => {
  const paper = paperLink()
  paper.state.value = 'unreachable'
  render(
    <Shell link={paper.link} title="Menu">
      content
    </Shell>,
  )
  expect(screen.getByText('content')).toBeTruthy()
})

test('offline, the page says to keep working', () => {
  const paper = paperLink()
  paper.pill.value = { kind: 'offline', count: 2 }
  render(<Shell link={paper.link} title="Menu" />)
  expect(screen.getByText(/Keep working/)).toBeTruthy()
})

function openUserMenu(...roles: Parameters<typeof somebody>) {
  const paper = paperLink(somebody(...roles))
  render(<Shell link={paper.link} title="Menu" />)
  fireEvent.click(screen.getByRole('button', { name: 'Your menu' }))
  return paper
}

test('the other screens are those of the role', () => {
  openUserMenu('kitchen')
  expect(screen.getAllByRole('link').map((link) => link.getAttribute('href'))).toEqual([
    '#content',
    '/',
    '/',
    '/kitchen',
  ])
})

test('a manager reaches the settings and the operations', () => {
  openUserMenu('manager')
  const ways = screen.getAllByRole('link').map((link) => link.getAttribute('href'))
  expect(ways).toEqual(expect.arrayContaining(['/settings', '/ops']))
})

test('signing out with unsent changes asks first', () => {
  const paper = openUserMenu('manager')
  paper.unsynced.value = 1
  fireEvent.click(screen.getByText('Sign out'))
  expect(paper.calls.signOuts).toBe(0)
  expect(screen.getByText(/1 change has not reached the server/)).toBeTruthy()
  fireEvent.click(screen.getAllByRole('button', { name: 'Sign out' }).at(-1) as HTMLElement)
  expect(paper.calls.signOuts).toBe(1)
})

test('the language and the appearance are chosen here', async () => {
  openUserMenu('manager')
  fireEvent.change(screen.getByLabelText('Language'), { target: { value: 'de' } })
  await textsReady()
  expect(language.value).toBe('de')
  fireEvent.click(screen.getByLabelText(/Dunkel|Dark/))
  expect(document.documentElement.dataset.theme).toBe('dark')
  theme.value = 'auto'
  expect(document.documentElement.dataset.theme).toBeUndefined()
})

test('the developer of --dev gives themselves a name', () => {
  const paper = openUserMenu()
  fireEvent.input(screen.getByLabelText('Your name'), { target: { value: 'Ben' } })
  expect(paper.calls.names).toEqual(['Ben'])
})

test('a question mark shows the keys, unless somebody types', () => {
  render(
    <Shell
      link={paperLink().link}
      title="Menu"
      shortcuts={[{ title: 'Editor', keys: [{ keys: ['n'], label: 'New item' }] }]}
    >
      <input aria-label="text" />
    </Shell>,
  )
  fireEvent.keyDown(screen.getByLabelText('text'), { key: '?' })
  expect(screen.queryByText('New item')).toBeNull()
  fireEvent.keyDown(document.body, { key: '?' })
  expect(screen.getByText('New item')).toBeTruthy()
})

test('only links of this server sign in', () => {
  expect(signInAddress(`${location.origin}/enter?ticket=a.b&next=%2Fkitchen`)).toBe('/enter?ticket=a.b&next=%2Fkitchen')
  expect(signInAddress(' /enter?ticket=x ')).toBe('/enter?ticket=x')
  expect(signInAddress('https://example.org/other?ticket=x')).toBeNull()
  expect(signInAddress('/enter')).toBeNull()
  expect(signInAddress('nonsense')).toBeNull()
})
