// What things are called when people are told of them: by the menu's own language, else any, else a
// word for what has no name yet.

import type { MenuModel } from '../core/yjs/menu-model'
import { t } from './texts'

type Named = { readonly name: ReadonlyMap<string, string> }

/** The name of an item, section, group, variation or option. */
export function nameOf(thing: Named, locale: string): string {
  const own = thing.name.get(locale)?.trim() ?? ''
  if (own !== '') return own
  return [...thing.name.values()].find((one) => one.trim() !== '')?.trim() ?? ''
}

/** The name of an item, or "Dish without a name". */
export function itemName(item: Named, locale: string): string {
  return nameOf(item, locale) || t('unnamed_item')
}

/** The name of a section, or "Section without a name". */
export function sectionName(section: Named, locale: string): string {
  return nameOf(section, locale) || t('unnamed_section')
}

/** The name of a section or item by its id; '' when it is not in the menu. Subscribes to it. */
export function nameById(model: MenuModel, container: string, id: string): string {
  const locale = model.meta.value.locale
  if (container === 'items') {
    const item = model.item(id).value
    return item === null ? '' : itemName(item, locale)
  }
  if (container === 'sections') {
    if (id === '') return t('unplaced')
    const section = model.section(id).value
    return section === null ? '' : sectionName(section, locale)
  }
  const group = model.groups.value.find((one) => one.id === id)
  return group === undefined ? '' : nameOf(group, locale) || t('unnamed')
}
