// Every write of the editor. Registers are written under our own replica, all of an edit in one
// transaction with origin 'register'; nested types are made only inside the new section, item or group
// of that transaction, with texts for all languages of the menu. Nothing is ever deleted: `deleted` is
// a register. What is not there is left alone: false, or '' where an id would be returned.

import type * as Y from 'yjs'
import { byCodePoint } from '../../menu/code_points'
import { groupOf, inOrder, inPlace, isMap, itemOf, type Level, sectionOf, type Window } from '../../menu/menu'
import { readRegisters, valueIn, writeRegister } from '../../menu/registers'
import { type Container, type FieldConflict, isSame } from '../conflicts'
import { shortId } from '../ids'
import { type Keyed, keyAt, type Position } from './order-keys'
import { makePart, replaceText, textIn } from './parts'
import type { RegisterWrite, UndoStack } from './undo'

export type { Position } from './order-keys'
export type FlagFamily = 'diet' | 'tag' | 'additive'
/** The name that a new thing begins with. */
export interface InitialName {
  readonly locale: string
  readonly name: string
}

type Choices = { readonly container: 'items' | 'modgroups'; readonly family: 'var' | 'opt' }
const VARIATIONS: Choices = { container: 'items', family: 'var' }
const OPTIONS: Choices = { container: 'modgroups', family: 'opt' }

export class MenuEdits {
  /**
   * me: who writes, for people to read: a user id, or the chosen name where nobody has an id.
   * settle: LiveDocument.settle, for conflicts that stand in no document.
   */
  constructor(
    private readonly doc: Y.Doc,
    private readonly me: () => { readonly user: string },
    private readonly undo: UndoStack,
    private readonly settle: (key: string) => void = () => {},
  ) {}

  setItem(id: string, register: string, value: unknown): boolean {
    return this.write('items', id, [[register, value]])
  }

  setSection(id: string, register: string, value: unknown): boolean {
    return this.write('sections', id, [[register, value]])
  }

  setGroup(id: string, register: string, value: unknown): boolean {
    return this.write('modgroups', id, [[register, value]])
  }

  // -- items ---------------------------------------------------------------------------------

  addItem(section: string, place: Position, initial?: InitialName): string {
    if (!this.has('sections', section)) return ''
    return this.create('items', { loc: [section, keyAt(this.itemsIn(section), place)] }, initial)
  }

  moveItem(id: string, section: string, place: Position): boolean {
    if (!this.has('sections', section)) return false
    const others = this.itemsIn(section).filter(([, one]) => one !== id)
    return this.write('items', id, [['loc', [section, keyAt(others, place)]]])
  }

  deleteItem(id: string): boolean {
    return this.write('items', id, [['deleted', true]])
  }

  restoreItem(id: string): boolean {
    return this.write('items', id, [['deleted', false]])
  }

  /** A copy right behind the item: its texts and what its registers read as. '' when it is not there. */
  duplicateItem(id: string): string {
    const map = this.map('items', id)
    if (map === null) return ''
    const item = itemOf(id, map)
    const registers: Record<string, unknown> = {}
    for (const name of item.registers.keys()) registers[name] = valueIn(item.registers, name)
    const [section] = item.place
    const copied = { ...registers, loc: [section, keyAt(this.itemsIn(section), { after: id })] }
    const { deleted: _, ...kept } = copied as Record<string, unknown>
    return this.create('items', kept, undefined, map)
  }

  setAllergen(item: string, code: string, level: Level): boolean {
    return this.setItem(item, `allergen:${code}`, level)
  }

  setFlag(item: string, family: FlagFamily, code: string, on: boolean): boolean {
    return this.setItem(item, `${family}:${code}`, on)
  }

  // -- sections ------------------------------------------------------------------------------

  addSection(place: Position, initial?: InitialName): string {
    return this.create('sections', { pos: keyAt(this.sectionKeys(), place) }, initial)
  }

