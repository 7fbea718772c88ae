// The language of the page, and texts whose keys and parameters the compiler checks.
// English travels with the script; the other languages are loaded when they are chosen.
// `?lang=ar` is for testing layouts: English words, written from right to left.

import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals'

export type Language = 'en' | 'de' | 'es' | 'fr'
export const LANGUAGES: readonly Language[] = ['en', 'de', 'es', 'fr']
/** Every language in its own words. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
  en: 'English',
  de: 'Deutsch',
  es: 'Español',
  fr: 'Français',
}

const STORED = 'mirepoix.language'
const RIGHT_TO_LEFT_TEST = 'ar'

/** The language of the page: `?lang=`, else the one chosen on this device, else the browser's, else English. */
export const language: Signal<Language> = signal(firstLanguage())
/** Whether the page reads from right to left. */
export const direction: Signal<'ltr' | 'rtl'> = signal(asked() === RIGHT_TO_LEFT_TEST ? 'rtl' : 'ltr')
/** The language with the reader's region, for numbers and dates: `de-CH` when the browser says so. */
export const locale: ReadonlySignal<string> = computed(() => regional(language.value))

effect(() => {
  if (typeof document === 'undefined') return
  document.documentElement.lang = language.value
  document.documentElement.dir = direction.value
})

/** Choose the language of this device. */
export function chooseLanguage(chosen: Language): void {
  language.value = chosen
  direction.value = 'ltr'
  try {
    localStorage.setItem(STORED, chosen)
  } catch {
    // A browser that keeps nothing asks again next time.
  }
}

/** Whether it names a language of the pages. */
export function isLanguage(value: unknown): value is Language {
  return typeof value === 'string' && (LANGUAGES as readonly string[]).includes(value)
}

type Value = string | number
type NamesIn<S extends string> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never
type Parameters<S extends string> = [NamesIn<S>] extends [never] ? [] : [params: Readonly<Record<NamesIn<S>, Value>>]
type CountedKey<T> = { [K in keyof T]: K extends `${infer Base}_other` ? Base : never }[keyof T]
type CountedText<T, B extends string> = `${B}_other` extends keyof T ? T[`${B}_other`] : never
type CountedNames<T, B extends string> =
  CountedText<T, B> extends string ? Exclude<NamesIn<CountedText<T, B>>, 'n'> : never
type CountedParameters<T, B extends string> = [CountedNames<T, B>] extends [never]
  ? []
  : [params: Readonly<Record<CountedNames<T, B>, Value>>]

/** The texts of one screen. Reading one inside a component or effect subscribes to the language. */
export interface Texts<T extends Record<string, string>> {
  /** The text of a key; what stands in braces in English is asked for as a parameter. */
  <K extends keyof T>(key: K, ...params: Parameters<T[K]>): string
  /** The plural of `key_one`, `key_other` for n; `{n}` is filled in. */
  count<B extends CountedKey<T> & string>(key: B, n: number, ...params: CountedParameters<T, B>): string
  /** Resolves when the words of the chosen language are there (English when they cannot be loaded). */
  ready(): Promise<void>
}

type Loaders<T> = Record<Exclude<Language, 'en'>, () => Promise<{ default: Readonly<Record<keyof T, string>> }>>

// Making one takes far longer than using it, and every row of a list asks.
const pluralRules = new Map<string, Intl.PluralRules>()
const numberFormats = new Map<string, Intl.NumberFormat>()
const languageNames = new Map<string, Intl.DisplayNames>()
const everyText = new Set<() => Promise<void>>()

