// What was counted since the server started, and what this server is.

import { dayAndTime } from '../core/dates'
import type { OperationsAnswer } from '../core/protocol'
import { DiagnosticsButton } from './DiagnosticsButton'
import { count } from './format'
import type { Operations } from './state'
import { tableText } from './table-texts'
import { doorName } from './words'

export interface CountersProps {
  seen: OperationsAnswer
  operations: Pick<Operations, 'diagnostics'>
}

/** Lists of names and numbers. */
export function Counters({ seen, operations }: CountersProps) {
  const { commands, connections, refusals, process, store } = seen
  const results = numbers(commands.results, resultName)
  const about = [
    [tableText('version'), process.version],
    [tableText('build'), process.build],
    [tableText('store'), store.kind],
    [tableText('started'), dayAndTime(process.started_at_ms)],
  ] as const
  return (
    <div class="ops-counters">
      <List title={tableText('countersCommands')} entries={results} />
      <List title={tableText('countersRejections')} entries={numbers(commands.rejections)} isCode />
      <List title={tableText('countersRefusals')} entries={numbers(refusals)} isCode />
      <List title={tableText('countersDoors')} entries={numbers(connections.by_door, doorName)} />
      <div>
        <List title={tableText('countersProcess')} entries={about} />
        <DiagnosticsButton operations={operations} class="ops-below" />
      </div>
    </div>
  )
}

function List(props: { title: string; entries: readonly (readonly [string, string])[]; isCode?: boolean }) {
  const { title, entries, isCode = false } = props
  return (
    <section class="ops-counter">
      <h3>{title}</h3>
      {entries.length === 0 ? (
        <p class="note">{tableText('none')}</p>
      ) : (
        <dl>
          {entries.map(([name, value]) => (
            <div key={name}>
              <dt>{isCode ? <code>{name}</code> : name}</dt>
              <dd class="number">{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  )
}

function numbers(
  counts: Readonly<Record<string, number>>,
  named: (slug: string) => string = (slug) => slug,
): readonly (readonly [string, string])[] {
  return Object.entries(counts).map(([slug, n]) => [named(slug), count(n)] as const)
}

function resultName(result: string): string {
  switch (result) {
    case 'ok':
      return tableText('resultOk')
    case 'noop':
      return tableText('resultNoop')
    case 'dup':
      return tableText('resultDup')
    case 'rejected':
      return tableText('resultRejected')
    default:
      return result
  }
}
