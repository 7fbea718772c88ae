// One section of the menu: its heading, its note, when it is served, its dishes, and the place where
// new ones are added. The tray of unplaced dishes is one without a heading of its own.

import { useComputed } from '@preact/signals'
import { useLayoutEffect } from 'preact/hooks'
import type { Section } from '../../menu/menu'
import { Button } from '../../ui/Button'
import { Icon } from '../../ui/icons'
import { Menu, type MenuItem } from '../../ui/Menu'
import { FieldConflicts } from '../conflicts/conflict-cards'
import { IssueMarks } from '../conflicts/issue-marks'
import { hoursInWords } from '../fields/hours'
import { sectionName } from '../names'
import { FlashChip, useFlash } from '../people/flash'
import { anchorOf } from '../people/following'
import { type Editor, useEditor } from '../state'
import { t } from '../texts'
import { addItem, addSection, deleteSection, moveSectionBy, openMoveDialog } from './actions'
import { DragHandle } from './drag-handle'
import { keepFocus } from './focus-order'
import { ItemRow } from './item-row'
import { ThingTexts } from './thing-texts'

const UNPLACED = ''
const GUESSED_HEAD_PX = 170
const GUESSED_ROW_PX = 118

/** A section; while somebody searches only when it has something that was found. */
export function SectionBlock({ id }: { id: string }) {
  const editor = useEditor()
  const section = useComputed(() => editor.model.section(id).value)
  const hasFound = useComputed(() => {
    const found = editor.found.value
    return found === null || editor.model.itemsOf(id).value.some((item) => found.has(item))
  })
  if (!hasFound.value || (section.value === null && id !== UNPLACED)) return null
  return section.value === null ? <Tray /> : <Block section={section.value} />
}

function Block({ section }: { section: Section }) {
  const editor = useEditor()
  const flash = useFlash('sections', section.id)
  const rights = editor.rights.value
  // How high it will be, as long as the browser has not drawn it.
  const guess = GUESSED_HEAD_PX + GUESSED_ROW_PX * editor.model.itemsOf(section.id).value.length
  const name = sectionName(section, editor.model.meta.value.locale)
  return (
    <section
      id={anchorOf('sections', section.id)}
      class={flash ? 'section is-flashing' : 'section'}
      style={{ '--guess': `${guess}px`, ...(flash?.author.color ? { '--person': flash.author.color } : {}) }}
      data-section-block={section.id}
      aria-label={name}
    >
      <header class="section-head">
        <DragHandle label={t('move_section_named', { name })} />
        <ThingTexts container="sections" thing={section} name={name} />
        <SectionMenu section={section} name={name} />
        <FlashChip change={flash} />
      </header>
      {section.hours.length > 0 && (
        <button
          type="button"
          class="hours-shown"
          onClick={() => {
            editor.panel.value = { kind: 'section', section: section.id }
          }}
        >
          <Icon name="clock" size={16} /> {hoursInWords(section.hours)}
        </button>
      )}
      <IssueMarks container="sections" id={section.id} />
      <FieldConflicts container="sections" id={section.id} name={name} />
      <Items section={section.id} />
      {rights.structure && editor.found.value === null && (
        <div class="add-item">
          <Button kind="ghost" icon="add" onClick={() => addItem(editor, section.id)} data-next="">
            {t('add_item')}
          </Button>
        </div>
      )}
    </section>
  )
}

function Items({ section }: { section: string }) {
  const editor = useEditor()
  const items = useComputed(() => editor.model.itemsOf(section).value)
  const rows = useComputed(() => Math.min(items.value.length, editor.rows.rowsIn(section)))
  const drawn = rows.value < items.value.length ? items.value.slice(0, rows.value) : items.value
  const rest = items.value.length - drawn.length
  // Rows that change places lose the focus when the browser takes them out; it is given back.
  const restore = keepFocus()
  useLayoutEffect(restore, [items.value])
  return (
    <ul class="items" {...(section === UNPLACED ? {} : { 'data-end': section })}>
      {drawn.map((id) => (
        <ItemRow key={id} id={id} section={section} />
      ))}
      {rest > 0 && <li class="rest" aria-hidden="true" style={{ '--rows': rest }} />}
      {items.value.length === 0 && <li class="no-items">{t('section_empty')}</li>}
    </ul>
  )
}

function SectionMenu({ section, name }: { section: Section; name: string }) {
  const editor = useEditor()
  if (!editor.rights.value.structure && !editor.rights.value.details) return null
  return <Menu label={t('actions_for', { name })} items={entries(editor, section)} />
}

function entries(editor: Editor, section: Section): MenuItem[] {
  const { id } = section
  return [
    {
      label: t('section_hours'),
      icon: 'clock',
      onSelect: () => {
        editor.panel.value = { kind: 'section', section: id }
      },
    },
    { label: t('add_item'), icon: 'add', onSelect: () => addItem(editor, id) },
    { label: t('add_section_after'), icon: 'add', onSelect: () => addSection(editor, { after: id }) },
    { label: t('move_to'), icon: 'move', separated: true, onSelect: () => openMoveDialog({ kind: 'section', id }) },
    { label: t('move_up'), icon: 'up', shortcut: 'Alt+↑', onSelect: () => moveSectionBy(editor, id, -1) },
    { label: t('move_down'), icon: 'down', shortcut: 'Alt+↓', onSelect: () => moveSectionBy(editor, id, 1) },
    {
      label: t('delete_section'),
      icon: 'trash',
      danger: true,
      separated: true,
      onSelect: () => deleteSection(editor, id),
    },
  ]
}

/** Dishes whose section is gone: nothing vanishes. */
function Tray() {
  const editor = useEditor()
  const count = editor.model.itemsOf(UNPLACED).value.length
  if (count === 0) return null
  return (
    <section class="section tray" id={anchorOf('sections', UNPLACED)} data-section-block="" aria-label={t('unplaced')}>
      <header class="section-head">
        <div class="texts">
          <h2 class="section-name">{t('unplaced')}</h2>
          <p class="section-note">{t.count('unplaced_why', count)}</p>
        </div>
      </header>
      <Items section={UNPLACED} />
    </section>
  )
}
