// Groups of options that a guest chooses from with a dish ("Sauce: one of three"). A group belongs to
// the menu and may be attached to many dishes; changing it changes it for all of them.

import { useComputed, useSignal } from '@preact/signals'
import type { Choice, Group, Item } from '../../menu/menu'
import { Button } from '../../ui/Button'
import { IconButton } from '../../ui/IconButton'
import { Switch } from '../../ui/Switch'
import { stepWithin } from '../board/moves'
import { MoneyInput } from '../fields/money-input'
import { NameInputs } from '../fields/name-inputs'
import { RegisterField } from '../fields/register-field'
import { nameOf } from '../names'
import { p } from '../panel-texts'
import { liveItems, useEditor } from '../state'

/** All groups of the menu; those of the dish are switched on. */
export function ChoiceGroups({ item }: { item: Item }) {
  const editor = useEditor()
  const groups = useComputed(() => editor.model.groups.value)
  const { structure } = editor.rights.value
  const add = (): void => {
    const id = editor.edits.addGroup()
    if (id !== '') editor.edits.attachGroup(item.id, id, true)
  }
  return (
    <section>
      <h3>{p('groups')}</h3>
      <p class="note">{p('groups_hint')}</p>
      <ul class="groups">
        {groups.value.map((group) => (
          <GroupCard key={group.id} group={group} item={item} />
        ))}
      </ul>
      {structure && (
        <Button icon="add" onClick={add}>
          {p('group_add')}
        </Button>
      )}
    </section>
  )
}

function GroupCard({ group, item }: { group: Group; item: Item }) {
  const editor = useEditor()
  const { structure } = editor.rights.value
  const isAttached = item.modifiers.includes(group.id)
  const isOpen = useSignal(isAttached && group.options.length === 0)
  const name = nameOf(group, editor.model.meta.value.locale) || p('group_unnamed')
  const uses = useComputed(() => [...liveItems(editor.model)].filter((one) => one.modifiers.includes(group.id)).length)
  return (
    <li class="group">
      <div class="group-head">
        <Switch
          label={name}
          checked={isAttached}
          disabled={!structure}
          onChange={(on) => void editor.edits.attachGroup(item.id, group.id, on)}
        />
        <Button
          kind="ghost"
          aria-expanded={isOpen.value}
          onClick={() => {
            isOpen.value = !isOpen.value
          }}
        >
          {p(isOpen.value ? 'group_close' : 'group_edit')}
        </Button>
      </div>
      <p class="note">
        {rule(group)} · {p.count('used_by', uses.value)}
      </p>
      {isOpen.value && <GroupFields group={group} />}
    </li>
  )
}

function GroupFields({ group }: { group: Group }) {
  const editor = useEditor()
  const { structure } = editor.rights.value
  return (
    <div class="group-fields">
      <NameInputs
        container="modgroups"
        id={group.id}
        start="name"
        names={group.name}
        label={p('group_name')}
        onCommit={(locale, words) => void editor.edits.setGroup(group.id, `name:${locale}`, words)}
      />
      <div class="pair">
        <RegisterField
          container="modgroups"
          id={group.id}
          register="min"
          label={p('at_least')}
          value={group.minimum}
          number={{ scale: 1, greatest: 1000 }}
          isReadOnly={!structure}
          onCommit={(value) => void editor.edits.setGroup(group.id, 'min', value)}
        />
        <RegisterField
          container="modgroups"
          id={group.id}
          register="max"
          label={p('at_most')}
          hint={p('at_most_hint')}
          value={group.maximum}
          number={{ scale: 1, greatest: 1000 }}
          isReadOnly={!structure}
          onCommit={(value) => void editor.edits.setGroup(group.id, 'max', value)}
        />
      </div>
      <ul class="choices">
        {group.options.map((option) => (
          <Option key={option.id} group={group} option={option} />
        ))}
      </ul>
      {structure && (
        <div class="group-tools">
          <Button icon="add" onClick={() => void editor.edits.addOption(group.id)}>
            {p('option_add')}
          </Button>
          <Button kind="ghost" icon="trash" onClick={() => void editor.edits.deleteGroup(group.id)}>
            {p('group_delete')}
          </Button>
        </div>
      )}
    </div>
  )
}

function Option({ group, option }: { group: Group; option: Choice }) {
  const editor = useEditor()
  const { structure, prices } = editor.rights.value
  const order = group.options.map((one) => one.id)
  const name = nameOf(option, editor.model.meta.value.locale) || p('option')
  const move = (step: -1 | 1): void => {
    const place = stepWithin(order, option.id, step)
    if (place !== null) editor.edits.moveOption(group.id, option.id, place)
  }
  return (
    <li class="choice">
      <NameInputs
        container="modgroups"
        id={group.id}
        start={`opt:${option.id}:name`}
        names={option.name}
        label={p('option_name')}
        onCommit={(locale, words) => void editor.edits.setOption(group.id, option.id, `name:${locale}`, words)}
      />
      {prices && (
        <MoneyInput
          container="modgroups"
          id={group.id}
          field={`opt:${option.id}:price`}
          value={option.price}
          label={p('price_of', { name })}
          onCommit={(minor) => void editor.edits.setOption(group.id, option.id, 'price', minor)}
        />
      )}
      {structure && (
        <span class="choice-tools">
          <IconButton icon="up" label={p('up', { name })} onClick={() => move(-1)} disabled={order[0] === option.id} />
          <IconButton
            icon="down"
            label={p('down', { name })}
            onClick={() => move(1)}
            disabled={order.at(-1) === option.id}
          />
          <IconButton
            icon="trash"
            label={p('remove', { name })}
            onClick={() => void editor.edits.removeOption(group.id, option.id)}
          />
        </span>
      )}
    </li>
  )
}

/** "Choose 1 to 3", "Choose any number". */
function rule({ minimum, maximum }: Group): string {
  if (maximum === null) return minimum === 0 ? p('rule_any') : p('rule_at_least', { n: minimum })
  if (minimum === maximum) return p('rule_exactly', { n: minimum })
  return minimum === 0 ? p('rule_up_to', { n: maximum }) : p('rule_from_to', { from: minimum, to: maximum })
}
