import { cleanup, fireEvent, render, waitFor } from '@testing-library/preact'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { TextField } from '../../../src/editor/fields/text-field'
import { useEditor } from '../../../src/editor/state'
import { Around, type Fixture, openFixture, somebody } from '../fixture'

let fixture: Fixture

function Name() {
  const item = useEditor().model.item('soup').value
  return (
    <TextField
      place={{ container: 'items', id: 'soup', field: 'name', locale: 'de' }}
      value={item?.name.get('de') ?? ''}
      label="Name of soup"
    />
  )
}

function show() {
  const view = render(
    <Around fixture={fixture}>
      <Name />
    </Around>,
  )
  const input = view.getByLabelText('Name of soup') as HTMLTextAreaElement
  const text = (): Y.Text => {
    const found = fixture.editor.model.text('items', 'soup', 'name', 'de')
    if (found === null) throw new Error('the text is not there')
    return found
  }
  const type = (value: string): void => {
    input.focus()
    input.value = value
    fireEvent.input(input)
  }
  /** Somebody else writes at the beginning. */
  const otherWrites = (words: string): void => {
    const other = new Y.Doc()
    Y.applyUpdate(other, Y.encodeStateAsUpdate(fixture.doc))
    const names = (other.getMap('items').get('soup') as Y.Map<Y.Map<Y.Text>>).get('name')
    names?.get('de')?.insert(0, words)
    Y.applyUpdate(fixture.doc, Y.encodeStateAsUpdate(other))
  }
  return { ...view, input, text, type, otherWrites }
}

beforeEach(() => {
  fixture = openFixture()
})
afterEach(cleanup)

describe('a text of the menu', () => {
  test('takes the very first letter that is typed into it', () => {
    const { text, type } = show()
    type('Suppen')
    expect(text().toString()).toBe('Suppen')
  })

  test('follows others while nobody here is in it', async () => {
    const { input, otherWrites } = show()
    otherWrites('Heiße ')
    await waitFor(() => expect(input.value).toBe('Heiße Suppe'))
  })

  test('merges with what others write while I am in it', () => {
    const { input, text, type, otherWrites } = show()
    type('Suppe!')
    otherWrites('Heiße ')
    expect(input.value).toBe('Heiße Suppe!')
    type('Heiße Suppe!!')
    expect(text().toString()).toBe('Heiße Suppe!!')
  })

  test('comes back with Escape', () => {
    const { input, text, type } = show()
    type('Oops')
    fireEvent.keyDown(input, { key: 'Escape' })
    expect(text().toString()).toBe('Suppe')
  })

  test('keeps what I typed on Escape when others wrote too: their words would go as well', () => {
    const { input, text, type, otherWrites } = show()
    type('Suppe!')
    otherWrites('Heiße ')
    fireEvent.keyDown(input, { key: 'Escape' })
    expect(text().toString()).toBe('Heiße Suppe!')
  })

  test('stays the same field when somebody comes and goes', async () => {
    const { input, getByLabelText, findByText, queryByText } = show()
    input.focus()
    fixture.people.value = [somebody('Ana', { container: 'items', id: 'soup', field: 'name', locale: 'de' })]
    await findByText('Ana')
    expect(getByLabelText('Name of soup')).toBe(input)
    fixture.people.value = []
    await waitFor(() => expect(queryByText('Ana')).toBeNull())
    expect([getByLabelText('Name of soup'), document.activeElement]).toEqual([input, input])
  })
})
