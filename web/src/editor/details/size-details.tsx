// The sizes of a dish, each with its own name and price, and the choices that guests are given with it.

import type { Choice, Item } from '../../menu/menu'
import { Button } from '../../ui/Button'
import { IconButton } from '../../ui/IconButton'
import { stepWithin } from '../board/moves'
import { MoneyInput } from '../fields/money-input'
import { NameInputs } from '../fields/name-inputs'
import { nameOf } from '../names'
import { p } from '../panel-texts'
import { useEditor } from '../state'
import { ChoiceGroups } from './choice-groups'

/** The second tab of a dish. */
export function SizeDetails({ item }: { item: Item }) {
  return (
    <div class="details">
      <Variations item={item} />
      <ChoiceGroups item={item} />
    </div>
  )
}

function Variations({ item }: { item: Item }) {
  const editor = useEditor()
  const { structure } = editor.rights.value
  return (
    <section>
      <h3>{p('variations')}</h3>
      <p class="note">{p('variations_hint')}</p>
      <ul class="choices">
        {item.variations.map((one) => (
          <Variation key={one.id} item={item} variation={one} />
        ))}
      </ul>
      {structure && (
        <Button icon="add" onClick={() => void editor.edits.addVariation(item.id)}>
          {p('variation_add')}
        </Button>
      )}
    </section>
  )
}

function Variation({ item, variation }: { item: Item; variation: Choice }) {
  const editor = useEditor()
  const { structure, prices } = editor.rights.value
  const order = item.variations.map((one) => one.id)
  const name = nameOf(variation, editor.model.meta.value.locale) || p('variation')
  const move = (step: -1 | 1): void => {
    const place = stepWithin(order, variation.id, step)
    if (place !== null) editor.edits.moveVariation(item.id, variation.id, place)
  }
  return (
    <li class="choice">
      <NameInputs
        container="items"
        id={item.id}
        start={`var:${variation.id}:name`}
        names={variation.name}
        label={p('variation_name')}
        onCommit={(locale, words) => void editor.edits.setVariation(item.id, variation.id, `name:${locale}`, words)}
      />
      {prices && (
        <MoneyInput
          container="items"
          id={item.id}
          field={`var:${variation.id}:price`}
          value={variation.price}
          label={p('price_of', { name })}
          onCommit={(minor) => void editor.edits.setVariation(item.id, variation.id, 'price', minor)}
        />
      )}
      {structure && (
        <span class="choice-tools">
          <IconButton
            icon="up"
            label={p('up', { name })}
            onClick={() => move(-1)}
            disabled={order[0] === variation.id}
          />
          <IconButton
            icon="down"
            label={p('down', { name })}
            onClick={() => move(1)}
            disabled={order.at(-1) === variation.id}
          />
          <IconButton
            icon="trash"
            label={p('remove', { name })}
            onClick={() => void editor.edits.removeVariation(item.id, variation.id)}
          />
        </span>
      )}
    </li>
  )
}
