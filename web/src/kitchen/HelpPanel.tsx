// Gestures, keys and what the shapes mean.

import { Dialog } from '../ui/Dialog'
import { AgeShape } from './Age'
import { DEFAULT_THRESHOLDS } from './aging'
import { thresholdsOf } from './house'
import type { Kitchen } from './kitchen'
import { Tones } from './Tones'
import { text } from './texts'

const KEYS = [
  ['1 – 9', 'helpNumbers'],
  ['← → ↑ ↓', 'helpArrows'],
  ['Enter', 'helpEnter'],
  ['R', 'helpR'],
  ['U', 'helpU'],
  ['S', 'helpS'],
  ['F', 'helpF'],
  ['P', 'helpP'],
  ['A', 'helpA'],
  ['O', 'helpO'],
  ['L', 'helpL'],
  ['?', 'helpHelp'],
] as const

export function HelpPanel({ kitchen, open, onClose }: { kitchen: Kitchen; open: boolean; onClose: () => void }) {
  const station = kitchen.settings.value.stations[0]
  const facts = kitchen.house.facts.value
  const { warnSeconds, lateSeconds } = station === undefined ? DEFAULT_THRESHOLDS : thresholdsOf(facts, station)
  const due = { minutes: Math.round(warnSeconds / 60) }
  const late = { minutes: Math.round(lateSeconds / 60) }
  return (
    <Dialog title={text('helpTitle')} open={open} onClose={onClose} wide>
      {/* The focus is at the beginning: on the first button, which is far below, half of it would be out of sight. */}
      <div class="help" tabIndex={-1} autofocus>
        <dl class="help-list">
          <Row name={text('helpTap')} does={text('helpTapDoes')} />
          <Row name={text('helpDouble')} does={text('helpDoubleDoes')} />
          <Row name={text('helpLong')} does={text('helpLongDoes')} />
        </dl>
        <dl class="help-list">
          {KEYS.map(([key, words]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{text(words)}</dd>
            </div>
          ))}
        </dl>
        <h3>{text('sound')}</h3>
        <Tones kitchen={kitchen} />
        <h3>{text('ages')}</h3>
        <ul class="help-ages">
          <li data-age="new">
            <AgeShape age="new" /> {text('agesNew', due)}
          </li>
          <li data-age="due">
            <AgeShape age="due" /> {text('agesDue', due)}
          </li>
          <li data-age="late">
            <AgeShape age="late" /> {text('agesLate', late)}
          </li>
        </ul>
      </div>
    </Dialog>
  )
}

function Row({ name, does }: { name: string; does: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{does}</dd>
    </div>
  )
}
