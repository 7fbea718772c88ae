// What is off sale and what is counted, each with its way back; any other dish can be found and taken off.

import { useSignal } from '@preact/signals'
import { language } from '../core/i18n'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { EmptyState } from '../ui/EmptyState'
import { Icon } from '../ui/icons'
import { SearchField } from '../ui/SearchField'
import type { DishChoice } from './DishSheet'
import type { Kitchen } from './kitchen'
import { StockWords } from './StockWords'
import type { StockEntry } from './stock'
import { setStock } from './stock-actions'
import { type StockAuthors, useStockAuthors } from './stock-authors'
import { targetName } from './target-name'
import { text } from './texts'
import { inLanguage } from './ticket'

const FOUND_LIMIT = 30

export interface StockPanelProps {
  kitchen: Kitchen
  open: boolean
  onClose: () => void
  onDish: (choice: DishChoice) => void
}

export function StockPanel({ kitchen, open, onClose, onDish }: StockPanelProps) {
  return (
    <Dialog title={text('stockTitle')} open={open} onClose={onClose} side>
      <Content kitchen={kitchen} onDish={onDish} />
    </Dialog>
  )
}

function Content({ kitchen, onDish }: { kitchen: Kitchen; onDish: (choice: DishChoice) => void }) {
  const query = useSignal('')
  const entries = kitchen.stock.value
  const off = entries.filter((one) => one.isSoldOut)
  const counted = entries.filter((one) => !one.isSoldOut)
  const authors = useStockAuthors(kitchen, entries).value
  return (
    <div class="stock-panel">
      <SearchField label={text('stockSearch')} value={query.value} onValue={(value) => (query.value = value)} />
      {query.value.trim() !== '' && <Found kitchen={kitchen} query={query.value} onDish={onDish} />}
      {entries.length === 0 && query.value === '' && <EmptyState icon="check" title={text('stockEmpty')} />}
      <Group title={text('stockOff')} kitchen={kitchen} entries={off} authors={authors} />
      <Group title={text('stockCounted')} kitchen={kitchen} entries={counted} authors={authors} />
    </div>
  )
}

interface GroupProps {
  title: string
  kitchen: Kitchen
  entries: readonly StockEntry[]
  authors: StockAuthors
}

function Group({ title, kitchen, entries, authors }: GroupProps) {
  if (entries.length === 0) return null
  return (
    <section>
      <h3>
        {title} <span class="tool-badge">{entries.length}</span>
      </h3>
      <ul class="stock-list">
        {entries.map((entry) => (
          <Row key={entry.target} kitchen={kitchen} entry={entry} authors={authors} />
        ))}
      </ul>
    </section>
  )
}

function Row({ kitchen, entry, authors }: { kitchen: Kitchen; entry: StockEntry; authors: StockAuthors }) {
  const name = targetName(kitchen, entry.target)
  const back = (): void => {
    const label = text('didBack', { dish: name })
    const { target } = entry
    if (entry.isSoldOut) setStock(kitchen, { type: 'item.un86', body: { target } }, label)
    else setStock(kitchen, { type: 'stock.set', body: { target, remaining: null } }, label)
  }
  return (
    <li class="stock-row">
      <div>
        <h4 dir="auto">{name}</h4>
        <StockWords kitchen={kitchen} entry={entry} authors={authors} />
      </div>
      <Button icon="undo" onClick={back}>
        {entry.isSoldOut ? text('backOnSale') : text('stopCounting')}
      </Button>
    </li>
  )
}

interface FoundProps {
  kitchen: Kitchen
  query: string
  onDish: (choice: DishChoice) => void
}

function Found({ kitchen, query, onDish }: FoundProps) {
  const wanted = query.trim().toLocaleLowerCase()
  const dishes = Object.values(kitchen.house.facts.value.dishes)
    .filter((dish) => Object.values(dish.name).some((name) => name.toLocaleLowerCase().includes(wanted)))
    .slice(0, FOUND_LIMIT)
  return (
    <ul class="stock-found">
      {dishes.map((dish) => (
        <li key={dish.id}>
          <button type="button" dir="auto" onClick={() => onDish({ item: dish.id, name: dish.name })}>
            {inLanguage(dish.name, language.value)}
            <Icon name="chevron" size={20} />
          </button>
        </li>
      ))}
    </ul>
  )
}
