import { beforeEach, describe, expect, it } from 'vitest'
import type { OutboxEntry } from '../../src/core/outbox'
import { type BasketLine, basketOf } from '../../src/guest/basket'
import { firstChoice, withOption } from '../../src/guest/choice'
import { EXPIRES_MS, Ordering } from '../../src/guest/ordering'
import { FakeOutbox } from './fake-outbox'
import { ANA, entry, line, menu, order } from './made'

const MENU = menu()
const menus = () => MENU
const A = `${ANA}.0000000001`

let outbox: FakeOutbox
let ordering: Ordering

beforeEach(() => {
  outbox = new FakeOutbox()
  ordering = new Ordering(outbox, 'o1', ANA, () => 'Ana')
})

function dish(id: string) {
  const found = MENU.dishes.get(id)
  if (found === undefined) throw new Error(id)
  return found
}

function first(entries: OutboxEntry[], ...lines: Parameters<typeof order>): BasketLine {
  outbox.entries.value = entries
  const [found] = basketOf(order(...lines), entries, menus).choosing
  if (found === undefined) throw new Error('the list is empty')
  return found
}

const refused = { state: 'needs_you', attempts: 1, result: { result: 'rejected', code: 'price_changed' } } as const

describe('the commands of a guest', () => {
  it('name the version and the price that the guest saw, and who they are', async () => {
    const group = MENU.groups.get('side')
    if (group === undefined) throw new Error('side')
    const choosing = { ...withOption(firstChoice(dish('tag')), group, 'fries', 1), quantity: 2, note: ' hot ' }
    await ordering.add(MENU, dish('tag'), choosing, 'Tagliatelle')
    expect(outbox.sent[0]).toMatchObject({
      room: 'order:o1',
      type: 'line.add',
      expiresMs: EXPIRES_MS,
      label: 'Tagliatelle',
      body: {
        menu: 'main',
        menu_version: 1,
        item: 'tag',
        variation: 'small',
        options: [{ group: 'side', option: 'fries', quantity: 1 }],
        expected: 1440,
        quantity: 2,
        note: 'hot',
        seat: 'Ana',
        course: 1,
      },
    })
    expect(Reflect.get(outbox.sent[0]?.body ?? {}, 'line')).toMatch(new RegExp(`^${ANA}\\.[0-9a-z]{10}$`))
  })

  it('change a line that the server knows, and none is a removal', async () => {
    const known = first([], line(A))
    await ordering.count(known, 3, 'x')
    await ordering.count(known, 0, 'x')
    await ordering.choose(known, MENU, dish('cal'), firstChoice(dish('cal')), 'x')
    expect(outbox.sent.map(({ type }) => type)).toEqual(['line.change', 'line.remove', 'line.change'])
    expect(outbox.sent[2]?.body).toMatchObject({ line: A, menu: 'main', options: [] })
    expect(outbox.sent[2]?.body).not.toHaveProperty('item')
  })

  it('forget a line that was never sent, with everything about it', async () => {
    const entries = [
      entry('line.add', { line: A, menu: 'main', item: 'cal' }),
      entry('line.change', { line: A, quantity: 2 }),
      entry('line.add', { line: `${ANA}.other00000`, menu: 'main', item: 'cal' }),
    ]
    await ordering.remove(first(entries), 'x')
    expect(outbox.sent).toEqual([])
    expect(outbox.entries.value.map(({ id }) => id)).toEqual([entries[2]?.id])
  })

  it('take back a line of which nobody knows whether it arrived', async () => {
    const entries = [entry('line.add', { line: A, menu: 'main', item: 'cal' }, { attempts: 1 })]
    await ordering.remove(first(entries), 'x')
    expect(outbox.discarded).toEqual([])
    expect(outbox.sent.map(({ type }) => type)).toEqual(['line.remove'])
  })

  it('send a refused line again with what was changed', async () => {
    const add = entry('line.add', { line: A, menu: 'main', item: 'cal', quantity: 1 }, refused)
    await ordering.count(first([add]), 4, 'x')
    await ordering.choose(first([add]), MENU, dish('cal'), { ...firstChoice(dish('cal')), quantity: 2 }, 'x')
    expect(outbox.retried.map(([id, body]) => [id, Reflect.get(body ?? {}, 'quantity')])).toEqual([
      [add.id, 4],
      [add.id, 2],
    ])
    expect(outbox.sent).toEqual([])
  })

  it('accept a price: the refused command again, or a change by the new menu', async () => {
    const add = entry('line.add', { line: A, menu: 'main', item: 'cal', expected: 900 }, refused)
    await ordering.acceptPrice(first([add]), MENU, 2, 950, 'x')
    expect(outbox.retried[0]?.[1]).toMatchObject({ accept_price: true, menu_version: 2, expected: 950, item: 'cal' })
    await ordering.acceptPrice(first([], line(A)), MENU, 2, 950, 'x')
    expect(outbox.sent[0]).toMatchObject({
      type: 'line.change',
      body: { line: A, menu: 'main', accept_price: true, menu_version: 2 },
    })
  })

  it('that waited too long are sent together when they are still wanted, or forgotten together', async () => {
    const old = { state: 'expired' } as const
    const entries = [
      entry('line.add', { line: A, menu: 'main', item: 'cal' }, old),
      entry('line.change', { line: A, quantity: 2 }, old),
    ]
    await ordering.stillWanted(first(entries))
    expect(outbox.retried.map(([id]) => id)).toEqual(entries.map(({ id }) => id))
    await ordering.notWanted(first(entries))
    expect(outbox.discarded).toEqual(entries.map(({ id }) => id))
    expect(outbox.sent).toEqual([])
    await ordering.notWanted(
      first([entry('line.add', { line: A, menu: 'main', item: 'cal' }, { ...old, attempts: 1 })]),
    )
    expect(outbox.sent.map(({ type }) => type)).toEqual(['line.remove'])
    await ordering.notWanted(first([entry('line.change', { line: A, quantity: 2 }, { ...old, attempts: 1 })], line(A)))
    expect(outbox.sent).toHaveLength(1)
  })

  it('place lines and keep no refusal in the way', async () => {
    expect(await ordering.place([A])).toEqual({ result: 'ok' })
    expect(outbox.discarded).toEqual([])
    outbox.answer = { result: 'rejected', code: 'unknown_line' }
    expect((await ordering.place([A])).code).toBe('unknown_line')
    expect(outbox.discarded).toHaveLength(1)
  })

  it('call, ask for the bill and ask to cancel', async () => {
    await ordering.note('Please come')
    await ordering.askForBill()
    await ordering.askToCancel(first([], line(A)), 'x')
    expect(outbox.sent.map(({ type }) => type)).toEqual(['note.add', 'bill.request', 'line.void'])
    expect(outbox.sent[0]?.body).toMatchObject({ text: 'Please come' })
  })
})
