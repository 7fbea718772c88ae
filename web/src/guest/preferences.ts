// How this guest reads: language of the menu, size of the text, what they cannot eat. Kept on the device.

import { effect, type Signal, signal } from '@preact/signals'
import { readWishes, type Wishes, writeWishes } from './wishes'

export type TextSize = 'normal' | 'large' | 'larger'

const SIZE = 'mirepoix.guest.size'
const WISHES = 'mirepoix.guest.wishes'
const LOCALE = 'mirepoix.guest.locale'

export const textSize: Signal<TextSize> = signal(sizeOf(read(SIZE)))
export const wishes: Signal<Wishes> = signal(readWishes(read(WISHES)))
/** The language of the menu; '': whichever suits the language of the page. */
export const menuLocale: Signal<string> = signal(read(LOCALE) ?? '')

effect(() => {
  document.documentElement.dataset.textSize = textSize.value
  keep(SIZE, textSize.value)
})
effect(() => keep(WISHES, writeWishes(wishes.value)))
effect(() => keep(LOCALE, menuLocale.value))

function sizeOf(kept: string | null): TextSize {
  return kept === 'large' || kept === 'larger' ? kept : 'normal'
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {
    // The choice lasts as long as the page.
  }
}