  moveSection(id: string, place: Position): boolean {
    const others = this.sectionKeys().filter(([, one]) => one !== id)
    return this.write('sections', id, [['pos', keyAt(others, place)]])
  }

  deleteSection(id: string): boolean {
    return this.write('sections', id, [['deleted', true]])
  }

  restoreSection(id: string): boolean {
    return this.write('sections', id, [['deleted', false]])
  }

  /** When the section is served; none: always. */
  setHours(section: string, windows: readonly Window[]): boolean {
    const hours = windows.map(({ day, opens, closes }) => ({ day, from: opens, to: closes }))
    return this.setSection(section, 'hours', hours.length > 0 ? hours : null)
  }

  // -- variations, groups and their options --------------------------------------------------

  addVariation(item: string): string {
    return this.addChoice(VARIATIONS, item)
  }

  /** field: `price` or `name:<locale>`. */
  setVariation(item: string, variation: string, field: string, value: unknown): boolean {
    return this.setItem(item, `var:${variation}:${field}`, value)
  }

  removeVariation(item: string, variation: string): boolean {
    return this.setItem(item, `var:${variation}:deleted`, true)
  }

  moveVariation(item: string, variation: string, place: Position): boolean {
    return this.moveChoice(VARIATIONS, item, variation, place)
  }

  addGroup(initial?: InitialName): string {
    const named = initial === undefined ? {} : { [`name:${initial.locale}`]: initial.name }
    return this.create('modgroups', { ...named, min: 0, max: 1 })
  }

  deleteGroup(id: string): boolean {
    return this.setGroup(id, 'deleted', true)
  }

  addOption(group: string): string {
    return this.addChoice(OPTIONS, group)
  }

  /** field: `price` or `name:<locale>`. */
  setOption(group: string, option: string, field: string, value: unknown): boolean {
    return this.setGroup(group, `opt:${option}:${field}`, value)
  }

  removeOption(group: string, option: string): boolean {
    return this.setGroup(group, `opt:${option}:deleted`, true)
  }

  moveOption(group: string, option: string, place: Position): boolean {
    return this.moveChoice(OPTIONS, group, option, place)
  }

  /** Offer a modifier group with an item, as the last one; or no longer. */
  attachGroup(item: string, group: string, on: boolean): boolean {
    const map = this.map('items', item)
    if (map === null || (on && !this.has('modgroups', group))) return false
    const { registers, modifiers } = itemOf(item, map)
    if (modifiers.includes(group) === on) return true
    const keys = modifiers.map((id): Keyed => [String(valueIn(registers, `mod:${id}`)), id])
    return this.setItem(item, `mod:${group}`, on ? keyAt(keys, 'end') : false)
  }

  // -- conflicts -----------------------------------------------------------------------------

  /** Answer a question with a value: one of its candidates or another one. An ordinary edit. */
  resolve(conflict: FieldConflict, value: unknown): boolean {
    const { kind, container, id, field, key } = conflict
    if (kind === 'text') {
      this.settle(key)
      return true
    }
    const isDone =
      kind === 'moved_on' && this.textAt(container, id, field) !== null
        ? this.replaceText(container, id, field, String(value))
        : this.write(container, id, [[field, value]], { isAnswer: true })
    if (isDone && kind === 'moved_on') this.settle(key)
    return isDone
  }

  /** Make a text read as `value` with the smallest change. field: `name:de`, `desc:de` or `note`. */
  replaceText(container: Container, id: string, field: string, value: string): boolean {
    const text = this.textAt(container, id, field)
    if (text === null) return false
    this.undo.stopCapturing()
    this.doc.transact(() => replaceText(text, value), 'text')
    this.undo.stopCapturing()
    return true
  }

  // -- inside --------------------------------------------------------------------------------

