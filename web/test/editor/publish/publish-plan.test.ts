import { describe, expect, test } from 'vitest'
import { isPlanned, type Plan, planBody, planProblem } from '../../../src/editor/publish/publish-plan'

const NOW = Date.parse('2026-01-01T00:00')
const plan = (more: Partial<Plan> = {}): Plan => ({
  isScheduled: true,
  starts: '',
  ends: '',
  isDaily: false,
  dailyFrom: '',
  dailyTo: '',
  ...more,
})

describe('when a version shall be seen', () => {
  test('at once needs nothing, whatever was typed before the switch was turned off', () => {
    const off = plan({ isScheduled: false, starts: '2026-01-02T10:00', ends: '2026-01-01T10:00' })
    expect(planProblem(off, NOW)).toBeNull()
    expect(planBody(off)).toEqual({})
  })

  test('the end must come after the beginning', () => {
    expect(planProblem(plan({ starts: '2026-01-02T10:00', ends: '2026-01-02T10:00' }), NOW)).toBe('plan_ends_before')
    expect(planProblem(plan({ starts: '2026-01-02T10:00', ends: '2026-01-02T11:00' }), NOW)).toBeNull()
    expect(planProblem(plan({ ends: '2026-01-02T11:00' }), NOW)).toBeNull()
  })

  test('the end must not be over already', () => {
    expect(planProblem(plan({ ends: '2025-12-31T23:00' }), NOW)).toBe('plan_ends_past')
  })

  test('a plan without any time is publishing now', () => {
    expect(isPlanned(plan())).toBe(false)
    expect(isPlanned(plan({ starts: '2026-01-02T10:00' }))).toBe(true)
    expect(isPlanned(plan({ isDaily: true }))).toBe(true)
    expect(isPlanned(plan({ isScheduled: false, starts: '2026-01-02T10:00' }))).toBe(false)
  })

  test('a daily window has two different times', () => {
    expect(planProblem(plan({ isDaily: true, dailyFrom: '07:00' }), NOW)).toBe('plan_daily_missing')
    expect(planProblem(plan({ isDaily: true, dailyFrom: '07:00', dailyTo: '07:00' }), NOW)).toBe('plan_daily_same')
  })

  test('times of this device go out with their zone, midnight as the end of a day', () => {
    const body = planBody(plan({ starts: '2026-01-02T10:00', isDaily: true, dailyFrom: '07:00', dailyTo: '00:00' }))
    expect(Date.parse(body.starts_at ?? '')).toBe(Date.parse('2026-01-02T10:00'))
    expect(body.starts_at).toMatch(/Z$/)
    expect(body).toMatchObject({ daily_from: '07:00', daily_to: '24:00' })
    expect(body).not.toHaveProperty('ends_at')
  })
})
