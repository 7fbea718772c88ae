// One dish on the board: name, description, price, what is in it. Follows its own signals only, so a
// price that changes elsewhere paints this row and nothing else.

import { useComputed } from '@preact/signals'
import type { Item } from '../../menu/menu'
import { Icon } from '../../ui/icons'
import { FieldConflicts } from '../conflicts/conflict-cards'
import { IssueMarks } from '../conflicts/issue-marks'
import { PriceField } from '../fields/price-field'
import { itemName } from '../names'
import { FlashChip, useFlash } from '../people/flash'
import { anchorOf } from '../people/following'
import { useEditor } from '../state'
import { t } from '../texts'
import { DragHandle } from './drag-handle'
import { ItemChips } from './item-chips'
import { ItemMenu } from './item-menu'
import { stockOf } from './stock'
import { ThingTexts } from './thing-texts'

/** A row; nothing when the item is gone. Reading signals, it is painted anew only when they or its props change. */
export function ItemRow({ id, section }: { id: string; section: string }) {
  const editor = useEditor()
  const item = useComputed(() => editor.model.item(id).value)
  const isFound = useComputed(() => editor.found.value?.has(id) ?? true)
  if (item.value === null || !isFound.value) return null
  return <Row item={item.value} section={section} />
}

function Row({ item, section }: { item: Item; section: string }) {
  const editor = useEditor()
  const flash = useFlash('items', item.id)
  const isOpen = useComputed(() => {
    const panel = editor.panel.value
    return panel?.kind === 'details' && panel.item === item.id
  })
  const rights = editor.rights.value
  const name = itemName(item, editor.model.meta.value.locale)
  const classes = ['item', item.isHidden && 'is-hidden', isOpen.value && 'is-open', flash && 'is-flashing']
  return (
    <li
      id={anchorOf('items', item.id)}
      class={classes.filter(Boolean).join(' ')}
      style={flash?.author.color ? { '--person': flash.author.color } : {}}
      data-item={item.id}
      data-section={section}
    >
      <DragHandle label={t('move_item', { name })} />
      {item.photo !== null && <Photo item={item} name={name} />}
      <div class="item-words">
        <ThingTexts container="items" thing={item} name={name} />
        <Variations item={item} />
        <ItemChips item={item} />
        <IssueMarks container="items" id={item.id} />
      </div>
      <div class="item-side">
        <Stock id={item.id} />
        <PriceField
          item={item.id}
          price={item.numbers.price}
          label={t('price_of', { name })}
          isReadOnly={!rights.prices}
          placeholder={item.variations.length > 0 ? '' : undefined}
        />
      </div>
      <ItemMenu item={item} section={section} name={name} />
      <FlashChip change={flash} />
      <FieldConflicts container="items" id={item.id} name={name} />
    </li>
  )
}

function Photo({ item, name }: { item: Item; name: string }) {
  const { panel } = useEditor()
  return (
    <button
      type="button"
      class="thumb"
      aria-label={t('open_details_of', { name })}
      onClick={() => {
        panel.value = { kind: 'details', item: item.id }
      }}
    >
      <img
        src={`/api/v1/photos/${item.photo ?? ''}/list`}
        alt=""
        loading="lazy"
        decoding="async"
        width={64}
        height={64}
      />
    </button>
  )
}

function Variations({ item }: { item: Item }) {
  const { money, model, panel } = useEditor()
  if (item.variations.length === 0) return null
  const own = model.meta.value.locale
  return (
    <button
      type="button"
      class="variations"
      title={t('variations_edit')}
      onClick={() => {
        panel.value = { kind: 'details', item: item.id }
      }}
    >
      {item.variations.map((one) => (
        <span key={one.id} class="variation">
          <span dir="auto">{one.name.get(own) || t('unnamed')}</span>{' '}
          <b>{one.price === null ? '–' : money.value.full(one.price)}</b>
        </span>
      ))}
    </button>
  )
}

function Stock({ id }: { id: string }) {
  const editor = useEditor()
  const entry = useComputed(() => stockOf(editor.stock.state.value, id))
  const stock = entry.value
  if (stock === null) return null
  if (stock.isSoldOut) {
    return (
      <span class="chip chip-bad sold-out">
        <Icon name="soldOut" size={16} />
        <span>{t('sold_out')}</span>
      </span>
    )
  }
  if (stock.remaining === null) return null
  return <span class="chip chip-warn">{t.count('left', stock.remaining)}</span>
}
