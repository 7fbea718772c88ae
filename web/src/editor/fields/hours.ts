// When a section is served, in words: days with the same times together, "Mon–Fri 11:30–14:30".

import { weekdayNames } from '../../core/dates'
import type { Window } from '../../menu/menu'

/** Days that have the same times, and those times. */
export interface DayGroup {
  readonly days: readonly number[] // 1 Monday … 7 Sunday, rising
  readonly times: readonly (readonly [opens: string, closes: string])[]
}

/** Windows gathered by days with the same times, in the order of the week. */
export function dayGroups(windows: readonly Window[]): readonly DayGroup[] {
  const groups = new Map<string, { days: number[]; times: Array<readonly [string, string]> }>()
  for (let day = 1; day <= 7; day++) {
    const times = windows
      .filter((one) => one.day === day)
      .map((one) => [one.opens, one.closes] as const)
      .sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0))
    if (times.length === 0) continue
    const key = times.map((one) => one.join()).join(';')
    const known = groups.get(key)
    if (known === undefined) groups.set(key, { days: [day], times })
    else known.days.push(day)
  }
  return [...groups.values()]
}

/** Days as stretches: [1,2,3,5] -> [[1,3],[5,5]]. */
export function dayStretches(days: readonly number[]): ReadonlyArray<readonly [number, number]> {
  const stretches: Array<readonly [number, number]> = []
  for (const day of days) {
    const last = stretches.at(-1)
    if (last !== undefined && last[1] === day - 1) stretches[stretches.length - 1] = [last[0], day]
    else stretches.push([day, day])
  }
  return stretches
}

/** "Mon–Fri 11:30–14:30, 18:00–22:00; Sat 18:00–23:00". */
export function hoursInWords(windows: readonly Window[]): string {
  const names = weekdayNames('short')
  const dayWords = ([from, to]: readonly [number, number]): string => {
    const [first, last] = [names[from - 1] ?? '', names[to - 1] ?? '']
    return from === to ? first : `${first}–${last}`
  }
  return dayGroups(windows)
    .map(({ days, times }) => {
      const when = dayStretches(days).map(dayWords).join(', ')
      return `${when} ${times.map(([opens, closes]) => `${opens}–${closes}`).join(', ')}`
    })
    .join('; ')
}

/** What is wrong with a window of time; null: nothing. */
export function windowProblem(opens: string, closes: string): 'missing' | 'empty' | null {
  if (opens === '' || closes === '') return 'missing'
  return opens === closes ? 'empty' : null
}
