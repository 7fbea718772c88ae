// One dish: name, description, price, tags. Built once; each part follows its own field.

import type * as Y from 'yjs'
import { element } from './element'
import type { MenuContent, Place } from './menu_content'
import type { Money } from './money'
import type { People } from './people'
import { PriceField } from './price_field'
import { readRegisters } from './menu/registers'
import { TextField } from './text_field'

/** What every card and section of one page shares. */
export interface Surroundings {
  readonly content: MenuContent
  readonly money: Money
  readonly people: People
  readonly locale: string
  readonly readOnly: boolean
  readonly userName: () => string
}

export class ItemCard {
  readonly root: HTMLElement
  readonly texts: TextField[] = []
  place: Place | null = null
  private readonly price: PriceField
  private readonly tags = element('ul', { class: 'tags', 'aria-label': 'Allergens and traits' })
  private readonly keys: string[] = []

  constructor(readonly id: string, private readonly map: Y.Map<unknown>, private readonly around: Surroundings) {
    const words = element('div', { class: 'words' })
    this.root = element('li', { class: 'item', 'data-item': id }, words)
    const name = this.addText(words, 'name', 'Name', 'Unnamed dish')
    this.addText(words, 'desc', `Description of ${name}`, 'Add a description')
    words.append(this.tags)
    this.price = new PriceField(map, around.money, {
      label: `Price of ${name}`, errorId: `error-${id}`, readOnly: around.readOnly, userName: around.userName,
    })
    this.watch('price', this.price.root)
    this.root.append(this.price.root, this.price.conflict)
    this.refresh()
  }

  /** Read the registers again: price, tags, place. */
  refresh(): void {
    const registers = readRegisters(this.map.entries())
    this.place = this.around.content.place(registers)
    this.price.show(registers)
    const spice = this.around.content.spice(registers)
    const tags = this.around.content.tags(registers).map(({ kind, label, code }) =>
      element('li', { class: `tag ${kind}` }, kind === 'allergen' && code !== label ? element('b', {}, code) : '', kind === 'allergen' && code !== label ? ` ${label}` : label))
    if (spice > 0) tags.unshift(element('li', { class: 'tag spice' }, element('span', { role: 'img', 'aria-label': `Spiciness ${spice}` }, '🌶'.repeat(spice))))
    this.tags.replaceChildren(...tags)
    this.tags.hidden = tags.length === 0
  }

  /** Whether the filter text (already lower case) occurs in the card. */
  matches(filter: string): boolean {
    return filter === '' || this.texts.some(({ value }) => value.toLocaleLowerCase().includes(filter)) ||
      (this.tags.textContent ?? '').toLocaleLowerCase().includes(filter)
  }

  destroy(): void {
    for (const text of this.texts) text.destroy()
    for (const key of this.keys) this.around.people.unwatch(key)
    this.root.remove()
  }

  private addText(parent: HTMLElement, field: 'name' | 'desc', label: string, placeholder: string): string {
    const { content, locale, readOnly } = this.around
    const text = content.text(this.map, field, locale)
    if (text === null) return this.id
    const editor = new TextField(text, { label, placeholder, multiline: field === 'desc', readOnly })
    const box = element('div', { class: `field ${field}` }, editor.input)
    this.texts.push(editor)
    this.watch(field, box)
    parent.append(box)
    return text.toString() || placeholder
  }

  private watch(field: string, box: HTMLElement): void {
    const key = `items/${this.id}/${field}`
    this.keys.push(key)
    this.around.people.watch(key, box)
  }
}
