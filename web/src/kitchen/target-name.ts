// The words for a target of the stock, such as `item:7f3` or `option:42`.

import { language } from '../core/i18n'
import type { Kitchen } from './kitchen'
import { inLanguage } from './ticket'

/** What a target is called: its dish, or what a ticket calls the variation or option. */
export function targetName(kitchen: Kitchen, target: string): string {
  const [kind, id = ''] = target.split(/:(.*)/s)
  const words = language.value
  const dish = kitchen.house.facts.value.dishes[id]
  if (kind === 'item' && dish !== undefined) return inLanguage(dish.name, words)
  for (const line of kitchen.cards.value.flatMap((card) => card.parts.flatMap((part) => part.ticket.lines))) {
    if (kind === 'item' && line.item === id) return inLanguage(line.name, words)
    if (kind === 'variation' && line.variation === id) {
      return `${inLanguage(line.name, words)}, ${inLanguage(line.variationName ?? {}, words)}`
    }
    const option = kind === 'option' ? line.options.find((one) => one.option === id) : undefined
    if (option !== undefined) return inLanguage(option.name, words)
  }
  return id
}
