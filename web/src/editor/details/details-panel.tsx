// Everything about one dish that is not on the board: what is in it, its sizes and choices, what the
// kitchen needs, its photo.

import { useComputed, useSignal } from '@preact/signals'
import type { Item } from '../../menu/menu'
import { Tabs } from '../../ui/Tabs'
import { FieldConflicts } from '../conflicts/conflict-cards'
import { itemName } from '../names'
import { PanelFrame } from '../panel-frame'
import { p } from '../panel-texts'
import { type Panel, useEditor } from '../state'
import { FoodDetails } from './food-details'
import { KitchenDetails } from './kitchen-details'
import { SizeDetails } from './size-details'

type Tab = 'food' | 'sizes' | 'kitchen'

/** The panel of a dish. */
export function DetailsPanel({ panel }: { panel: Panel }) {
  const editor = useEditor()
  const id = panel.kind === 'details' ? panel.item : ''
  const item = useComputed(() => editor.model.item(id).value)
  if (item.value === null || item.value.isDeleted) {
    return (
      <PanelFrame title={p('details_title')}>
        <p>{p('details_gone')}</p>
      </PanelFrame>
    )
  }
  return <Details item={item.value} key={id} />
}

function Details({ item }: { item: Item }) {
  const editor = useEditor()
  const tab = useSignal<Tab>('food')
  const name = itemName(item, editor.model.meta.value.locale)
  return (
    <PanelFrame title={name}>
      <FieldConflicts container="items" id={item.id} name={name} />
      <Tabs<Tab>
        label={p('details_title')}
        value={tab.value}
        tabs={[
          { value: 'food', label: p('tab_food') },
          { value: 'sizes', label: p('tab_sizes'), badge: item.variations.length + item.modifiers.length },
          { value: 'kitchen', label: p('tab_kitchen') },
        ]}
        onChange={(next) => {
          tab.value = next
        }}
      >
        {tab.value === 'food' && <FoodDetails item={item} />}
        {tab.value === 'sizes' && <SizeDetails item={item} />}
        {tab.value === 'kitchen' && <KitchenDetails item={item} />}
      </Tabs>
    </PanelFrame>
  )
}
