// One section: its heading, its note, the list its cards stand in, and its entry in the navigation.

import type * as Y from 'yjs'
import { element } from './element'
import type { Surroundings } from './item_card'
import { TextField } from './text_field'

export class SectionBlock {
  readonly root: HTMLElement
  readonly list = element('ul', { class: 'items' })
  readonly link: HTMLAnchorElement
  readonly texts: TextField[] = []
  private readonly keys: string[] = []
  private readonly name: Y.Text | null

  /** map: null for the tray of dishes whose section is gone. */
  constructor(readonly id: string, map: Y.Map<unknown> | null, private readonly around: Surroundings) {
    const anchor = `section-${id}`
    this.root = element('section', { class: 'section', id: anchor, tabindex: -1 })
    this.link = element('a', { href: `#${anchor}` })
    this.name = map === null ? null : around.content.text(map, 'name', around.locale)
    const heading = element('h2', {})
    this.root.append(heading)
    if (map === null || this.name === null) {
      heading.textContent = map === null ? 'Unplaced' : id
      if (map === null) this.root.append(element('p', { class: 'note' }, 'The section of these dishes is gone.'))
    } else {
      this.addText(heading, this.name, 'name', 'Section name', 'Unnamed section')
      const description = around.content.text(map, 'desc', around.locale)
      if (description !== null) this.addText(this.root, description, 'desc', 'Section note', 'Add a note')
    }
    this.root.append(this.list)
    this.name?.observe(this.nameLink)
    this.nameLink()
  }

  destroy(): void {
    this.name?.unobserve(this.nameLink)
    for (const text of this.texts) text.destroy()
    for (const key of this.keys) this.around.people.unwatch(key)
    this.root.remove()
    this.link.remove()
  }

  private readonly nameLink = (): void => {
    const name = this.name?.toString() ?? this.root.querySelector('h2')?.textContent ?? this.id
    this.link.textContent = name || 'Unnamed section'
    this.root.setAttribute('aria-label', this.link.textContent)
  }

  private addText(parent: HTMLElement, text: Y.Text, field: string, label: string, placeholder: string): void {
    const editor = new TextField(text, { label, placeholder, multiline: field === 'desc', readOnly: this.around.readOnly })
    const box = element('div', { class: `field ${field}` }, editor.input)
    const key = `sections/${this.id}/${field}`
    this.keys.push(key)
    this.texts.push(editor)
    this.around.people.watch(key, box)
    parent.append(box)
  }
}
