// One sentence that says how the server is, and what to look at if it is not well.

import type { OperationsAnswer } from '../core/protocol'
import { Icon, type IconName } from '../ui/icons'
import type { Figures } from './figures'
import { type Finding, findings, type Level, overall } from './health'
import { opsText } from './texts'

const ICONS: Readonly<Record<Level | 'info', IconName>> = { good: 'check', info: 'info', warn: 'alert', bad: 'alert' }

/** The sentence and the findings. */
export function HealthReport({ seen, figures }: { seen: OperationsAnswer; figures: Figures }) {
  const found = findings(seen, figures)
  const level = overall(found)
  const sentence =
    level === 'good' ? opsText('allWell') : level === 'warn' ? opsText('someConcern') : opsText('someTrouble')
  return (
    <section class={`ops-health is-${level}`}>
      <div role="status">
        <h2 class="ops-health-sentence">
          <Icon name={ICONS[level]} size={24} />
          {sentence}
        </h2>
      </div>
      {found.length > 0 && (
        <ul class="ops-findings">
          {found.map((one) => (
            <li key={one.kind} class={`ops-finding is-${one.level}`}>
              <Icon name={ICONS[one.level]} size={18} />
              <span>{words(one)}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function words({ kind, n }: Finding): string {
  switch (kind) {
    case 'loopLag':
    case 'slowAcks':
    case 'nearlyFull':
      return opsText(kind, { n })
    case 'savingPaused':
    case 'slowReaders':
    case 'backlog':
    case 'readOnly':
    case 'oldClients':
      return opsText.count(kind, n)
  }
}
