// What is in a dish: allergens as contained or possible, diets, additives, traits, spice, energy.

import { useSignal } from '@preact/signals'
import type { Item, Level } from '../../menu/menu'
import { flags } from '../../menu/menu'
import { Button } from '../../ui/Button'
import { Chip } from '../../ui/Chip'
import { Field } from '../../ui/Field'
import { Segmented } from '../../ui/Segmented'
import { TextInput } from '../../ui/TextInput'
import { codeLabel } from '../fields/code-label'
import { type CodeFamily, offeredCodes, signOf } from '../fields/codes'
import { ItemRegister } from '../fields/item-register'
import { p } from '../panel-texts'
import { liveItems, useEditor } from '../state'

const SPICE_SHOWN = 5

/** The first tab of a dish. */
export function FoodDetails({ item }: { item: Item }) {
  const editor = useEditor()
  const { food, details } = editor.rights.value
  return (
    <div class="details">
      <Allergens item={item} isReadOnly={!food} />
      <Flags item={item} family="diet" title={p('diets')} isReadOnly={!food} canAdd={false} />
      <Flags item={item} family="additive" title={p('additives')} isReadOnly={!food} canAdd />
      <Flags item={item} family="tag" title={p('traits')} isReadOnly={!details} canAdd />
      <section>
        <h3>{p('spice')}</h3>
        <Segmented<string>
          label={p('spice')}
          value={String(Math.min(item.numbers.spice ?? 0, SPICE_SHOWN))}
          options={Array.from({ length: SPICE_SHOWN + 1 }, (_, level) => ({
            value: String(level),
            label: level === 0 ? p('spice_none') : String(level),
          }))}
          disabled={!details}
          onChange={(level) => void editor.edits.setItem(item.id, 'spice', Number(level))}
        />
      </section>
      <div class="pair">
        <ItemRegister
          item={item}
          register="kcal"
          label={p('kcal')}
          suffix="kcal"
          number={{ scale: 1, greatest: 100_000 }}
          isReadOnly={!details}
        />
        <ItemRegister
          item={item}
          register="abv"
          label={p('alcohol')}
          suffix="% vol"
          number={{ scale: 100, greatest: 10_000 }}
          isReadOnly={!details}
        />
      </div>
    </div>
  )
}

function Allergens({ item, isReadOnly }: { item: Item; isReadOnly: boolean }) {
  const editor = useEditor()
  const meta = editor.model.meta.value
  const codes = offeredCodes('allergen', meta, liveItems(editor.model))
  const options = [
    { value: 'free' as const, label: p('level_none') },
    { value: 'may' as const, label: p('level_traces') },
    { value: 'contains' as const, label: p('level_in') },
  ]
  return (
    <section>
      <h3>{p('allergens')}</h3>
      <ul class="levels">
        {codes.map((code) => {
          const level = item.allergens.get(code) ?? 'free'
          const sign = signOf(meta.legend.allergens, code)
          return (
            <li key={code} class={`level is-${level}`}>
              <span class="level-name" dir="auto">
                {sign !== '' && <b>{sign}</b>} {codeLabel(code)}
              </span>
              <Segmented<Level>
                label={codeLabel(code)}
                value={level}
                options={options}
                disabled={isReadOnly}
                onChange={(next) => void editor.edits.setAllergen(item.id, code, next)}
              />
            </li>
          )
        })}
      </ul>
      {!isReadOnly && (
        <NewCode
          label={p('allergen_other')}
          onAdd={(code) => void editor.edits.setAllergen(item.id, code, 'contains')}
        />
      )}
    </section>
  )
}

interface FlagsProps {
  item: Item
  family: Exclude<CodeFamily, 'allergen'>
  title: string
  isReadOnly: boolean
  canAdd: boolean
}

function Flags({ item, family, title, isReadOnly, canAdd }: FlagsProps) {
  const editor = useEditor()
  const set = new Set(flags(item.registers, family))
  const codes = offeredCodes(family, editor.model.meta.value, liveItems(editor.model))
  const toggle = (code: string, on: boolean): void => void editor.edits.setFlag(item.id, family, code, on)
  return (
    <section>
      <h3>{title}</h3>
      <div class="chips">
        {codes.map((code) => (
          <Chip key={code} pressed={set.has(code)} disabled={isReadOnly} onToggle={(on) => toggle(code, on)}>
            {codeLabel(code)}
          </Chip>
        ))}
      </div>
      {canAdd && !isReadOnly && <NewCode label={p('other_one')} onAdd={(code) => toggle(code, true)} />}
    </section>
  )
}

function NewCode({ label, onAdd }: { label: string; onAdd: (code: string) => void }) {
  const typed = useSignal('')
  const add = (event: Event): void => {
    event.preventDefault()
    const code = typed.value.trim()
    if (code !== '') onAdd(code)
    typed.value = ''
  }
  return (
    <form class="new-code" onSubmit={add}>
      <Field label={label} hideLabel>
        <TextInput
          value={typed.value}
          maxLength={200}
          placeholder={label}
          onValue={(value) => {
            typed.value = value
          }}
        />
      </Field>
      <Button type="submit" icon="add" disabled={typed.value.trim() === ''}>
        {p('add')}
      </Button>
    </form>
  )
}
