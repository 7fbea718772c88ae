// How this screen is set up: kept on the device, because it belongs to the place where it hangs.

import { effect, type Signal, signal } from '@preact/signals'
import { array, boolean, literal, nullable, number, object, optional, string, tryCheck } from '../core/guard'
import type { Desk } from './overlay'

export interface Settings {
  readonly desk: Desk
  readonly stations: readonly string[] // empty: all
  readonly columns: number // 0: as many as fit
  readonly textSize: number // percent
  readonly hasSound: boolean
  readonly volume: number // percent
  readonly repeats: boolean // tones come again until somebody touches the screen
  readonly quietHour: number | null // 0..23, when it may load itself anew; null: never
  readonly theme: 'dark' | 'light'
  readonly isSetUp: boolean
}

export const TEXT_SIZES = [85, 100, 115, 135] as const
export const FIRST_SETTINGS: Settings = {
  desk: 'station',
  stations: [],
  columns: 0,
  textSize: 100,
  hasSound: true,
  volume: 70,
  repeats: true,
  quietHour: 4,
  theme: 'dark',
  isSetUp: false,
}

const STORED = 'mirepoix.kitchen'
const FORM = object({
  desk: optional(literal('station', 'expo')),
  stations: optional(array(string())),
  columns: optional(number()),
  textSize: optional(number()),
  hasSound: optional(boolean()),
  volume: optional(number()),
  repeats: optional(boolean()),
  quietHour: optional(nullable(number())),
  theme: optional(literal('dark', 'light')),
  isSetUp: optional(boolean()),
})

/** The settings; writing them keeps them. */
export function openSettings(storage: Pick<Storage, 'getItem' | 'setItem'> | null = deviceStorage()): Signal<Settings> {
  const settings = signal(readSettings(storage?.getItem(STORED) ?? null))
  effect(() => {
    const text = JSON.stringify(settings.value)
    try {
      storage?.setItem(STORED, text)
    } catch {
      // A device that keeps nothing asks again after a reload.
    }
  })
  return settings
}

/** Settings from what was kept; what is missing or of another form is as on a new screen. */
export function readSettings(kept: string | null): Settings {
  const found = kept === null ? null : tryCheck(FORM, parsed(kept))
  if (found === null) return FIRST_SETTINGS
  const given = Object.fromEntries(
    Object.entries(found).filter(([key, one]) => key in FIRST_SETTINGS && one !== undefined),
  )
  return { ...FIRST_SETTINGS, ...given }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Where a browser keeps such things; null when it must not. */
export function deviceStorage(): Storage | null {
  try {
    return localStorage
  } catch {
    return null
  }
}
