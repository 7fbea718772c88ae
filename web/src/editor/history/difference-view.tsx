// What differs between two versions, section by section and dish by dish, as one would read it aloud.

import type { DifferenceAnswer, PartDifferenceAnswer } from '../../core/protocol'
import { Chip } from '../../ui/Chip'
import { nameById } from '../names'
import { p } from '../panel-texts'
import { useEditor } from '../state'
import { ChangeView } from './change-view'

export interface DifferenceViewProps {
  difference: DifferenceAnswer
  /** Shown behind a dish or a section, such as a button that brings it back. */
  toolsOf?: (part: PartDifferenceAnswer) => preact.ComponentChildren
}

/** How many sections, dishes and choices differ. */
export function sizeOf({ settings, sections, items, groups }: DifferenceAnswer): number {
  return settings.length + sections.length + items.length + groups.length
}

/** The difference; a sentence when there is none. */
export function DifferenceView({ difference, toolsOf }: DifferenceViewProps) {
  if (sizeOf(difference) === 0) return <p class="note">{p('no_difference')}</p>
  const { settings, sections, items, groups } = difference
  return (
    <div class="difference">
      {settings.map((one) => (
        <ChangeView key={one.field} field={one.field} before={one.before} after={one.after} />
      ))}
      <Parts title={p('sections')} parts={sections} toolsOf={toolsOf} />
      <Parts title={p('dishes')} parts={items} toolsOf={toolsOf} />
      <Parts title={p('groups')} parts={groups} toolsOf={toolsOf} />
    </div>
  )
}

interface PartsProps {
  title: string
  parts: readonly PartDifferenceAnswer[]
  toolsOf: DifferenceViewProps['toolsOf']
}

function Parts({ title, parts, toolsOf }: PartsProps) {
  if (parts.length === 0) return null
  return (
    <section>
      <h3>
        {title} <span class="note">{parts.length}</span>
      </h3>
      <ul>
        {parts.map((part) => (
          <li key={part.id} class="part">
            <div class="part-head">
              <strong dir="auto">{part.name || p('something')}</strong>
              <Badge part={part} />
              {toolsOf?.(part)}
            </div>
            <Moved part={part} />
            {part.fields.map((one) => (
              <ChangeView key={one.field} field={one.field} before={one.before} after={one.after} />
            ))}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Badge({ part }: { part: PartDifferenceAnswer }) {
  switch (part.change) {
    case 'added':
      return (
        <Chip tone="good" icon="add">
          {p('added')}
        </Chip>
      )
    case 'removed':
      return (
        <Chip tone="bad" icon="minus">
          {p('removed')}
        </Chip>
      )
    case 'changed':
      return null
  }
}

function Moved({ part }: { part: PartDifferenceAnswer }) {
  const { model } = useEditor()
  if (part.moved_from !== null && part.moved_to !== null) {
    const [from, to] = [part.moved_from, part.moved_to].map((id) => nameById(model, 'sections', id) || p('something'))
    return <p class="change">{p('moved_between', { from: from ?? '', to: to ?? '' })}</p>
  }
  return part.is_reordered ? <p class="change">{p('reordered')}</p> : null
}
