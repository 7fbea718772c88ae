// How people and dishes are called on this page.

import type { BasketLine } from './basket'
import { seated } from './people'
import type { GuestTable } from './state'
import { text } from './texts'
import { textOf } from './texts-of'

const COLORS = [
  '#2f6b3f',
  '#8a4b12',
  '#22608f',
  '#8c2f4f',
  '#5b4b9a',
  '#1d6a68',
  '#7a5c00',
  '#a03c2a',
  '#44597a',
  '#6b3f6b',
]

/** The colours of guests, the same on every device: who came first keeps theirs, nobody here shares one. */
export function colorsOf(guests: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set<number>()
  return new Map(
    guests.map((guest) => {
      let at = numberOf(guest) % COLORS.length
      while (taken.has(at) && taken.size < COLORS.length) at = (at + 1) % COLORS.length
      taken.add(at)
      return [guest, COLORS[at] ?? '#2f6b3f']
    }),
  )
}

/** The colour of a guest of this table, also of one who left. */
export function colorOf(table: GuestTable, guest: string): string {
  const here = seated(table.company.table.value).map((one) => one.guest)
  return colorsOf(here.includes(guest) ? here : [...here, guest]).get(guest) ?? '#2f6b3f'
}

function numberOf(guest: string): number {
  let sum = 0
  for (const sign of guest) sum = (sum * 31 + (sign.codePointAt(0) ?? 0)) % 9973
  return sum
}

/** Who chose a line: as they are called now, else as they were then. */
export function whoChose(table: GuestTable, line: Pick<BasketLine, 'owner' | 'seat'>): string {
  if (line.owner === null) return text('staff')
  return table.company.table.value.people.get(line.owner)?.name || line.seat || text('guest')
}

/** The name of a line, with its variation. */
export function dishName(table: GuestTable, line: Pick<BasketLine, 'name' | 'variationName' | 'menu'>): string {
  const own = table.shelf.menus.value.get(line.menu)?.locale ?? ''
  const name = textOf(line.name, table.reading.value, own)
  const variation = line.variationName === null ? '' : textOf(line.variationName, table.reading.value, own)
  return variation === '' ? name : `${name} · ${variation}`
}
