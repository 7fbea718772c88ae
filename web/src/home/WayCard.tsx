// One of the other screens, as a card that is a link, or a button where it opens a dialog.

import { Icon } from '../ui/icons'
import type { HomeWay } from './ways'

/** The whole card is the target. */
export function WayCard({ way, onTables }: { way: HomeWay; onTables: () => void }) {
  const content = (
    <>
      <span class="way-icon">
        <Icon name={way.icon} size={22} />
      </span>
      <span class="way-words">
        <strong>{way.title}</strong>
        <span>{way.help}</span>
      </span>
      <span class="way-arrow">
        <Icon name="chevron" size={18} />
      </span>
    </>
  )
  if (way.href === null) {
    return (
      <button type="button" class="way" onClick={onTables}>
        {content}
      </button>
    )
  }
  return (
    <a class="way" href={way.href}>
      {content}
    </a>
  )
}
