import { cleanup, fireEvent, render, screen } from '@testing-library/preact'
import { useState } from 'preact/hooks'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { chooseLanguage } from '../../src/core/i18n'
import { Avatar, initialsOf } from '../../src/ui/Avatar'
import { announce } from '../../src/ui/announce'
import { Button } from '../../src/ui/Button'
import { ConflictCard } from '../../src/ui/ConflictCard'
import { Dialog } from '../../src/ui/Dialog'
import { Field } from '../../src/ui/Field'
import { Menu } from '../../src/ui/Menu'
import { Presence } from '../../src/ui/Presence'
import { SearchField } from '../../src/ui/SearchField'
import { Segmented } from '../../src/ui/Segmented'
import { Tabs } from '../../src/ui/Tabs'
import { TextInput } from '../../src/ui/TextInput'
import { Toasts, toast } from '../../src/ui/Toast'

beforeEach(() => chooseLanguage('en'))
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

test('a busy button says so and takes no second press', () => {
  const pressed = vi.fn()
  const { rerender } = render(<Button onClick={pressed}>Save</Button>)
  fireEvent.click(screen.getByRole('button'))
  rerender(
    <Button busy onClick={pressed}>
      Save
    </Button>,
  )
  fireEvent.click(screen.getByRole('button'))
  expect(pressed).toHaveBeenCalledTimes(1)
  expect(screen.getByRole('button').getAttribute('aria-busy')).toBe('true')
})

test('a field ties label, hint and error to its input', () => {
  render(
    <Field label="Name" hint="As guests see it" error="Give it a name.">
      <TextInput value="" onValue={() => {}} />
    </Field>,
  )
  const input = screen.getByLabelText('Name')
  const words = (input.getAttribute('aria-describedby') ?? '')
    .split(' ')
    .map((id) => document.getElementById(id)?.textContent)
  expect(words).toEqual(['Give it a name.', 'As guests see it'])
  expect(input.getAttribute('aria-invalid')).toBe('true')
  expect(input.getAttribute('dir')).toBe('auto')
})

function Opened() {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        open
      </button>
      <Dialog title="Question" open={isOpen} onClose={() => setOpen(false)}>
        <input aria-label="answer" />
      </Dialog>
    </>
  )
}

test('a dialog takes the focus to its first field and gives it back', () => {
  render(<Opened />)
  const opener = screen.getByText('open')
  opener.focus()
  fireEvent.click(opener)
  expect(document.activeElement).toBe(screen.getByLabelText('answer'))
  expect(screen.getByRole('dialog').getAttribute('aria-labelledby')).toBe(screen.getByText('Question').id)
  fireEvent.click(screen.getByRole('button', { name: 'Close' }))
  expect(screen.queryByLabelText('answer')).toBeNull()
  expect(document.activeElement).toBe(opener)
})

const ACTIONS = ['Move up', 'Move down', 'Duplicate', 'Delete']

function openMenu(chosen: (label: string) => void): HTMLElement[] {
  render(
    <Menu
      label="More"
      items={ACTIONS.map((label) => ({ label, onSelect: () => chosen(label), disabled: label === 'Duplicate' }))}
    />,
  )
  fireEvent.keyDown(screen.getByRole('button'), { key: 'ArrowDown' })
  return screen.getAllByRole('menuitem')
}
const press = (key: string) => fireEvent.keyDown(document.activeElement ?? document.body, { key })
const focused = () => document.activeElement?.textContent

test('a menu is walked with arrows, Home, End and first letters', () => {
  openMenu(() => {})
  expect(focused()).toBe('Move up')
  press('ArrowDown')
  expect(focused()).toBe('Move down')
  press('End')
  expect(focused()).toBe('Delete')
  press('ArrowDown')
  expect(focused()).toBe('Move up')
  press('ArrowUp')
  press('Home')
  expect(focused()).toBe('Move up')
  press('d')
  expect(focused()).toBe('Duplicate')
  press('e')
  expect(focused()).toBe('Delete')
})

