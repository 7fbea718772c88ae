// An observer that looks at every value of a menu that its document is ever shown, and keeps what
// is not as the schema says. The forms are written out here anew: nothing is shared with the server.

import * as Y from 'yjs'
import { canonicalJson } from './state.mjs'

const ROOTS = ['meta', 'sections', 'items', 'modgroups']
const LEVELS = ['contains', 'may', 'free', 'unknown']

/** Watch a document from now on. Returns {checked, complaints}, which go on changing. */
export const watchMenu = (doc, settings) => {
  const seen = { checked: 0, complaints: [] }
  const complain = (path, value) => {
    if (seen.complaints.length < 20) seen.complaints.push(`${path.join('/')} = ${JSON.stringify(value)}`)
  }
  const look = (path, value) => {
    seen.checked++
    if (!isFit(path, value, settings)) complain(path, value)
    if (value instanceof Y.Map) for (const [key, inner] of value) look([...path, key], inner)
  }
  for (const root of ROOTS) {
    const map = doc.getMap(root)
    for (const [key, value] of map) look([root, key], value)
    map.observeDeep(events => {
      for (const event of events) {
        const path = [root, ...event.path]
        if (event.target instanceof Y.Text) look(path, event.target)
        else for (const [key, { action }] of event.changes.keys) {
          if (action !== 'delete') look([...path, key], event.target.get(key))
          else if (!key.includes('@')) complain([...path, key], 'deleted')
        }
      }
    })
  }
  return seen
}

const isFit = ([root, id, field, locale, ...more], value, settings) => {
  if (more.length > 0) return false
  if (root === 'meta') return canonicalJson(value) === canonicalJson(settings[id])
  if (field === undefined) return value instanceof Y.Map && /^[^:@]{1,64}$/.test(id)
  if (root !== 'modgroups' && (field === 'name' || field === 'desc')) {
    if (locale === undefined) return value instanceof Y.Map
    return settings.locales.includes(locale) && isText(value, field === 'name' ? 2000 : 200_000)
  }
  if (locale !== undefined) return false
  if (root === 'items' && field === 'note') return isText(value, 20_000)
  return isRegister(root, field, value)
}

const isText = (value, limit) => value instanceof Y.Text &&
  Array.from(value.toString()).length <= limit &&
  value.toDelta().every(({ insert }) => typeof insert === 'string')

const isRegister = (root, key, value) => {
  const name = /^(.+)@[0-9a-z]+(\.[0-9]+)?$/.exec(key)?.[1]
  if (name === undefined || !Array.isArray(value) || value.length !== 3) return false
  const [inner, user, ms] = value
  if (typeof user !== 'string' || !Number.isSafeInteger(ms)) return false
  const [, isFitting] = FORMS[root].find(([pattern]) => pattern.test(name)) ?? [null, () => false]
  return isFitting(inner)
}

const orNull = check => value => value === null || check(value)
const whole = limit => orNull(value => Number.isSafeInteger(value) && value >= 0 && value <= limit)
const yesNo = orNull(value => typeof value === 'boolean')
const short = limit => orNull(value => typeof value === 'string' && Array.from(value).length <= limit)
const isKey = value => typeof value === 'string' && /^[\x00-\x7f]{1,200}$/.test(value)
const isPlace = value => Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' &&
  value[0].length <= 64 && isKey(value[1])
const isTime = value => /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/.test(value)
const isWindow = value => Object.keys(value ?? {}).sort().join() === 'day,from,to' &&
  [1, 2, 3, 4, 5, 6, 7].includes(value.day) && isTime(value.from) && isTime(value.to)
const isListing = value => typeof value === 'object' && !Array.isArray(value) &&
  Object.entries(value).every(([family, codes]) =>
    ['allergens', 'additives', 'traits', 'diets'].includes(family) &&
    Array.isArray(codes) && codes.every(code => typeof code === 'string'))

const choice = family => [
  [new RegExp(`^${family}:[^:]{1,64}:price$`), whole(1e12)],
  [new RegExp(`^${family}:[^:]{1,64}:pos$`), isKey],
  [new RegExp(`^${family}:[^:]{1,64}:deleted$`), yesNo],
  [new RegExp(`^${family}:[^:]{1,64}:name:[A-Za-z0-9-]+$`), short(2000)]
]

const FORMS = {
  sections: [
    [/^pos$/, isKey],
    [/^hours$/, orNull(value => Array.isArray(value) && value.every(isWindow))],
    [/^station$/, short(64)],
    [/^deleted$/, yesNo]
  ],
  items: [
    [/^loc$/, isPlace],
    [/^price$/, whole(1e12)],
    [/^(tax|abv)$/, whole(10_000)],
    [/^spice$/, whole(10)],
    [/^prep_s$/, whole(86_400)],
    [/^kcal$/, whole(100_000)],
    [/^station$/, short(64)],
    [/^photo$/, orNull(value => /^[0-9a-f]{64}$/.test(value))],
    [/^(hidden|deleted)$/, yesNo],
    [/^allergen:.{1,200}$/u, orNull(value => LEVELS.includes(value))],
    [/^(additive|diet|tag):.{1,200}$/u, yesNo],
    [/^mod:.{1,200}$/u, orNull(value => value === false || isKey(value))],
    [/^order$/, orNull(isListing)],
    ...choice('var')
  ],
  modgroups: [
    [/^(min|max)$/, whole(1000)],
    [/^deleted$/, yesNo],
    [/^name:[A-Za-z0-9-]+$/, short(2000)],
    ...choice('opt')
  ]
}