/** Texts of a screen: the English ones, and how to load the others. */
export function createTexts<const T extends Record<string, string>>(en: T, others: Loaders<T>): Texts<T> {
  const loaded = signal<Partial<Record<Language, Readonly<Record<keyof T, string>>>>>({ en })

  const load = async (wanted: Language): Promise<void> => {
    if (wanted === 'en' || loaded.peek()[wanted] !== undefined) return
    try {
      const words = await others[wanted]()
      loaded.value = { ...loaded.peek(), [wanted]: wanted === 'fr' ? inFrench(words.default) : words.default }
    } catch {
      // Offline and not kept: English words are better than none.
    }
  }
  const ready = (): Promise<void> => load(language.peek())
  const wordsOf = (key: keyof T): string | undefined => (loaded.value[language.value] ?? en)[key]

  effect(() => void load(language.value))
  everyText.add(ready)

  const text = (key: keyof T, params?: Readonly<Record<string, Value>>): string => fill(wordsOf(key) ?? '', params)
  const count = (key: string, n: number, params?: Readonly<Record<string, Value>>): string => {
    const form = pluralForm(n)
    return fill(wordsOf(`${key}_${form}`) ?? wordsOf(`${key}_other`) ?? '', { ...params, n })
  }
  return Object.assign(text, { count, ready })
}

/** French has spaces before : ; ! ? and inside of « », at which no line may end. */
export function inFrench<T extends Readonly<Record<string, string>>>(words: T): T {
  const set = (text: string): string => text.replace(/ (?=[:;!?»])/g, '\u202f').replaceAll('« ', '«\u202f')
  return Object.fromEntries(Object.entries(words).map(([key, text]) => [key, set(text)])) as T
}

/** Resolves when all texts made so far speak the chosen language: await it before the first paint. */
export async function textsReady(): Promise<void> {
  await Promise.all([...everyText].map((ready) => ready()))
}

/** A number as the reader writes it. */
export function formatNumber(value: number, options?: Intl.NumberFormatOptions): string {
  const key = options === undefined ? locale.value : locale.value + JSON.stringify(options)
  return kept(numberFormats, key, () => new Intl.NumberFormat(locale.value, options)).format(value)
}

/** "Ana, Ben and Carla". */
export function formatList(parts: readonly string[], type: 'conjunction' | 'disjunction' = 'conjunction'): string {
  return new Intl.ListFormat(locale.value, { style: 'long', type }).format(parts)
}

/** "3.4 MB". */
export function formatBytes(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte']
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** power
  return formatNumber(value, {
    style: 'unit',
    unit: units[power] ?? 'byte',
    unitDisplay: 'short',
    maximumFractionDigits: value < 10 ? 1 : 0,
  })
}

/** The name of a language of menus, such as "German", in the language of the page. */
export function languageName(code: string): string {
  try {
    const names = kept(languageNames, locale.value, () => new Intl.DisplayNames(locale.value, { type: 'language' }))
    return names.of(code) ?? code
  } catch {
    return code
  }
}

function pluralForm(n: number): string {
  return kept(pluralRules, locale.value, () => new Intl.PluralRules(locale.value)).select(n)
}

function kept<T>(those: Map<string, T>, key: string, make: () => T): T {
  const known = those.get(key)
  if (known !== undefined) return known
  const made = make()
  those.set(key, made)
  return made
}

function fill(words: string, params: Readonly<Record<string, Value>> | undefined): string {
  if (params === undefined) return words
  return words.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name]
    if (value === undefined) return whole
    return typeof value === 'number' ? formatNumber(value) : value
  })
}

function firstLanguage(): Language {
  const wishes = [asked(), stored(), ...browserLanguages().map((one) => one.slice(0, 2).toLowerCase())]
  if (asked() === RIGHT_TO_LEFT_TEST) return 'en'
  return wishes.find(isLanguage) ?? 'en'
}

function asked(): string | null {
  return typeof location === 'undefined' ? null : new URLSearchParams(location.search).get('lang')
}

function stored(): string | null {
  try {
    return typeof localStorage === 'undefined' ? null : localStorage.getItem(STORED)
  } catch {
    return null
  }
}

function browserLanguages(): readonly string[] {
  return typeof navigator === 'undefined' ? [] : (navigator.languages ?? [])
}

function regional(wanted: Language): string {
  return browserLanguages().find((one) => one.toLowerCase().startsWith(`${wanted}-`)) ?? wanted
}
