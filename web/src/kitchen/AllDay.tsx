// All-day counts beside the tickets: how many of each dish are still to be cooked.

import { language } from '../core/i18n'
import { IconButton } from '../ui/IconButton'
import type { Kitchen } from './kitchen'
import { text } from './texts'
import { inLanguage } from './ticket'

export function AllDay({ kitchen, onClose }: { kitchen: Kitchen; onClose: () => void }) {
  const counts = kitchen.counts.value
  const words = language.value
  return (
    <aside class="all-day" aria-label={text('allDay')}>
      <header>
        <h2>{text('allDay')}</h2>
        <IconButton icon="close" label={text('close')} onClick={onClose} />
      </header>
      {counts.length === 0 && <p class="all-day-empty">{text('allDayEmpty')}</p>}
      <ul>
        {counts.map((count) => (
          <li key={count.key}>
            <b class="all-day-count">{count.quantity}</b>
            <div>
              <p class="all-day-name" dir="auto">
                {inLanguage(count.name, words)}
                {count.variationName !== null && <small> {inLanguage(count.variationName, words)}</small>}
              </p>
              {count.begun > 0 && <p class="all-day-more">{text('begun', { n: count.begun })}</p>}
              {count.extras.length > 0 && (
                <p class="all-day-more" dir="auto">
                  {count.extras.map((one) => `${one.quantity}× ${inLanguage(one.name, words)}`).join(', ')}
                </p>
              )}
            </div>
          </li>
        ))}
      </ul>
    </aside>
  )
}
