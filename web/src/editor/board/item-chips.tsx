// What is in a dish, small: allergens first, traces apart, then diets, traits, spice, station. Icons
// and words, so that no colour says anything alone.

import type { Item } from '../../menu/menu'
import { flags } from '../../menu/menu'
import { Icon, type IconName } from '../../ui/icons'
import { codeLabel } from '../fields/code-label'
import { signOf } from '../fields/codes'
import { useEditor } from '../state'
import { t } from '../texts'

interface ShownChip {
  readonly key: string
  readonly kind: string
  readonly icon?: IconName
  readonly sign?: string
  readonly words: string
}

/** The chips of an item; a way into its details. */
export function ItemChips({ item }: { item: Item }) {
  const { panel } = useEditor()
  const chips = useChips(item)
  if (chips.length === 0) return null
  return (
    <button
      type="button"
      class="marks"
      title={t('details_open')}
      onClick={() => {
        panel.value = { kind: 'details', item: item.id }
      }}
    >
      {chips.map(({ key, kind, icon, sign, words }) => (
        <span class={`mark mark-${kind}`} key={key}>
          {icon !== undefined && <Icon name={icon} size={14} />}
          {sign !== undefined && <b>{sign}</b>}
          <span dir="auto">{words}</span>
        </span>
      ))}
    </button>
  )
}

function useChips(item: Item): readonly ShownChip[] {
  const { model } = useEditor()
  const { allergens: signs } = model.meta.value.legend
  const contained = [...item.allergens].filter(([, level]) => level === 'contains').map(([code]) => code)
  const traces = [...item.allergens].filter(([, level]) => level === 'may').map(([code]) => code)
  const chips: ShownChip[] = []
  if (item.isHidden) chips.push({ key: 'hidden', kind: 'quiet', icon: 'eyeOff', words: t('hidden') })
  for (const code of contained) {
    const sign = signOf(signs, code)
    chips.push({ key: `a ${code}`, kind: 'allergen', words: codeLabel(code), ...(sign === '' ? {} : { sign }) })
  }
  for (const code of traces)
    chips.push({ key: `m ${code}`, kind: 'traces', words: t('may_contain', { what: codeLabel(code) }) })
  for (const code of flags(item.registers, 'diet')) {
    chips.push({ key: `d ${code}`, kind: 'diet', icon: 'leaf', words: codeLabel(code) })
  }
  for (const code of flags(item.registers, 'tag')) chips.push({ key: `t ${code}`, kind: 'plain', words: code })
  const additives = flags(item.registers, 'additive').length
  if (additives > 0) chips.push({ key: 'additives', kind: 'quiet', words: counted('additives', additives) })
  const spice = item.numbers.spice ?? 0
  if (spice > 0) chips.push({ key: 'spice', kind: 'spice', icon: 'fire', words: t('spice_level', { level: spice }) })
  if (item.modifiers.length > 0)
    chips.push({ key: 'groups', kind: 'quiet', words: counted('choices', item.modifiers.length) })
  if (item.station !== null) chips.push({ key: 'station', kind: 'quiet', icon: 'pan', words: item.station })
  if (item.note !== '') chips.push({ key: 'note', kind: 'quiet', icon: 'note', words: t('has_note') })
  return chips
}

// Plurals are costly to find, and these few are asked for with every letter that is typed into a dish.
const plurals = new Map<string, string>()

function counted(key: 'additives' | 'choices', n: number): string {
  const inLanguage = `${t('hidden')} ${key} ${n}` // its words change when the language does
  const known = plurals.get(inLanguage)
  if (known !== undefined) return known
  const words = t.count(key, n)
  plurals.set(inLanguage, words)
  return words
}
