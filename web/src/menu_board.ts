// The whole menu on the page: built once, then only what changed is touched. Text fields follow
// their own Y.Text; registers refresh their card; places and filters are arranged once per frame.

import type * as Y from 'yjs'
import { byId, element } from './element'
import { ItemCard, type Surroundings } from './item_card'
import { byOrderThenId } from './menu_content'
import { registerName } from './menu/registers'
import { SectionBlock } from './section_block'

const UNPLACED = ''

export class MenuBoard {
  private readonly root = byId('board', HTMLElement)
  private readonly navigation = byId('sections', HTMLElement)
  private readonly count = byId('count', HTMLElement)
  private readonly cards = new Map<string, ItemCard>()
  private readonly blocks = new Map<string, SectionBlock>()
  private filterText = ''
  private isArrangeDue = false
  private readonly inView: IntersectionObserver

  constructor(private readonly around: Surroundings) {
    this.inView = new IntersectionObserver((entries) => this.markCurrent(entries), { rootMargin: '-15% 0px -70% 0px' })
    const { sections, items } = around.content
    sections.forEach((map, id) => this.blocks.set(id, new SectionBlock(id, map, around)))
    items.forEach((map, id) => this.cards.set(id, new ItemCard(id, map, around)))
    this.root.replaceChildren()
    this.arrange()
    for (const owner of [...this.blocks.values(), ...this.cards.values()]) owner.texts.forEach((text) => text.fit())
    sections.observeDeep(this.sectionsChanged)
    items.observeDeep(this.itemsChanged)
    this.root.setAttribute('aria-busy', 'false')
  }

  filter(text: string): void {
    this.filterText = text.trim().toLocaleLowerCase()
    this.arrangeSoon()
  }

  destroy(): void {
    this.around.content.sections.unobserveDeep(this.sectionsChanged)
    this.around.content.items.unobserveDeep(this.itemsChanged)
    this.inView.disconnect()
    for (const owner of [...this.blocks.values(), ...this.cards.values()]) owner.destroy()
  }

  private readonly itemsChanged = (events: Array<Y.YEvent<Y.AbstractType<unknown>>>): void => {
    const touched = touchedMaps(events)
    for (const id of touched.replaced) {
      this.cards.get(id)?.destroy()
      this.cards.delete(id)
      const map = this.around.content.items.get(id)
      if (map !== undefined) this.cards.set(id, new ItemCard(id, map, this.around))
    }
    for (const [id, names] of touched.registers) {
      this.cards.get(id)?.refresh()
      if (names.has('loc') || names.has('deleted')) this.arrangeSoon()
    }
    if (touched.replaced.size > 0) this.arrangeSoon()
  }

  private readonly sectionsChanged = (events: Array<Y.YEvent<Y.AbstractType<unknown>>>): void => {
    const touched = touchedMaps(events)
    for (const id of touched.replaced) {
      this.blocks.get(id)?.destroy()
      this.blocks.delete(id)
      const map = this.around.content.sections.get(id)
      if (map !== undefined) this.blocks.set(id, new SectionBlock(id, map, this.around))
    }
    if (touched.replaced.size > 0 || touched.registers.size > 0) this.arrangeSoon()
  }

  private arrangeSoon(): void {
    if (this.isArrangeDue) return
    this.isArrangeDue = true
    requestAnimationFrame(() => {
      this.isArrangeDue = false
      this.arrange()
    })
  }

