// The price of a dish: typed as people write amounts, kept in minor units. It is written when the
// field is left or on Enter; what could be two amounts is asked; Escape takes the typing back.
// Being in it holds a lease, so that others see it before they collide.

import { useComputed, useSignal } from '@preact/signals'
import { useEffect, useId, useRef } from 'preact/hooks'
import { focusField } from '../../core/yjs/presence'
import { Icon } from '../../ui/icons'
import { focusNext, focusSameKind } from '../board/focus-order'
import { LockMark, useLease } from '../people/lock-mark'
import { type Editor, useEditor } from '../state'
import { t } from '../texts'
import { Occupied } from './occupied'
import { followsRemote, priceOutcome } from './price-entry'

export interface PriceFieldProps {
  item: string
  price: number | null
  /** "Price of soup". */
  label: string
  isReadOnly: boolean
  /** Shown when there is no price of its own, such as "from 3.50". */
  placeholder?: string | undefined
}

type Problem = { kind: 'error'; words: string } | { kind: 'ambiguous'; choices: readonly [number, number] } | null

/** A price that is read, or typed into. */
export function PriceField(props: PriceFieldProps) {
  const { item, price } = props
  const editor = useEditor()
  const money = editor.money.value
  if (props.isReadOnly) {
    return <p class="price-shown">{price === null ? (props.placeholder ?? '–') : money.full(price)}</p>
  }
  return <PriceInput {...props} key={`${item}/${money.symbol}`} />
}

function PriceInput({ item, price, label, placeholder }: PriceFieldProps) {
  const editor = useEditor()
  const money = editor.money.value
  const errorId = useId()
  const input = useRef<HTMLInputElement>(null)
  const draft = useSignal<string | null>(null) // what I typed; null: I am not here
  const problem = useSignal<Problem>(null)
  const standing = price === null ? '' : money.plain(price)
  const before = useRef(standing)
  const path = `items/${item}/price`
  const lease = useLease(item, 'price')
  const isHeld = useComputed(() => editor.locks.isStrict.value && isHeldByOther(editor, path))

  useEffect(() => {
    if (followsRemote(draft.peek(), before.current) && draft.peek() !== null) draft.value = standing
    before.current = standing
  }, [standing])

  const write = (minor: number | null): void => {
    editor.edits.setItem(item, 'price', minor)
    problem.value = null
    draft.value = minor === null ? '' : money.plain(minor)
  }
  /** True: the field may be left. */
  const commit = (): boolean => {
    if (draft.peek() === null) return true
    const outcome = priceOutcome(draft.peek() ?? '', price, money)
    switch (outcome.kind) {
      case 'same':
        problem.value = null
        return true
      case 'set':
        write(outcome.minor)
        return true
      case 'cleared':
        write(null)
        return true
      case 'ambiguous':
        problem.value = { kind: 'ambiguous', choices: outcome.choices }
        return false
      case 'error':
        problem.value = { kind: 'error', words: errorWords(outcome.reason, money.example) }
        return false
    }
  }
  const revert = (): void => {
    problem.value = null
    draft.value = standing
  }
  const keys = (event: KeyboardEvent): void => {
    if (event.isComposing || input.current === null) return
    if (event.key === 'Enter') {
      event.preventDefault()
      if (commit()) focusNext(input.current)
    } else if (event.key === 'Escape') {
      event.stopPropagation()
      revert()
      input.current.blur()
    } else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && !event.altKey) {
      event.preventDefault()
      if (commit()) focusSameKind(input.current, '.price-input', event.key === 'ArrowDown' ? 1 : -1)
    }
  }
  const enter = (): void => {
    if (draft.peek() === null) draft.value = standing
    focusField(editor.live.awareness, { container: 'items', id: item, field: 'price' })
    lease.take()
  }
  const leave = (): void => {
    focusField(editor.live.awareness, null)
    editor.undo.stopCapturing()
    lease.release()
    if (commit()) draft.value = null
  }
  const issue = problem.value
  const typed = draft.value
  return (
    <Occupied path={path} class={issue === null ? 'price' : 'price has-problem'}>
      <span class="price-box">
        <input
          ref={input}
          class="price-input"
          type="text"
          inputMode="decimal"
          autocomplete="off"
          enterkeyhint="next"
          data-next=""
          data-path={path}
          {...(typed === null || typed === standing ? { 'data-own-undo': '' } : {})}
          aria-label={label}
          aria-invalid={issue !== null}
          aria-describedby={issue === null ? undefined : errorId}
          placeholder={placeholder ?? money.example}
          value={typed ?? standing}
          readOnly={isHeld.value}
          onFocus={enter}
          onBlur={leave}
          onInput={(event) => {
            draft.value = event.currentTarget.value
            problem.value = null
            lease.keep()
          }}
          onKeyDown={keys}
        />
        <span class="price-currency" aria-hidden="true">
          {money.symbol}
        </span>
      </span>
      <LockMark item={item} field="price" />
      {typed !== null && !editor.locks.isKnown.value && <p class="lock-unknown">{t('locks_unknown')}</p>}
      {issue !== null && (
        <div class={issue.kind === 'error' ? 'price-problem' : 'price-problem is-asking'} id={errorId} role="alert">
          {issue.kind === 'error' ? (
            <>
              <Icon name="alert" size={16} />
              <span>{issue.words}</span>
            </>
          ) : (
            <>
              <span>{t('price_ambiguous')}</span>
              {issue.choices.map((minor) => (
                <button
                  type="button"
                  class="button button-plain is-small"
                  key={minor}
                  onMouseDown={(event) => event.preventDefault()}
                  onClick={() => {
                    write(minor)
                    if (document.activeElement !== input.current) draft.value = null
                    else input.current?.select()
                  }}
                >
                  {money.full(minor)}
                </button>
              ))}
            </>
          )}
        </div>
      )}
    </Occupied>
  )
}

/** In a menu with strict locks what I would write there is set back. */
function isHeldByOther({ locks }: Editor, path: string): boolean {
  return locks.held.value.get(path)?.isMine === false
}

function errorWords(reason: 'not_a_price' | 'negative' | 'too_much', example: string): string {
  switch (reason) {
    case 'negative':
      return t('price_negative')
    case 'too_much':
      return t('price_too_much')
    case 'not_a_price':
      return t('price_not_one', { example })
  }
}
