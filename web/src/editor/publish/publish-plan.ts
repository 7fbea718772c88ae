// When a version shall be seen, as typed into a form, and as the server takes it.

export interface Plan {
  readonly isScheduled: boolean
  readonly starts: string // as <input type="datetime-local"> gives it; '' now
  readonly ends: string // '' until something later
  readonly isDaily: boolean
  readonly dailyFrom: string // HH:MM by the clock on the wall of the restaurant
  readonly dailyTo: string
}

export type PlanProblem = 'plan_ends_before' | 'plan_ends_past' | 'plan_daily_missing' | 'plan_daily_same'

/** What is wrong with a plan; null: nothing. */
export function planProblem(plan: Plan, nowMs: number): PlanProblem | null {
  if (!plan.isScheduled) return null
  if (plan.ends !== '' && Date.parse(plan.ends) <= nowMs) return 'plan_ends_past'
  if (plan.starts !== '' && plan.ends !== '' && Date.parse(plan.ends) <= Date.parse(plan.starts))
    return 'plan_ends_before'
  if (!plan.isDaily) return null
  if (plan.dailyFrom === '' || plan.dailyTo === '') return 'plan_daily_missing'
  return plan.dailyFrom === plan.dailyTo ? 'plan_daily_same' : null
}

/** Whether a plan says anything but "now, and until something later". */
export function isPlanned(plan: Plan): boolean {
  return plan.isScheduled && (plan.starts !== '' || plan.ends !== '' || plan.isDaily)
}

/** The fields of a publication. Times without a zone are those of this device. */
export function planBody(plan: Plan): Readonly<Record<string, string>> {
  if (!plan.isScheduled) return {}
  const body: Record<string, string> = {}
  if (plan.starts !== '') body.starts_at = new Date(plan.starts).toISOString()
  if (plan.ends !== '') body.ends_at = new Date(plan.ends).toISOString()
  if (plan.isDaily) {
    body.daily_from = plan.dailyFrom
    body.daily_to = plan.dailyTo === '00:00' ? '24:00' : plan.dailyTo
  }
  return body
}
