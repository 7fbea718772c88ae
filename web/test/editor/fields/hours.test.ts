import { describe, expect, test } from 'vitest'
import { dayGroups, dayStretches, windowProblem } from '../../../src/editor/fields/hours'

const at = (day: number, opens: string, closes: string) => ({ day, opens, closes })

describe('opening times', () => {
  test('of days that are alike stand together, in the order of the week', () => {
    const groups = dayGroups([
      at(6, '18:00', '23:00'),
      at(2, '18:00', '22:00'),
      at(1, '11:30', '14:30'),
      at(1, '18:00', '22:00'),
      at(2, '11:30', '14:30'),
    ])
    expect(groups).toEqual([
      {
        days: [1, 2],
        times: [
          ['11:30', '14:30'],
          ['18:00', '22:00'],
        ],
      },
      { days: [6], times: [['18:00', '23:00']] },
    ])
  })

  test('are told in stretches of days', () => {
    expect(dayStretches([1, 2, 3, 5, 7])).toEqual([
      [1, 3],
      [5, 5],
      [7, 7],
    ])
  })

  test('need two different times; the end may be after midnight', () => {
    expect(windowProblem('', '12:00')).toBe('missing')
    expect(windowProblem('12:00', '12:00')).toBe('empty')
    expect(windowProblem('22:00', '02:00')).toBeNull()
  })
})
