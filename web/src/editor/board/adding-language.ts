// Whether somebody is adding a language to the menu, and which ones there are to choose from.

import { signal } from '@preact/signals'
import { languageName } from '../../core/i18n'

export const isAddingLanguage = signal(false)

const OFFERED =
  'ar bg ca cs da de el en es et eu fa fi fr gl he hi hr hu id is it ja ko lt lv ms nb nl pl pt pt-BR ro ru sk sl sr sv th tr uk vi zh-Hans zh-Hant'
const TAG = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/

/** Language tags and their names, by name; without those that the menu has. */
export function languagesToAdd(known: readonly string[]): { readonly tag: string; readonly name: string }[] {
  return OFFERED.split(' ')
    .filter((tag) => !known.includes(tag))
    .map((tag) => ({ tag, name: languageName(tag) }))
    .sort((one, other) => one.name.localeCompare(other.name))
}

/** The tag as it is written ("PT-br" is "pt-BR"); null when it is none. */
export function tagOf(typed: string): string | null {
  if (!TAG.test(typed.trim())) return null
  try {
    return Intl.getCanonicalLocales(typed.trim())[0] ?? null
  } catch {
    return null
  }
}
