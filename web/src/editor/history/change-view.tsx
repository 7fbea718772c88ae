// One field that changed: what went is struck, what came is underlined; words say it, too, to those who
// do not see it.

import type { Plain } from '../../menu/registers'
import { plain } from '../../menu/registers'
import { fieldLabel } from '../fields/field-labels'
import { valueWords } from '../fields/field-words'
import { p } from '../panel-texts'
import { useEditor } from '../state'
import { t } from '../texts'
import { wordDiff } from './word-diff'

export interface ChangeViewProps {
  field: string
  before: unknown
  after: unknown
}

/** "Price: 9.50 10.00". */
export function ChangeView({ field, before, after }: ChangeViewProps) {
  const editor = useEditor()
  const name = fieldLabel(editor, field)
  return (
    <p class="change">
      <span class="change-field">{name}</span> <Values field={field} before={plain(before)} after={plain(after)} />
    </p>
  )
}

function Values({ field, before, after }: { field: string; before: Plain; after: Plain }) {
  const editor = useEditor()
  if (typeof before === 'string' && typeof after === 'string' && field !== 'photo') {
    return (
      <span dir="auto">
        {wordDiff(before, after).map(({ kind, text }, at) =>
          kind === 'same' ? text : kind === 'gone' ? <Gone key={at} words={text} /> : <Come key={at} words={text} />,
        )}
      </span>
    )
  }
  if (field === 'loc' && Array.isArray(before) && Array.isArray(after) && before[0] === after[0]) {
    return <>{t('moved_within', { section: valueWords(editor, field, after) })}</>
  }
  const [was, is] = [valueWords(editor, field, before), valueWords(editor, field, after)]
  return (
    <span>
      {before !== null && before !== '' && was !== is && <Gone words={was} />}{' '}
      {after !== null && after !== '' && <Come words={is} />}
    </span>
  )
}

function Gone({ words }: { words: string }) {
  return (
    <del dir="auto">
      <span class="visually-hidden">{p('removed_words')} </span>
      {words}
    </del>
  )
}

function Come({ words }: { words: string }) {
  return (
    <ins dir="auto">
      <span class="visually-hidden">{p('added_words')} </span>
      {words}
    </ins>
  )
}
