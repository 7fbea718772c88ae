// The table that the components are about, and what is open on the screen.

import { type Signal, signal } from '@preact/signals'
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { BasketLine } from './basket'
import type { Dish, Menu } from './menu'
import type { GuestTable } from './state'

export const TableContext = createContext<GuestTable | null>(null)

/** The table around this component. Throws outside of one: that is a mistake in the page. */
export function useTable(): GuestTable {
  const table = useContext(TableContext)
  if (table === null) throw new Error('there is no table around this component')
  return table
}

/** What lies over the page. */
export type Sheet =
  | { readonly kind: 'none' }
  | { readonly kind: 'dish'; readonly menu: Menu; readonly dish: Dish; readonly line: BasketLine | null }
  | { readonly kind: 'order' | 'bill' | 'people' | 'options' | 'service' | 'filter' }

export const NO_SHEET: Sheet = { kind: 'none' }
export const sheet: Signal<Sheet> = signal(NO_SHEET)

export function closeSheet(): void {
  sheet.value = NO_SHEET
}