  private write(
    container: Container,
    id: string,
    entries: ReadonlyArray<readonly [field: string, value: unknown]>,
    { isAnswer = false, isCreation = false } = {},
  ): boolean {
    const map = this.map(container, id)
    if (map === null) return false
    const registers = readRegisters(map.entries())
    const isNews = ([field, value]: readonly [string, unknown]): boolean => {
      const candidates = registers.get(field) ?? []
      return isAnswer || candidates.length > 1 || !isSame(valueIn(registers, field), value)
    }
    const news = entries.filter(isNews)
    if (news.length === 0) return true
    const ms = Date.now()
    this.doc.transact(() => {
      for (const [field, value] of news) writeRegister(map, field, value, this.me().user, ms)
    }, 'register')
    const written = news.map(([field, after]): RegisterWrite => {
      return { container, id, field, before: valueIn(registers, field), after }
    })
    this.undo.record(written, isCreation)
    return true
  }

  /** A new thing with its texts and first values. copied: a thing whose texts it takes over. */
  private create(
    container: Container,
    registers: Record<string, unknown>,
    initial?: InitialName,
    copied?: Y.Map<unknown>,
  ): string {
    const id = shortId()
    const letters = (field: string): string => {
      if (copied !== undefined) return textIn(copied, field)?.toString() ?? ''
      return initial !== undefined && field === `name:${initial.locale}` ? initial.name : ''
    }
    this.doc.transact(() => {
      const given = { ...registers, deleted: false }
      makePart(this.doc, container, id, { letters, registers: given }, this.me().user, Date.now())
    }, 'register')
    this.undo.record([{ container, id, field: 'deleted', before: true, after: false }], true)
    return id
  }

  private addChoice({ container, family }: Choices, id: string): string {
    const keys = this.choiceKeys({ container, family }, id)
    if (keys === null) return ''
    const made = shortId()
    const start = `${family}:${made}:`
    const map = this.map(container, id)
    const ms = Date.now()
    this.doc.transact(() => {
      if (map === null) return
      writeRegister(map, `${start}pos`, keyAt(keys, 'end'), this.me().user, ms)
      writeRegister(map, `${start}deleted`, false, this.me().user, ms)
    }, 'register')
    this.undo.record([{ container, id, field: `${start}deleted`, before: true, after: false }])
    return made
  }

  private moveChoice({ container, family }: Choices, id: string, choice: string, place: Position): boolean {
    const keys = this.choiceKeys({ container, family }, id)
    if (keys === null || !keys.some(([, one]) => one === choice)) return false
    const others = keys.filter(([, one]) => one !== choice)
    return this.write(container, id, [[`${family}:${choice}:pos`, keyAt(others, place)]])
  }

  private choiceKeys({ container }: Choices, id: string): Keyed[] | null {
    const map = this.map(container, id)
    if (map === null) return null
    const choices = container === 'items' ? itemOf(id, map).variations : groupOf(id, map).options
    return choices.map((one): Keyed => [one.orderKey, one.id])
  }

  private itemsIn(section: string): Keyed[] {
    const items = this.maps('items').map(([id, map]) => itemOf(id, map))
    const here = items.filter((one) => !one.isDeleted && one.place[0] === section).sort(inPlace)
    return here.map((one): Keyed => [one.place[1], one.id])
  }

  private sectionKeys(): Keyed[] {
    const live = this.maps('sections')
      .map(([id, map]) => sectionOf(id, map))
      .filter((one) => !one.isDeleted)
    return live.sort(inOrder).map((one): Keyed => [one.orderKey, one.id])
  }

  private maps(container: Container): Array<[string, Y.Map<unknown>]> {
    const entries = [...this.doc.getMap(container).entries()].sort(([a], [b]) => byCodePoint(a, b))
    return entries.filter((entry): entry is [string, Y.Map<unknown>] => isMap(entry[1]))
  }

  private has(container: Container, id: string): boolean {
    return this.map(container, id) !== null
  }

  private map(container: Container, id: string): Y.Map<unknown> | null {
    const map = this.doc.getMap(container).get(id)
    return isMap(map) ? map : null
  }

  private textAt(container: Container, id: string, field: string): Y.Text | null {
    const map = this.map(container, id)
    return map === null ? null : textIn(map, field)
  }
}