test('a menu closes with Escape and gives the focus back', () => {
  openMenu(() => {})
  press('Escape')
  expect(screen.queryByRole('menu')).toBeNull()
  expect(document.activeElement).toBe(screen.getByRole('button'))
})

test('an action that is disabled is not done', () => {
  const chosen = vi.fn()
  const items = openMenu(chosen)
  fireEvent.click(items[2] as HTMLElement)
  expect(chosen).not.toHaveBeenCalled()
  fireEvent.click(items[3] as HTMLElement)
  expect(chosen).toHaveBeenCalledWith('Delete')
})

test('tabs are one stop, walked with arrows, and reversed from right to left', () => {
  const chosen = vi.fn()
  const tabs = ['a', 'b', 'c'].map((value) => ({ value, label: value.toUpperCase() }))
  render(
    <Tabs label="Panels" value="a" tabs={tabs} onChange={chosen}>
      panel
    </Tabs>,
  )
  expect(screen.getAllByRole('tab').map((tab) => tab.tabIndex)).toEqual([0, -1, -1])
  fireEvent.keyDown(screen.getByText('A'), { key: 'ArrowRight' })
  expect(chosen).toHaveBeenLastCalledWith('b')
  document.documentElement.dir = 'rtl'
  fireEvent.keyDown(screen.getByText('A'), { key: 'ArrowRight' })
  expect(chosen).toHaveBeenLastCalledWith('c')
  document.documentElement.dir = 'ltr'
  fireEvent.keyDown(screen.getByText('A'), { key: 'End' })
  expect(chosen).toHaveBeenLastCalledWith('c')
})

test('segments are a radio group', () => {
  const chosen = vi.fn()
  render(
    <Segmented
      label="Size"
      value="m"
      options={[
        { value: 's', label: 'S' },
        { value: 'm', label: 'M' },
      ]}
      onChange={chosen}
    />,
  )
  expect(screen.getByRole('radiogroup').getAttribute('aria-label')).toBe('Size')
  fireEvent.click(screen.getByLabelText('S'))
  expect(chosen).toHaveBeenCalledWith('s')
})

test('a message goes by itself, and stays while it is pointed at', () => {
  vi.useFakeTimers()
  const { rerender } = render(<Toasts />)
  const undo = vi.fn()
  toast({ text: 'Deleted', seconds: 5, action: { label: 'Undo', run: undo } })
  rerender(<Toasts />)
  fireEvent.mouseEnter(screen.getByRole('status'))
  vi.advanceTimersByTime(20_000)
  fireEvent.click(screen.getByText('Undo'))
  expect(undo).toHaveBeenCalledOnce()
  rerender(<Toasts />)
  expect(screen.queryByText('Deleted')).toBeNull()
  toast({ text: 'Saved', seconds: 2 })
  rerender(<Toasts />)
  vi.advanceTimersByTime(2001)
  rerender(<Toasts />)
  expect(screen.queryByText('Saved')).toBeNull()
})

test('what is announced is rate-limited, the newest wins', () => {
  vi.useFakeTimers()
  announce('one')
  announce('two')
  announce('three')
  const region = document.querySelector('[aria-live=polite]:not(p)')
  expect(region?.textContent).toBe('one')
  vi.advanceTimersByTime(1000)
  expect(region?.textContent).toBe('three')
  vi.advanceTimersByTime(5000)
})

test('initials are always shown', () => {
  expect(initialsOf('Ana Belén Ruiz')).toBe('AR')
  expect(initialsOf('ben')).toBe('B')
  expect(initialsOf('Developer (--dev)')).toBe('DD')
  expect(initialsOf('')).toBe('?')
  render(<Avatar name="李 小龙" color="#ffe066" idle />)
  expect(screen.getByRole('img', { name: '李 小龙' }).textContent).toBe('李小')
})

const candidate = (value: number, userId: string, name: string) => ({ value, userId, name, ms: 0, replica: userId })
const euros = (value: number) => (value / 100).toFixed(2)

