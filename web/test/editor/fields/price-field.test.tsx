import { cleanup, fireEvent, render, waitFor } from '@testing-library/preact'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PriceField } from '../../../src/editor/fields/price-field'
import { useEditor } from '../../../src/editor/state'
import { writeRegister } from '../../../src/menu/registers'
import { Around, type Fixture, openFixture, somebody } from '../fixture'

let fixture: Fixture

function Price() {
  const item = useEditor().model.item('soup').value
  return <PriceField item="soup" price={item?.numbers.price ?? null} label="Price of soup" isReadOnly={false} />
}

function show() {
  const view = render(
    <Around fixture={fixture}>
      <Price />
    </Around>,
  )
  const input = view.getByLabelText('Price of soup') as HTMLInputElement
  const type = (text: string): void => {
    fireEvent.focus(input)
    fireEvent.input(input, { target: { value: text } })
  }
  const price = (): number | null => fixture.editor.model.item('soup').value?.numbers.price ?? null
  return { ...view, input, type, price }
}

beforeEach(() => {
  fixture = openFixture()
})
afterEach(cleanup)

describe('the price of a dish', () => {
  test('is written on Enter, in minor units', () => {
    const { input, type, price } = show()
    type('6.25')
    expect(price()).toBe(590)
    fireEvent.keyDown(input, { key: 'Enter' })
    expect(price()).toBe(625)
  })

  test('is written when the field is left', async () => {
    const { input, type, price } = show()
    type('7')
    fireEvent.blur(input)
    expect(price()).toBe(700)
    await waitFor(() => expect(input.value).toBe('7.00'))
  })

  test('comes back with Escape', async () => {
    const { input, type, price } = show()
    type('999')
    fireEvent.keyDown(input, { key: 'Escape' })
    fireEvent.blur(input)
    expect(price()).toBe(590)
    await waitFor(() => expect(input.value).toBe('5.90'))
  })

  test('that is none is kept as typed, with a sentence that a screen reader hears', async () => {
    const { input, type, price, findByRole } = show()
    type('cheap')
    fireEvent.keyDown(input, { key: 'Enter' })
    const alert = await findByRole('alert')
    expect(alert.textContent).toContain('9.50')
    expect(input.getAttribute('aria-describedby')).toBe(alert.id)
    expect([input.value, price()]).toEqual(['cheap', 590])
  })

  test('that could be two amounts is asked, and the answer is written', async () => {
    const { input, type, price, findByText } = show()
    type('1.234')
    fireEvent.keyDown(input, { key: 'Enter' })
    fireEvent.click(await findByText('€1,234.00'))
    expect(price()).toBe(123_400)
  })

  test('changed by somebody else shows at once, unless I am typing', async () => {
    const { input, type } = show()
    const soup = fixture.doc.getMap('items').get('soup') as Parameters<typeof writeRegister>[0]
    writeRegister(soup, 'price', 610, 'ana', 5)
    await waitFor(() => expect(input.value).toBe('6.10'))
    type('6.2')
    writeRegister(soup, 'price', 630, 'ana', 6)
    await waitFor(() => expect(input.value).toBe('6.2'))
  })

  test('is held while I am in it', () => {
    const { input, type } = show()
    type('6')
    fireEvent.blur(input)
    expect(fixture.leases).toEqual(['take soup/price', 'keep soup/price', 'release soup/price'])
  })

  test('shows who else is there without building the field anew', async () => {
    const { input, getByLabelText, findByText } = show()
    fixture.people.value = [somebody('Ana', { container: 'items', id: 'soup', field: 'price' })]
    await findByText('Ana')
    expect(getByLabelText('Price of soup')).toBe(input)
  })

  test('shows who holds it, and for how long', async () => {
    const { findByText } = show()
    const lock = { field: 'items/soup/price', user: 'ana', name: 'Ana', untilMs: Date.now() + 14_000, isMine: false }
    fixture.held.value = new Map([['items/soup/price', lock]])
    expect((await findByText(/Ana is editing/)).isConnected).toBe(true)
  })
})
