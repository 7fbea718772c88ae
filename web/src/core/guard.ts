// Guards: small checkers for data that came over the wire, so that nothing is ever cast.
// A guard takes an unknown value and returns it typed, or throws WireError that says where it is wrong.
// Fields that a guard does not name are left alone: a newer server may say more.

/** Data that is not what was agreed on; `path` says where in it. */
export class WireError extends Error {
  constructor(
    readonly path: string,
    readonly expected: string,
  ) {
    super(`${path}: expected ${expected}`)
    this.name = 'WireError'
  }
}

/** Returns the value as T, or throws WireError. */
export type Guard<T> = (value: unknown, path: string) => T

/** What a guard lets through. */
export type Guarded<G> = G extends Guard<infer T> ? T : never

type Fields = Record<string, Guard<unknown>>
type OptionalKeys<F extends Fields> = { [K in keyof F]: undefined extends Guarded<F[K]> ? K : never }[keyof F]
type Shape<F extends Fields> = { [K in Exclude<keyof F, OptionalKeys<F>>]: Guarded<F[K]> } & {
  [K in OptionalKeys<F>]?: Guarded<F[K]>
}
type Plain<T> = { [K in keyof T]: T[K] }

/** Checks a value once. `what` names it in the error. Throws WireError. */
export function check<T>(guard: Guard<T>, value: unknown, what: string): T {
  return guard(value, what)
}

/** The value if the guard lets it through, else null. */
export function tryCheck<T>(guard: Guard<T>, value: unknown): T | null {
  try {
    return guard(value, '')
  } catch {
    return null
  }
}

export const string = (): Guard<string> => STRING
export const number = (): Guard<number> => NUMBER
export const boolean = (): Guard<boolean> => BOOLEAN
/** Anything; what it is has to be checked where it is used. */
export const unknown = (): Guard<unknown> => UNKNOWN
export const bytes = (): Guard<Uint8Array> => BYTES

export function literal<const L extends readonly (string | number | boolean | null)[]>(...values: L): Guard<L[number]> {
  return (value, path) => {
    const found = values.find((one) => one === value)
    return found === undefined ? fail(path, values.map((one) => JSON.stringify(one)).join(' | ')) : found
  }
}

export function nullable<T>(guard: Guard<T>): Guard<T | null> {
  return (value, path) => (value === null ? null : guard(value, path))
}

/** A field that may be missing. */
export function optional<T>(guard: Guard<T>): Guard<T | undefined> {
  return (value, path) => (value === undefined ? undefined : guard(value, path))
}

export function array<T>(guard: Guard<T>): Guard<T[]> {
  return (value, path) =>
    Array.isArray(value) ? value.map((one: unknown, at) => guard(one, `${path}[${at}]`)) : fail(path, 'array')
}

/** A map with any keys and values of one kind. */
export function record<T>(guard: Guard<T>): Guard<Record<string, T>> {
  return (value, path) => {
    const fields = entriesOf(value, path)
    return Object.fromEntries(Object.keys(fields).map((key) => [key, guard(fields[key], `${path}.${key}`)]))
  }
}

/** A map with these fields; others are kept as they are but not typed. */
export function object<F extends Fields>(fields: F): Guard<Plain<Shape<F>>> {
  const keys = Object.keys(fields)
  return (value, path) => {
    const has = entriesOf(value, path)
    const copy: Record<string, unknown> = { ...has }
    for (const key of keys) {
      const checked = fields[key]?.(has[key], `${path}.${key}`)
      if (checked !== undefined) copy[key] = checked
    }
    return copy as Plain<Shape<F>>
  }
}

/** A list with these members in this order. */
export function tuple<const G extends readonly Guard<unknown>[]>(
  ...guards: G
): Guard<{ -readonly [K in keyof G]: Guarded<G[K]> }> {
  return (value, path) => {
    if (!Array.isArray(value)) return fail(path, 'array')
    return guards.map((guard, at) => guard(value[at], `${path}[${at}]`)) as { -readonly [K in keyof G]: Guarded<G[K]> }
  }
}

/** The first of several that fits. */
export function union<const G extends readonly Guard<unknown>[]>(...guards: G): Guard<Guarded<G[number]>> {
  return (value, path) => {
    for (const guard of guards) {
      try {
        return guard(value, path) as Guarded<G[number]>
      } catch (error) {
        if (!(error instanceof WireError)) throw error
      }
    }
    return fail(path, 'one of several forms')
  }
}

/** For forms that name themselves: puts the check off until it is used. */
export function lazy<T>(guard: () => Guard<T>): Guard<T> {
  return (value, path) => guard()(value, path)
}

const STRING: Guard<string> = (value, path) => (typeof value === 'string' ? value : fail(path, 'string'))
const NUMBER: Guard<number> = (value, path) => (typeof value === 'number' ? value : fail(path, 'number'))
const BOOLEAN: Guard<boolean> = (value, path) => (typeof value === 'boolean' ? value : fail(path, 'boolean'))
const UNKNOWN: Guard<unknown> = (value) => value
const BYTES: Guard<Uint8Array> = (value, path) => (value instanceof Uint8Array ? value : fail(path, 'bytes'))

function entriesOf(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fail(path, 'object')
  return value as Record<string, unknown>
}

function fail(path: string, expected: string): never {
  throw new WireError(path, expected)
}
