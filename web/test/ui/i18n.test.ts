import { afterEach, beforeEach, expect, test, vi } from 'vitest'

beforeEach(() => {
  vi.resetModules()
  localStorage.clear()
  history.replaceState(null, '', '/')
})
afterEach(() => vi.restoreAllMocks())

const load = () => import('../../src/core/i18n')
const words = {
  hello: 'Hello {name}',
  dish_one: '{n} dish on {page}',
  dish_other: '{n} dishes on {page}',
  plain: 'Plain',
} as const
const german = {
  hello: 'Hallo {name}',
  dish_one: '{n} Gericht auf {page}',
  dish_other: '{n} Gerichte auf {page}',
  plain: 'Einfach',
}
const loaders = {
  de: async () => ({ default: german }),
  es: async () => ({ default: german }),
  fr: () => Promise.reject(new Error('no network')),
}

test('the address chooses before the device, and the device before the browser', async () => {
  vi.spyOn(navigator, 'languages', 'get').mockReturnValue(['fr-CA', 'en'])
  expect((await load()).language.value).toBe('fr')
  vi.resetModules()
  localStorage.setItem('mirepoix.language', 'es')
  expect((await load()).language.value).toBe('es')
  vi.resetModules()
  history.replaceState(null, '', '/?lang=de')
  expect((await load()).language.value).toBe('de')
  expect(document.documentElement.lang).toBe('de')
})

test('a language that is not spoken here becomes English', async () => {
  vi.spyOn(navigator, 'languages', 'get').mockReturnValue(['fi-FI'])
  expect((await load()).language.value).toBe('en')
})

test('?lang=ar turns the page round and keeps English words', async () => {
  history.replaceState(null, '', '/?lang=ar')
  const { language, direction } = await load()
  expect([language.value, direction.value, document.documentElement.dir]).toEqual(['en', 'rtl', 'rtl'])
})

test('numbers are written with the region of the reader', async () => {
  vi.spyOn(navigator, 'languages', 'get').mockReturnValue(['de-CH', 'de'])
  const { formatNumber, locale } = await load()
  expect(locale.value).toBe('de-CH')
  expect(formatNumber(1234.5)).toMatch(/^1['’]234\.5$/)
})

test('parameters and plurals are filled in, in the chosen language', async () => {
  const { createTexts, chooseLanguage, textsReady } = await load()
  const text = createTexts(words, loaders)
  expect(text('hello', { name: 'Ana' })).toBe('Hello Ana')
  expect(text.count('dish', 1, { page: 'A' })).toBe('1 dish on A')
  chooseLanguage('de')
  await textsReady()
  expect(text('plain')).toBe('Einfach')
  expect(text.count('dish', 2000, { page: 'A' })).toBe('2.000 Gerichte auf A')
  expect(localStorage.getItem('mirepoix.language')).toBe('de')
})

test('a language that cannot be loaded leaves English words', async () => {
  const { createTexts, chooseLanguage } = await load()
  const text = createTexts(words, loaders)
  chooseLanguage('fr')
  await text.ready()
  expect(text('plain')).toBe('Plain')
})

test('keys and parameters are checked by the compiler', async () => {
  const { createTexts } = await load()
  const text = createTexts(words, loaders)
  // @ts-expect-error there is no such key
  text('nothing')
  // @ts-expect-error the name is missing
  text('hello')
  // @ts-expect-error n is filled in; page is missing
  text.count('dish', 1)
  expect(text('plain')).toBe('Plain')
})

test('lists and sizes read as people write them', async () => {
  const { formatList, formatBytes } = await load()
  expect(formatList(['Ana', 'Ben', 'Carla'])).toMatch(/Ana, Ben,? and Carla/)
  expect(formatBytes(0)).toBe('0 byte')
  expect(formatBytes(3_440_000)).toBe('3.4 MB')
})

test('plural rules are made once for each language, number formats once for each form', async () => {
  const { createTexts, chooseLanguage, formatNumber, textsReady } = await load()
  chooseLanguage('en')
  const texts = createTexts(words, loaders)
  const select = vi.spyOn(Intl.PluralRules.prototype, 'select')
  for (const n of [1, 2, 3]) texts.count('dish', n, { page: 'page 1' })
  expect(select).toHaveBeenCalledTimes(3)
  expect(new Set(select.mock.contexts).size).toBe(1)
  expect([formatNumber(0.5, { style: 'percent' }), formatNumber(0.5)]).toEqual(['50%', '0.5'])

  chooseLanguage('de')
  await textsReady()
  for (const n of [1, 2]) texts.count('dish', n, { page: 'Seite 1' })
  expect(new Set(select.mock.contexts).size).toBe(2)
  expect(formatNumber(1.5)).toBe('1,5')
})

test('French marks stay with their words', async () => {
  const { inFrench } = await load()
  expect(inFrench({ one: 'Quoi ? Oui : « là » !', two: 'à 10:30; {what}' })).toEqual({
    one: 'Quoi\u202f? Oui\u202f: «\u202flà\u202f»\u202f!',
    two: 'à 10:30; {what}',
  })
})
