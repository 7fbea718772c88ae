// One attempt to change something on the server: busy, and what was wrong, at the field it is about.

import { useEffect, useState } from 'preact/hooks'
import { announce } from '../ui/announce'
import { problemField, problemWords } from '../ui/problem-words'

export interface Saving {
  readonly isBusy: boolean
  /** What is wrong and belongs to no field of the form. */
  readonly problem: string | null
  /** What is wrong with a field. */
  at(field: string): string | null
  /** Says what is wrong before the server is asked. */
  refuse(errors: Readonly<Record<string, string>>): void
  /** Does the work; whether it succeeded. A second call meanwhile does nothing. */
  run(work: () => Promise<unknown>): Promise<boolean>
  clear(): void
}

// Codes of refusals that are about one field.
const FIELDS_OF_CODES: Readonly<Record<string, string>> = {
  bad_currency: 'currency',
  bad_time_zone: 'time_zone',
  unknown_time_zone: 'time_zone',
  bad_roles: 'roles',
  forbidden_role: 'roles',
  staff_exists: 'user_id',
  station_exists: 'id',
  table_exists: 'name',
}

/** fields: those that the form shows an error at. */
export function useSave(fields: readonly string[] = []): Saving {
  const [isBusy, setBusy] = useState(false)
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({})
  const [problem, setProblem] = useState<string | null>(null)
  useEffect(() => {
    if (Object.keys(errors).length > 0) focusFirstWrong()
  }, [errors])
  const clear = () => {
    setErrors({})
    setProblem(null)
  }
  const run = async (work: () => Promise<unknown>): Promise<boolean> => {
    if (isBusy) return false
    setBusy(true)
    clear()
    try {
      await work()
      return true
    } catch (error) {
      const field = problemField(error) ?? FIELDS_OF_CODES[codeOf(error)] ?? null
      if (field !== null && fields.includes(field)) setErrors({ [field]: problemWords(error) })
      else setProblem(problemWords(error))
      announce(problemWords(error))
      return false
    } finally {
      setBusy(false)
    }
  }
  return { isBusy, problem, at: (field) => errors[field] ?? null, refuse: setErrors, run, clear }
}

// Where the person has to look; the newest dialog covers what is under it.
function focusFirstWrong(): void {
  const places = [...document.querySelectorAll('dialog[open]')]
  const place = places.at(-1) ?? document
  place.querySelector<HTMLElement>('[aria-invalid=true]')?.focus()
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
}