test('a conflict is worded from the side of whoever looks at it', () => {
  const keep = vi.fn()
  const conflict = { candidates: [candidate(1000, 'ana', 'Ana'), candidate(950, 'me', 'Ben')], base: 900 }
  render(
    <ConflictCard
      conflict={conflict}
      format={euros}
      field="the price"
      thing="Octopus"
      me="me"
      onKeep={keep}
      onOther={() => {}}
    />,
  )
  expect(screen.getByRole('article').getAttribute('aria-label')).toBe('You and Ana both changed the price of Octopus')
  expect(screen.getByText('kept for now').parentElement?.textContent).toContain('10.00')
  expect(screen.getByText('It was 9.00 before.')).toBeTruthy()
  fireEvent.click(screen.getByRole('button', { name: 'Keep 9.50' }))
  expect(keep).toHaveBeenCalledWith(950)
  expect(screen.getByRole('button', { name: /Other/ })).toBeTruthy()
})

test('two who wrote the same are one choice', () => {
  const conflict = {
    candidates: [candidate(950, 'ana', 'Ana'), candidate(950, 'ben', 'Ben'), candidate(900, 'carla', 'Carla')],
  }
  render(<ConflictCard conflict={conflict} format={euros} field="the price" me="dora" onKeep={() => {}} />)
  expect(screen.getAllByRole('button')).toHaveLength(2)
  expect(screen.getByRole('article').getAttribute('aria-label')).toMatch(/^Ana, Ben,? and Carla changed the price/)
})

test('a question of somebody without a name begins as a sentence does', () => {
  const conflict = { candidates: [candidate(950, 'p-1', 'somebody who left'), candidate(900, 'p-2', 'Ben')] }
  render(<ConflictCard conflict={conflict} format={euros} field="the price" me="dora" onKeep={() => {}} />)
  expect(screen.getByRole('article').getAttribute('aria-label')).toMatch(/^Somebody who left and Ben changed/)
})

test('people see the others who are here, and themselves only in the list of everybody', () => {
  const person = (clientId: number, isMe: boolean) => ({
    clientId,
    name: `P ${clientId}`,
    color: '#226644',
    isIdle: false,
    isMe,
  })
  const me = person(0, true)
  const { rerender } = render(<Presence people={[me]} />)
  expect(screen.queryByRole('list')).toBeNull()
  rerender(<Presence people={[me, person(1, false)]} />)
  expect(screen.getByRole('list', { name: '1 other person here' })).toBeTruthy()
  expect(screen.getAllByRole('img').map((one) => one.getAttribute('aria-label'))).toEqual(['P 1'])
  rerender(<Presence people={[me, ...[1, 2, 3, 4, 5, 6].map((one) => person(one, false))]} />)
  fireEvent.click(screen.getByRole('button', { name: '2 more' }))
  expect(screen.getByText('P 0 (you)')).toBeTruthy()
})

test('more than five people fold into a number', () => {
  const people = Array.from({ length: 8 }, (_, clientId) => ({
    clientId,
    name: `P ${clientId}`,
    color: '#226644',
    isIdle: false,
    isMe: false,
  }))
  render(<Presence people={people} />)
  expect(screen.getAllByRole('img')).toHaveLength(4)
  fireEvent.click(screen.getByRole('button', { name: '4 more' }))
  expect(screen.getAllByRole('img')).toHaveLength(12)
})

test('Escape in a search box empties it first, and then closes its dialog', () => {
  const closed = vi.fn()
  const searched = vi.fn()
  const dialog = (value: string) => (
    <Dialog title="Sold out" open onClose={closed}>
      <SearchField label="Dish" value={value} onValue={searched} />
    </Dialog>
  )
  const { rerender } = render(dialog('so'))
  expect(fireEvent.keyDown(screen.getByLabelText('Dish'), { key: 'Escape' })).toBe(false)
  expect([searched.mock.calls, closed.mock.calls.length]).toEqual([[['']], 0])
  rerender(dialog(''))
  fireEvent.keyDown(screen.getByLabelText('Dish'), { key: 'Escape' })
  expect(closed).toHaveBeenCalledTimes(1)
})
