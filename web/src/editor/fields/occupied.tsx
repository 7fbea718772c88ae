// The ring around a field that somebody else is in, in their colour, with their name.

import type { ReadonlySignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { formatList } from '../../core/i18n'
import { useEditor } from '../state'
import { t } from '../texts'

export interface OccupiedProps {
  /** The address of the field: `items/soup/price`. */
  path: string
  class?: string
  isTyping?: ReadonlySignal<boolean>
  children?: ComponentChildren
}

/** A box for a field that shows who else is there. */
export function Occupied({ path, class: extra, isTyping, children }: OccupiedProps) {
  const editor = useEditor()
  const here = editor.visitors.at(path).value
  const first = here[0]
  const names = first === undefined ? '' : formatList(here.map((one) => one.name))
  // One shape for both states: another one would build the field anew, and lose its focus.
  return (
    <div
      class={`spot ${first === undefined ? '' : 'is-occupied '}${extra ?? ''}`}
      style={first === undefined ? {} : { '--person': first.color, '--person-ink': first.ink }}
    >
      {children}
      {first !== undefined && (
        <span class="visitor" aria-hidden="true">
          {isTyping?.value ? t('typing', { name: names }) : names}
        </span>
      )}
    </div>
  )
}
