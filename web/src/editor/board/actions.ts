// What people do with dishes and sections, and what they are told about it: moves are announced,
// deleting gives a way back.

import { signal } from '@preact/signals'
import type { Position } from '../../core/yjs/menu-edits'
import { announce } from '../../ui/announce'
import { toast } from '../../ui/Toast'
import { nameById } from '../names'
import { anchorOf } from '../people/following'
import type { Editor } from '../state'
import { t } from '../texts'
import { keepFocus } from './focus-order'
import { standing, stepItem, stepWithin } from './moves'

/** What the "Move to…" dialog is about; null: closed. */
export type Movable = { readonly kind: 'item' | 'section'; readonly id: string }
export const moving = signal<Movable | null>(null)

export function openMoveDialog(what: Movable): void {
  moving.value = what
}

/** Add a dish after another one, or at the end, and go to its name. */
export function addItem(editor: Editor, section: string, place: Position = 'end'): void {
  editor.query.value = ''
  editor.rows.finish()
  const id = editor.edits.addItem(section, place)
  if (id !== '') focusName('items', id, editor.languages.peek()[0] ?? '')
}

/** Add a section and go to its name. */
export function addSection(editor: Editor, place: Position = 'end'): void {
  editor.query.value = ''
  editor.rows.finish()
  const id = editor.edits.addSection(place)
  if (id !== '') focusName('sections', id, editor.languages.peek()[0] ?? '')
}

/** Add a dish where the person is: after the dish with the focus, else in the section in view. */
export function addItemHere(editor: Editor): void {
  const here = document.activeElement?.closest<HTMLElement>('[data-item]')
  const { item, section } = here?.dataset ?? {}
  if (item !== undefined && section !== undefined && section !== '') {
    addItem(editor, section, { after: item })
    return
  }
  const target = sectionInView() ?? editor.model.sections.peek().at(-1)
  if (target === undefined) addSection(editor)
  else addItem(editor, target)
}

/** Move a dish one step, also into the section above or below. */
export function moveItemBy(editor: Editor, id: string, section: string, step: -1 | 1): void {
  const { model } = editor
  const move = stepItem(model.sections.peek(), (one) => model.itemsOf(one).peek(), section, id, step)
  if (move === null) announce(t(step < 0 ? 'already_first' : 'already_last'))
  else moveItem(editor, id, move.section, move.place)
}

/** Move a dish and say where it is now. */
export function moveItem(editor: Editor, id: string, section: string, place: Position): void {
  const restore = keepFocus()
  if (!editor.edits.moveItem(id, section, place)) return
  afterPaint(restore)
  const at = standing(editor.model.itemsOf(section).peek(), id)
  if (at === null) return
  announce(
    t('moved_item', {
      name: nameById(editor.model, 'items', id),
      section: nameById(editor.model, 'sections', section),
      at: at.at,
      of: at.of,
    }),
  )
}

/** Move a section one step. */
export function moveSectionBy(editor: Editor, id: string, step: -1 | 1): void {
  const place = stepWithin(editor.model.sections.peek(), id, step)
  if (place === null) announce(t(step < 0 ? 'already_first' : 'already_last'))
  else moveSection(editor, id, place)
}

/** Move a section and say where it is now. */
export function moveSection(editor: Editor, id: string, place: Position): void {
  const restore = keepFocus()
  if (!editor.edits.moveSection(id, place)) return
  afterPaint(restore)
  const at = standing(editor.model.sections.peek(), id)
  if (at !== null) announce(t('moved_section', { name: nameById(editor.model, 'sections', id), at: at.at, of: at.of }))
}

/** Delete a dish; the message brings it back. */
export function deleteItem(editor: Editor, id: string): void {
  const name = nameById(editor.model, 'items', id)
  if (!editor.edits.deleteItem(id)) return
  const panel = editor.panel.peek()
  if (panel?.kind === 'details' && panel.item === id) editor.panel.value = null
  const action = { label: t('undo'), run: () => void restoreItem(editor, id) }
  toast({ text: t('deleted_item', { name }), action })
}

/** Bring a deleted dish back and go there. */
export function restoreItem(editor: Editor, id: string): boolean {
  if (!editor.edits.restoreItem(id)) return false
  announce(t('restored', { name: nameById(editor.model, 'items', id) }))
  afterPaint(() => document.getElementById(anchorOf('items', id))?.scrollIntoView({ block: 'nearest' }))
  return true
}

/** Delete a section; its dishes go to the tray. */
export function deleteSection(editor: Editor, id: string): void {
  const name = nameById(editor.model, 'sections', id)
  const count = editor.model.itemsOf(id).peek().length
  if (!editor.edits.deleteSection(id)) return
  const words = count === 0 ? t('deleted_section', { name }) : t.count('deleted_section_with', count, { name })
  toast({ text: words, action: { label: t('undo'), run: () => void editor.edits.restoreSection(id) } })
}

export function duplicateItem(editor: Editor, id: string): void {
  editor.rows.finish()
  const copy = editor.edits.duplicateItem(id)
  if (copy !== '') focusName('items', copy, editor.languages.peek()[0] ?? '')
}

function focusName(container: 'items' | 'sections', id: string, locale: string): void {
  afterPaint(() => {
    const field = document.querySelector<HTMLElement>(
      `[data-path="${CSS.escape(`${container}/${id}/name/${locale}`)}"]`,
    )
    field?.scrollIntoView({ block: 'center' })
    field?.focus({ preventScroll: true })
  })
}

/** The section whose heading is at the top of the window, or above it. */
function sectionInView(): string | undefined {
  const sections = [...document.querySelectorAll<HTMLElement>('.board [data-section-block]')]
  const seen = sections.filter((one) => one.getBoundingClientRect().top < innerHeight / 2)
  const id = (seen.at(-1) ?? sections[0])?.dataset.sectionBlock
  return id === '' ? undefined : id
}

function afterPaint(work: () => void): void {
  requestAnimationFrame(() => setTimeout(work))
}