  private arrange(): void {
    const sectionIds = this.around.content.sectionIds()
    const placed = this.cardsBySection(new Set(sectionIds))
    if (placed.has(UNPLACED)) {
      sectionIds.push(UNPLACED)
      if (!this.blocks.has(UNPLACED)) this.blocks.set(UNPLACED, new SectionBlock(UNPLACED, null, this.around))
    }
    const shown: SectionBlock[] = []
    let visible = 0
    let total = 0
    for (const id of sectionIds) {
      const block = this.blocks.get(id)
      if (block === undefined) continue
      const cards = placed.get(id) ?? []
      const matching = cards.filter((card) => card.matches(this.filterText))
      total += cards.length
      visible += matching.length
      const isMatching = new Set(matching)
      for (const card of cards) card.root.hidden = !isMatching.has(card)
      putInOrder(block.list, cards.map(({ root }) => root))
      block.root.hidden = this.filterText !== '' && matching.length === 0
      block.link.hidden = block.root.hidden
      shown.push(block)
      this.inView.observe(block.root)
    }
    putInOrder(this.root, shown.map(({ root }) => root))
    putInOrder(this.navigation, shown.map(({ link }) => link))
    this.showCount(visible, total)
  }

  private cardsBySection(known: ReadonlySet<string>): Map<string, ItemCard[]> {
    const bySection = new Map<string, ItemCard[]>()
    for (const card of this.cards.values()) {
      if (card.place === null) {
        card.root.remove()
        continue
      }
      const section = known.has(card.place.section) ? card.place.section : UNPLACED
      const cards = bySection.get(section)
      if (cards === undefined) bySection.set(section, [card])
      else cards.push(card)
    }
    for (const cards of bySection.values()) {
      cards.sort((a, b) => byOrderThenId([a.place?.order ?? '', a.id], [b.place?.order ?? '', b.id]))
    }
    return bySection
  }

  private showCount(visible: number, total: number): void {
    this.count.textContent = this.filterText === '' ? `${total} dishes` : `${visible} of ${total} dishes`
    this.root.querySelector('.nothing')?.remove()
    if (visible === 0) {
      this.root.append(element('p', { class: 'note nothing' }, total === 0 ? 'This menu has no dishes yet.' : 'No dish matches.'))
    }
  }

  private markCurrent(entries: IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const block = [...this.blocks.values()].find(({ root }) => root === target)
      if (block === undefined) continue
      if (isIntersecting) block.link.setAttribute('aria-current', 'true')
      else block.link.removeAttribute('aria-current')
      if (isIntersecting) this.scrollNavigationTo(block.link)
    }
  }

  // scrollIntoView would move the page as well.
  private scrollNavigationTo(link: HTMLElement): void {
    const { navigation } = this
    navigation.scrollLeft = link.offsetLeft - navigation.clientWidth / 2 + link.offsetWidth / 2
    if (link.offsetTop < navigation.scrollTop) navigation.scrollTop = link.offsetTop
    const bottom = link.offsetTop + link.offsetHeight - navigation.clientHeight
    if (bottom > navigation.scrollTop) navigation.scrollTop = bottom
  }
}

/** Which entries were put or removed, and which registers of the others changed. */
function touchedMaps(events: Array<Y.YEvent<Y.AbstractType<unknown>>>): {
  replaced: Set<string>
  registers: Map<string, Set<string>>
} {
  const replaced = new Set<string>()
  const registers = new Map<string, Set<string>>()
  for (const event of events) {
    const [id, field] = event.path as Array<string | undefined>
    const keys = [...event.changes.keys.keys()]
    if (id === undefined) keys.forEach((key) => replaced.add(key))
    else if (field === undefined) {
      const names = registers.get(id) ?? new Set<string>()
      keys.forEach((key) => names.add(registerName(key) ?? key))
      registers.set(id, names)
      if (names.has('name') || names.has('desc')) replaced.add(id)
    } else if ((field === 'name' || field === 'desc') && event.path.length === 2) {
      replaced.add(id) // a text for a new locale
    }
  }
  return { replaced, registers }
}

/** Make these the children, moving only what stands wrong: a moved field would lose its focus. */
function putInOrder(parent: HTMLElement, nodes: readonly HTMLElement[]): void {
  const wanted = new Set<Node>(nodes)
  for (const child of [...parent.children]) {
    if (!wanted.has(child)) child.remove()
  }
  nodes.forEach((node, index) => {
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null)
  })
}
