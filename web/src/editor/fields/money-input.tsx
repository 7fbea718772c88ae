// An amount of a variation or an option: written when the field is left or on Enter, asked when it
// could be two amounts, taken back with Escape.

import { useSignal } from '@preact/signals'
import { useId } from 'preact/hooks'
import { Icon } from '../../ui/icons'
import { useEditor } from '../state'
import { t } from '../texts'
import { Occupied } from './occupied'
import { priceOutcome } from './price-entry'
import { useFocusAt } from './register-field'

export interface MoneyInputProps {
  container: 'items' | 'modgroups'
  id: string
  /** `var:large:price`. */
  field: string
  value: number | null
  label: string
  onCommit: (minor: number | null) => void
}

/** A small field for an amount. */
export function MoneyInput({ container, id, field, value, label, onCommit }: MoneyInputProps) {
  const editor = useEditor()
  const money = editor.money.value
  const errorId = useId()
  const draft = useSignal<string | null>(null)
  const problem = useSignal<string | null>(null)
  const choices = useSignal<readonly number[]>([])
  const focus = useFocusAt({ container, id, field })
  const standing = value === null ? '' : money.plain(value)
  const settle = (minor: number | null): void => {
    onCommit(minor)
    choices.value = []
    problem.value = null
    draft.value = null
  }
  const commit = (): void => {
    if (draft.peek() === null) return
    const outcome = priceOutcome(draft.peek() ?? '', value, money)
    if (outcome.kind === 'set') settle(outcome.minor)
    else if (outcome.kind === 'cleared') settle(null)
    else if (outcome.kind === 'same') draft.value = null
    else if (outcome.kind === 'ambiguous') choices.value = outcome.choices
    else problem.value = t('price_not_one', { example: money.example })
  }
  return (
    <Occupied path={`${container}/${id}/${field}`} class="money-input">
      <span class="input-with-suffix">
        <input
          class="input"
          type="text"
          inputMode="decimal"
          autocomplete="off"
          aria-label={label}
          aria-invalid={problem.value !== null}
          aria-describedby={errorId}
          placeholder={money.example}
          value={draft.value ?? standing}
          onFocus={focus.enter}
          onBlur={() => {
            focus.leave()
            commit()
          }}
          onInput={(event) => {
            draft.value = event.currentTarget.value
            problem.value = null
            choices.value = []
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && !event.isComposing) commit()
            else if (event.key === 'Escape' && draft.peek() !== null) {
              event.stopPropagation()
              draft.value = null
              problem.value = null
              choices.value = []
            }
          }}
        />
        <span class="input-suffix" aria-hidden="true">
          {money.symbol}
        </span>
      </span>
      <span id={errorId} aria-live="polite">
        {problem.value !== null && (
          <span class="field-error">
            <Icon name="alert" size={16} />
            <span>{problem.value}</span>
          </span>
        )}
        {choices.value.length > 0 && (
          <span class="money-choices">
            {t('price_ambiguous')}
            {choices.value.map((minor) => (
              <button type="button" class="button button-plain is-small" key={minor} onClick={() => settle(minor)}>
                {money.full(minor)}
              </button>
            ))}
          </span>
        )}
      </span>
    </Occupied>
  )
}
