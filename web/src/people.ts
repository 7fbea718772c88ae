// Who is here and where: awareness carries {user: {name, color}, focus: field key | null}.

import type { Awareness } from 'y-protocols/awareness'
import { byId, element } from './element'
import { type Person, avatar, colorFor, friendlyName } from './session'

const MOST_SHOWN = 5

export class People {
  private readonly root = byId('people', HTMLElement)
  private readonly fields = new Map<string, HTMLElement>()
  private occupied = new Set<string>()

  /** onRename: the person pressed their own sign. */
  constructor(private readonly awareness: Awareness, private readonly onRename: () => void) {
    awareness.on('change', () => this.update())
    this.update()
  }

  /** Say who we are. */
  introduce(name: string): void {
    const color = colorFor(this.awareness.clientID)
    this.awareness.setLocalStateField('user', { name, color })
    this.update()
  }

  /** Show others in this field, and show the others when we are in it. */
  watch(key: string, field: HTMLElement): void {
    this.fields.set(key, field)
    field.addEventListener('focusin', () => this.awareness.setLocalStateField('focus', key))
    field.addEventListener('focusout', () => {
      if (this.awareness.getLocalState()?.['focus'] === key) this.awareness.setLocalStateField('focus', null)
    })
    if (this.occupied.has(key)) this.update()
  }

  unwatch(key: string): void {
    this.fields.delete(key)
  }

  private update(): void {
    const own = this.awareness.clientID
    const others: Person[] = []
    const visitors = new Map<string, Person[]>()
    for (const [id, state] of [...this.awareness.getStates()].sort(([a], [b]) => a - b)) {
      if (id === own) continue
      const person = personOf(id, state)
      others.push(person)
      const focus: unknown = state['focus']
      if (typeof focus === 'string') visitors.set(focus, [...(visitors.get(focus) ?? []), person])
    }
    this.showSigns(personOf(own, this.awareness.getLocalState() ?? {}), others)
    this.showVisitors(visitors)
  }

  private showSigns(self: Person, others: Person[]): void {
    const hadFocus = this.root.contains(document.activeElement)
    const button = element('button', { type: 'button', class: 'self', 'aria-label': `You are ${self.name}. Change your name` })
    button.append(avatar(self, `${self.name} (you)`))
    button.addEventListener('click', this.onRename)
    const signs = others.slice(0, MOST_SHOWN).map((person) => avatar(person, person.name))
    if (others.length > MOST_SHOWN) {
      const names = others.slice(MOST_SHOWN).map(({ name }) => name).join(', ')
      const more = element('span', { class: 'avatar more', role: 'img', 'aria-label': names, title: names })
      more.textContent = `+${others.length - MOST_SHOWN}`
      signs.push(more)
    }
    this.root.replaceChildren(...signs, button)
    if (hadFocus) button.focus()
  }

  private showVisitors(visitors: Map<string, Person[]>): void {
    for (const key of this.occupied) {
      const field = this.fields.get(key)
      field?.classList.remove('occupied')
      field?.querySelector('.visitor')?.remove()
    }
    this.occupied = new Set(visitors.keys())
    for (const [key, people] of visitors) {
      const field = this.fields.get(key)
      const [first] = people
      if (field === undefined || first === undefined) continue
      field.classList.add('occupied')
      field.style.setProperty('--person', first.color)
      field.append(element('span', { class: 'visitor' }, people.map(({ name }) => name).join(', ')))
    }
  }
}

function personOf(id: number, state: Record<string, unknown>): Person {
  const user = (typeof state['user'] === 'object' && state['user'] !== null ? state['user'] : {}) as Partial<Person>
  const name = typeof user.name === 'string' && user.name.trim() !== '' ? user.name.trim().slice(0, 40) : friendlyName(id)
  const color = typeof user.color === 'string' && /^#[0-9a-f]{6}$/i.test(user.color) ? user.color : colorFor(id)
  return { name, color }
}
