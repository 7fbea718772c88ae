import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/preact'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { chooseLanguage } from '../../src/core/i18n'
import type { OutboxEntry } from '../../src/core/outbox'
import type { PillState } from '../../src/core/sync-state'
import { SyncPanel } from '../../src/ui/SyncPanel'
import { SyncPill } from '../../src/ui/SyncPill'
import { paperLink, somebody } from './fake-link'

beforeEach(() => chooseLanguage('en'))
afterEach(cleanup)

// The wording of the design, word for word.
const WORDING: readonly [PillState, string][] = [
  [{ kind: 'saved', lastMs: 0 }, 'All changes saved'],
  [{ kind: 'saving' }, 'Saving…'],
  [{ kind: 'slow', count: 3 }, 'Still saving… (3)'],
  [{ kind: 'reconnecting' }, 'Reconnecting…'],
  [{ kind: 'offline', count: 3 }, 'Offline – 3 changes saved on this device'],
  [{ kind: 'offline', count: 1 }, 'Offline – 1 change saved on this device'],
  [{ kind: 'offline', count: 0 }, 'Offline'],
  [{ kind: 'sending', done: 3, total: 12 }, 'Sending 3 of 12…'],
  [{ kind: 'attention', count: 2 }, '2 changes need you'],
  [{ kind: 'unsafe' }, 'Not saved on this device – free up space'],
  [{ kind: 'signed_out', count: 12 }, 'Sign in to send 12 changes'],
  [{ kind: 'update' }, 'New version ready – Reload'],
]

for (const [state, words] of WORDING) {
  test(`${JSON.stringify(state)} reads “${words}”, with a picture`, () => {
    const paper = paperLink()
    paper.pill.value = state
    render(<SyncPill link={paper.link} />)
    const button = screen.getByRole('button')
    expect(button.textContent).toBe(words)
    expect(button.querySelector('.icon, .spinner')).not.toBeNull()
  })
}

test('the state is said to screen readers, but not each saving', () => {
  const paper = paperLink()
  paper.pill.value = { kind: 'saving' }
  const { rerender } = render(<SyncPill link={paper.link} />)
  expect(screen.getByRole('status').textContent).toBe('')
  paper.pill.value = { kind: 'offline', count: 2 }
  rerender(<SyncPill link={paper.link} />)
  expect(screen.getByRole('status').textContent).toContain('Offline')
})

test('a new version is taken by a press', () => {
  const paper = paperLink()
  paper.pill.value = { kind: 'update' }
  render(<SyncPill link={paper.link} />)
  fireEvent.click(screen.getByRole('button'))
  expect(paper.calls.reloads).toBe(1)
})

test('the panel opens under the pill and closes with Escape', async () => {
  const paper = paperLink()
  render(<SyncPill link={paper.link} />)
  fireEvent.click(screen.getByRole('button'))
  await waitFor(() => screen.getByText('Retry now'))
  fireEvent.keyDown(screen.getByRole('dialog'), { key: 'Escape' })
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(document.activeElement).toBe(screen.getByRole('button'))
})

const entry = (id: string, state: OutboxEntry['state']): OutboxEntry => ({
  id,
  stream: 's',
  room: 'order:1',
  type: 'line.add',
  body: {},
  n: 1,
  createdMs: Date.now(),
  expiresMs: null,
  attempts: 1,
  state,
  label: `Order ${id}`,
})

test('each waiting command says how it stands and can be retried or discarded', () => {
  const paper = paperLink()
  paper.entries.value = [entry('a', 'waiting'), entry('b', 'needs_you'), entry('c', 'expired')]
  paper.unsynced.value = 5
  render(<SyncPanel link={paper.link} close={() => {}} />)
  expect(screen.getByText('2 edits')).toBeTruthy()
  expect(screen.getByText(/Needs you/)).toBeTruthy()
  expect(screen.getByText(/Too old to send by itself/)).toBeTruthy()
  const retries = screen.getAllByRole('button', { name: 'Try again' })
  expect(retries).toHaveLength(2)
  fireEvent.click(retries[0] as HTMLElement)
  expect(paper.calls.retry).toEqual(['b'])
})

test('discarding asks once more', () => {
  const paper = paperLink()
  paper.entries.value = [entry('a', 'needs_you')]
  render(<SyncPanel link={paper.link} close={() => {}} />)
  fireEvent.click(screen.getByRole('button', { name: 'Discard' }))
  expect(paper.calls.discard).toEqual([])
  expect(screen.getByText(/cannot be brought back/)).toBeTruthy()
  fireEvent.click(screen.getByRole('button', { name: 'Discard' }))
  expect(paper.calls.discard).toEqual(['a'])
})

test('it says whether this device keeps what it holds', () => {
  const paper = paperLink()
  paper.storage.value = { usedBytes: 3_400_000, quotaBytes: 100_000_000, isPersisted: false, isNearlyFull: true }
  paper.evicted.value = true
  render(<SyncPanel link={paper.link} close={() => {}} />)
  expect(screen.getByText(/may delete unsent changes/).textContent).toContain('3.4 MB of 100 MB used')
  expect(screen.getByText(/nearly used up/)).toBeTruthy()
  fireEvent.click(screen.getByRole('button', { name: 'Dismiss' }))
  expect(paper.evicted.value).toBe(false)
})

test('an address that is not secure is named, with the way to one that is', () => {
  const me = { ...somebody('manager'), secureUrl: 'https://10.0.0.5:8443/secure' }
  render(<SyncPanel link={paperLink(me, 'editor', false).link} close={() => {}} />)
  expect(screen.getByText(/reloading while offline will not work/)).toBeTruthy()
  expect(screen.getByRole('link').getAttribute('href')).toBe('https://10.0.0.5:8443/secure')
})

test('where the browser says nothing about its room, nothing is said about it', () => {
  const paper = paperLink()
  render(<SyncPanel link={paper.link} close={() => {}} />)
  expect(screen.getByRole('heading', { name: 'What is saved' })).toBeTruthy()
  expect(screen.queryByRole('heading', { name: 'On this device' })).toBeNull()
})
