// When a section is served, and which station cooks it.

import { useComputed, useSignal } from '@preact/signals'
import { weekdayNames } from '../../core/dates'
import type { Section, Window } from '../../menu/menu'
import { Button } from '../../ui/Button'
import { IconButton } from '../../ui/IconButton'
import { dayGroups, windowProblem } from '../fields/hours'
import { RegisterField } from '../fields/register-field'
import { sectionName } from '../names'
import { PanelFrame } from '../panel-frame'
import { p } from '../panel-texts'
import { type Panel, useEditor } from '../state'

const WHOLE_WEEK = [1, 2, 3, 4, 5, 6, 7]

/** The panel of a section. */
export function SectionPanel({ panel }: { panel: Panel }) {
  const editor = useEditor()
  const id = panel.kind === 'section' ? panel.section : ''
  const section = useComputed(() => editor.model.section(id).value)
  if (section.value === null || section.value.isDeleted) {
    return (
      <PanelFrame title={p('section_title')}>
        <p>{p('section_gone')}</p>
      </PanelFrame>
    )
  }
  return <Fields section={section.value} key={id} />
}

function Fields({ section }: { section: Section }) {
  const editor = useEditor()
  const { details } = editor.rights.value
  return (
    <PanelFrame title={sectionName(section, editor.model.meta.value.locale)}>
      <div class="details">
        <Hours section={section} isReadOnly={!details} />
        <RegisterField
          container="sections"
          id={section.id}
          register="station"
          label={p('station')}
          hint={p('station_hint')}
          value={section.station}
          isReadOnly={!details}
          onCommit={(value) => void editor.edits.setSection(section.id, 'station', value)}
        />
      </div>
    </PanelFrame>
  )
}

interface Draft {
  readonly days: readonly number[]
  readonly opens: string
  readonly closes: string
}

function Hours({ section, isReadOnly }: { section: Section; isReadOnly: boolean }) {
  const editor = useEditor()
  const drafts = draftsOf(section.hours)
  const write = (next: readonly Draft[]): void => void editor.edits.setHours(section.id, windowsOf(next))
  const change = (at: number, draft: Draft): void => write(drafts.map((one, index) => (index === at ? draft : one)))
  return (
    <section>
      <h3>{p('hours')}</h3>
      <p class="note">{section.hours.length === 0 ? p('hours_always') : p('hours_hint')}</p>
      <ul class="hours">
        {drafts.map((draft, at) => (
          <Row
            key={`${at}`}
            draft={draft}
            isReadOnly={isReadOnly}
            onChange={(next) => change(at, next)}
            onRemove={() => write(drafts.filter((_, index) => index !== at))}
          />
        ))}
      </ul>
      {!isReadOnly && (
        <Button icon="add" onClick={() => write([...drafts, { days: WHOLE_WEEK, opens: '11:00', closes: '22:00' }])}>
          {p('hours_add')}
        </Button>
      )}
    </section>
  )
}

interface RowProps {
  draft: Draft
  isReadOnly: boolean
  onChange: (draft: Draft) => void
  onRemove: () => void
}

function Row({ draft, isReadOnly, onChange, onRemove }: RowProps) {
  const opens = useSignal(draft.opens)
  const closes = useSignal(draft.closes)
  const problem = windowProblem(opens.value, closes.value)
  const names = weekdayNames('narrow')
  const longNames = weekdayNames('long')
  const commit = (): void => {
    const isNew = opens.peek() !== draft.opens || closes.peek() !== draft.closes
    if (isNew && windowProblem(opens.peek(), closes.peek()) === null) {
      onChange({ ...draft, opens: opens.peek(), closes: closes.peek() })
    }
  }
  const toggle = (day: number): void => {
    const days = draft.days.includes(day) ? draft.days.filter((one) => one !== day) : [...draft.days, day].sort()
    if (days.length > 0) onChange({ ...draft, days })
  }
  return (
    <li>
      <fieldset class="days" aria-label={p('hours_days')}>
        {WHOLE_WEEK.map((day) => (
          <button
            key={day}
            type="button"
            class="day"
            aria-pressed={draft.days.includes(day)}
            aria-label={longNames[day - 1]}
            title={longNames[day - 1]}
            disabled={isReadOnly}
            onClick={() => toggle(day)}
          >
            {names[day - 1]}
          </button>
        ))}
      </fieldset>
      <div class="times">
        <Time label={p('hours_from')} value={opens} isReadOnly={isReadOnly} onDone={commit} />
        <span aria-hidden="true">–</span>
        <Time label={p('hours_to')} value={closes} isReadOnly={isReadOnly} onDone={commit} />
        {!isReadOnly && <IconButton icon="trash" label={p('hours_remove')} onClick={onRemove} />}
      </div>
      {problem !== null && <p class="field-error">{p(problem === 'empty' ? 'hours_empty' : 'hours_missing')}</p>}
    </li>
  )
}

interface TimeProps {
  label: string
  value: { value: string }
  isReadOnly: boolean
  onDone: () => void
}

function Time({ label, value, isReadOnly, onDone }: TimeProps) {
  return (
    <input
      class="input"
      type="time"
      aria-label={label}
      readOnly={isReadOnly}
      // A day ends at 24:00, which this input calls the beginning of the next.
      value={value.value === '24:00' ? '00:00' : value.value}
      onInput={(event) => {
        value.value = event.currentTarget.value
      }}
      onBlur={onDone}
    />
  )
}

/** One row for each time and the days that share it. */
function draftsOf(windows: readonly Window[]): readonly Draft[] {
  return dayGroups(windows).flatMap(({ days, times }) => times.map(([opens, closes]) => ({ days, opens, closes })))
}

function windowsOf(drafts: readonly Draft[]): readonly Window[] {
  return drafts.flatMap(({ days, opens, closes }) =>
    days.map((day) => ({ day, opens, closes: closes === '00:00' ? '24:00' : closes })),
  )
}
