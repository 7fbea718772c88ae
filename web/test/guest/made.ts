// Things that the tests of the guest page need: a small menu, an order, commands that wait.

import type { RoomEvent } from '../../src/core/channel'
import type { OutboxEntry } from '../../src/core/outbox'
import { type Menu, readMenu } from '../../src/guest/menu'
import { ORDER_FOLD, type Order, type OrderLine } from '../../src/guest/order'

export const ANA = 'anaanaanaa'
export const BEN = 'benbenbenb'

export const PLAIN = {
  locale: 'en',
  locales: ['en', 'de'],
  currency: 'EUR',
  legend: { allergens: { gluten: 'A', milk: 'G' }, additives: {} },
  sections: [
    {
      id: 'start',
      name: { en: 'To start', de: 'Vorspeisen' },
      description: '',
      available_at: null,
      items: [
        {
          id: 'cal',
          name: 'Calamari',
          description: { en: 'Crisp', de: 'Knusprig' },
          price: 900,
          allergens: ['gluten', 'squid'],
          may_contain: ['milk'],
          additives: [],
          traits: ['homemade'],
          spiciness: 1,
        },
        { id: 'soup', name: 'Soup', description: '', price: 450, allergens: ['milk'], diets: ['vegetarian'] },
      ],
    },
    {
      id: 'pasta',
      name: 'Pasta',
      description: '',
      available_at: [{ day: 'Monday', from: '11:30', to: '14:30' }],
      items: [
        {
          id: 'tag',
          name: 'Tagliatelle',
          description: '',
          price: null,
          modifiers: ['side', 'extra'],
          variations: [
            { id: 'small', name: 'Small', price: 1090 },
            { id: 'big', name: { en: 'Big', de: 'Gross' }, price: 1490 },
          ],
        },
      ],
    },
  ],
  modifiers: [
    {
      id: 'side',
      name: 'Side',
      min: 1,
      max: 1,
      options: [
        { id: 'salad', name: 'Salad', price: 0 },
        { id: 'fries', name: 'Fries', price: 350 },
      ],
    },
    {
      id: 'extra',
      name: 'Extras',
      min: 0,
      max: 3,
      options: [
        { id: 'cheese', name: 'Cheese', price: 200 },
        { id: 'chili', name: 'Chili', price: null },
      ],
    },
  ],
}

export function menu(version = 1, change: (plain: typeof PLAIN) => void = () => undefined): Menu {
  const plain = structuredClone(PLAIN)
  change(plain)
  return readMenu('main', version, plain)
}

export function line(id: string, more: Partial<OrderLine> = {}): OrderLine {
  return {
    id,
    item_id: 'cal',
    name: { en: 'Calamari' },
    variation_id: null,
    variation_name: null,
    quantity: 1,
    allergens: [],
    may_contain: [],
    seat: 'Ana',
    note: '',
    state: 'draft',
    menu_id: 'main',
    menu_version: 1,
    unit_price: 900,
    options_price: 0,
    price: 900,
    course: 1,
    batch: 0,
    is_comped: false,
    is_void_asked: false,
    reason: '',
    options: [],
    ...more,
  }
}

export function order(...lines: OrderLine[]): Order {
  return {
    id: 'o1',
    table_id: 't7',
    currency: 'EUR',
    opened_at: 1,
    closed_at: null,
    lines,
    notes: [],
    payments: [],
    status: 'open',
    total: 0,
    paid: 0,
    payment_state: 'unpaid',
    is_bill_requested: false,
  }
}

const TOTALS = { status: 'open', total: 0, paid: 0, payment_state: 'unpaid', is_bill_requested: false }

export function event(type: string, body: object, totals: Partial<typeof TOTALS> = {}): RoomEvent {
  return { offset: 1, type, seq: 1, actor: 'guest', atMs: 5000, body: { ...body, order: { ...TOTALS, ...totals } } }
}

export function folded(start: Order | null, ...events: RoomEvent[]): Order | null {
  return events.reduce<Order | null>(ORDER_FOLD.event, start)
}

let n = 0

export function entry(type: string, body: object, more: Partial<OutboxEntry> = {}): OutboxEntry {
  n += 1
  return {
    id: `e${n}`,
    stream: 'order:o1',
    room: 'order:o1',
    type,
    body,
    n,
    createdMs: 0,
    expiresMs: null,
    attempts: 0,
    state: 'waiting',
    ...more,
  }
}
