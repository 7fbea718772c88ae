// "You and Ana both changed the price: yours 9.50 · hers 10.00 (kept for now)" with a button for each
// value. Not modal: it stands beside the field, or in a list, until somebody decides.

import type { ComponentChildren } from 'preact'
import { formatList } from '../core/i18n'
import { Button } from './Button'
import { Icon } from './icons'
import { uiText } from './texts'

/** What the card needs of a conflict; `FieldConflict` of core/conflicts.ts fits. */
export interface ShownConflict<V> {
  readonly candidates: readonly {
    readonly value: V
    readonly userId: string
    readonly name: string
    readonly ms: number
    readonly replica: string
  }[]
  readonly base?: V | undefined
}

export interface ConflictCardProps<V> {
  conflict: ShownConflict<V>
  /** A value as people read it. */
  format: (value: V) => string
  onKeep: (value: V) => void
  /** "Other…": lets the person type another value; left out where there is none. */
  onOther?: (() => void) | undefined
  /** What was changed, such as "the price". */
  field: string
  /** Of what, such as the name of the dish. */
  thing?: string | undefined
  /** The person who looks at it. */
  me?: string | undefined
  /** Further lines, such as a difference of texts. */
  children?: ComponentChildren
  disabled?: boolean | undefined
}

/** One question with its possible answers; the first candidate is the one kept meanwhile. */
export function ConflictCard<V>(props: ConflictCardProps<V>) {
  const { conflict, format, onKeep, onOther, field, thing, me, children, disabled } = props
  const values = distinct(conflict.candidates, format)
  return (
    <article class="conflict-card" aria-label={titleOf(props)}>
      <p class="conflict-title">
        <Icon name="alert" size={18} />
        <span>
          {titleOf({ ...props, thing: undefined })}
          {thing !== undefined && thing !== '' && (
            <>
              {' '}
              <em dir="auto">{uiText('conflictOf', { thing })}</em>
            </>
          )}
        </span>
      </p>
      <ul class="conflict-values">
        {values.map((one, index) => (
          <li key={one.shown}>
            <span class="conflict-who">
              {one.userId === me ? uiText('conflictYours') : one.name || uiText('conflictSomeone')}
            </span>
            <strong>
              <bdi>{one.shown}</bdi>
            </strong>
            {index === 0 && <span class="conflict-kept">{uiText('conflictKept')}</span>}
          </li>
        ))}
      </ul>
      {conflict.base !== undefined && (
        <p class="conflict-base">{uiText('conflictBase', { value: format(conflict.base) })}</p>
      )}
      {children}
      <div class="conflict-actions">
        {values.map((one) => (
          <Button key={one.shown} disabled={disabled} onClick={() => onKeep(one.value)}>
            {uiText('conflictKeep', { value: one.shown })}
          </Button>
        ))}
        {onOther && (
          <Button
            kind="ghost"
            disabled={disabled}
            onClick={onOther}
            aria-label={`${field}: ${uiText('conflictOther')}`}
          >
            {uiText('conflictOther')}
          </Button>
        )}
      </div>
    </article>
  )
}

function titleOf<V>({ conflict, field, thing, me }: ConflictCardProps<V>): string {
  const others = [
    ...new Set(
      conflict.candidates.filter((one) => one.userId !== me).map((one) => one.name || uiText('conflictSomeone')),
    ),
  ]
  const isMine = conflict.candidates.some((one) => one.userId === me)
  const names = formatList(others)
  const title =
    isMine && others.length > 0
      ? uiText('conflictTwo', { name: names, field })
      : capitalized(uiText('conflictOthers', { names, field }))
  return thing === undefined || thing === '' ? title : `${title} ${uiText('conflictOf', { thing })}`
}

/** Begins as a sentence does: a name may be "somebody who left". */
function capitalized(sentence: string): string {
  const [first = ''] = sentence
  return first.toLocaleUpperCase() + sentence.slice(first.length)
}

// Two people who wrote the same are one choice.
function distinct<C extends { readonly value: V }, V>(candidates: readonly C[], format: (value: V) => string) {
  const found = new Map<string, C & { shown: string }>()
  for (const candidate of candidates) {
    const shown = format(candidate.value)
    if (!found.has(shown)) found.set(shown, { ...candidate, shown })
  }
  return [...found.values()]
}
