// Reading the shared menu, schema 1. Only the server creates roots and texts; this page reads them,
// edits texts and writes registers.

import * as Y from 'yjs'
import { readRegisters, type Registers, valueOf } from './menu/registers'

export interface Place {
  readonly section: string
  readonly order: string
}

/** One allergen, trait or additive as shown on a card. */
export interface Tag {
  readonly kind: 'allergen' | 'trait'
  readonly label: string
  readonly code: string
}

export class MenuContent {
  readonly meta: Y.Map<unknown>
  readonly sections: Y.Map<Y.Map<unknown>>
  readonly items: Y.Map<Y.Map<unknown>>

  constructor(doc: Y.Doc) {
    this.meta = doc.getMap('meta')
    this.sections = doc.getMap('sections')
    this.items = doc.getMap('items')
  }

  /** Whether the server has put a menu into this document. */
  get isMenu(): boolean {
    return this.meta.get('schema') !== undefined
  }

  get currency(): string {
    const code = this.meta.get('currency')
    return typeof code === 'string' && /^[A-Z]{3}$/.test(code) ? code : 'EUR'
  }

  get defaultLocale(): string {
    const locale = this.meta.get('default_locale')
    return typeof locale === 'string' ? locale : 'en'
  }

  get locales(): string[] {
    const locales: unknown = this.meta.get('locales')
    const list = locales instanceof Y.Array ? locales.toArray() : locales
    const names = Array.isArray(list) ? list.filter((name): name is string => typeof name === 'string') : []
    return names.length > 0 ? names : [this.defaultLocale]
  }

  /** Sections to show, in order: (position, id). */
  sectionIds(): string[] {
    const shown: Array<[string, string]> = []
    this.sections.forEach((section, id) => {
      const registers = readRegisters(section.entries())
      if (valueOf(registers, 'deleted') !== true) shown.push([String(valueOf(registers, 'pos') ?? ''), id])
    })
    return shown.sort(byOrderThenId).map(([, id]) => id)
  }

  /** The text of a field in one locale; null when the server has not created it. */
  text(of: Y.Map<unknown>, field: 'name' | 'desc', locale: string): Y.Text | null {
    const texts = of.get(field)
    const text: unknown = texts instanceof Y.Map ? texts.get(locale) : undefined
    return text instanceof Y.Text ? text : null
  }

  /** Where an item stands; null when it is deleted. */
  place(registers: Registers): Place | null {
    if (valueOf(registers, 'deleted') === true) return null
    const loc = valueOf(registers, 'loc')
    if (!Array.isArray(loc)) return { section: '', order: '' }
    return { section: String(loc[0] ?? ''), order: String(loc[1] ?? '') }
  }

  /** Allergens (contained or possible) and traits. Several values of an allergen: the strictest. */
  tags(registers: Registers): Tag[] {
    const tags: Tag[] = []
    for (const [name, candidates] of registers) {
      const [family, code] = [name.slice(0, name.indexOf(':')), name.slice(name.indexOf(':') + 1)]
      const values = candidates.map(({ value }) => value)
      if (family === 'allergen') {
        const level = ['contains', true, 'may'].find((value) => values.includes(value))
        if (level !== undefined) tags.push({ kind: 'allergen', code, label: this.allergenLabel(code) + (level === 'may' ? ' (traces)' : '') })
      } else if (family === 'tag' && values[0] === true) {
        tags.push({ kind: 'trait', code, label: code })
      }
    }
    return tags.sort((a, b) => b.kind.localeCompare(a.kind) || a.code.localeCompare(b.code))
  }

  spice(registers: Registers): number {
    const level = valueOf(registers, 'spice')
    return typeof level === 'number' ? Math.max(0, Math.min(5, Math.trunc(level))) : 0
  }

  // meta.legend.allergens maps the printed name to its short code.
  private allergenLabel(code: string): string {
    const legend = this.meta.get('legend')
    const allergens: unknown = (legend instanceof Y.Map ? legend.toJSON() : legend as Record<string, unknown> | undefined)?.['allergens']
    if (typeof allergens !== 'object' || allergens === null) return code
    return Object.entries(allergens).find(([, short]) => short === code)?.[0] ?? code
  }
}

/** For sorting [order key, id]: by order key, ids break ties, the same on every replica. */
export function byOrderThenId(a: readonly [string, string], b: readonly [string, string]): number {
  if (a[0] !== b[0]) return a[0] < b[0] ? -1 : 1
  return a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0
}
