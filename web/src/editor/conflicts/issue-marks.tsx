// What the server found about a dish or a section, on its row: an icon and words. Questions that the
// browser finds itself stand there as cards; notes that need nobody are only in the list.

import { useComputed } from '@preact/signals'
import { Icon } from '../../ui/icons'
import { useEditor } from '../state'
import { t } from '../texts'
import type { Issue } from './menu-events'
import { furtherIssues } from './needing'

const WORDS: Readonly<Record<string, () => string>> = {
  price_missing: () => t('mark_price_missing'),
  price_free: () => t('mark_price_free'),
  price_jump: () => t('mark_price_jump'),
  price_negative: () => t('mark_price_bad'),
  money: () => t('mark_price_bad'),
  names: () => t('mark_names'),
  double_replace: () => t('mark_text'),
  choice_range: () => t('mark_choice'),
  choice_missing: () => t('mark_choice'),
  variations: () => t('mark_variations'),
}
/** Said by the place itself: the tray of dishes without a section. */
const SAID_ELSEWHERE = 'unplaced'

/** The marks of one thing, the worst first; each leads to what can be done about it. */
export function IssueMarks({ container, id }: { container: 'items' | 'sections'; id: string }) {
  const editor = useEditor()
  // As one string, so that issues of other rows do not paint this one.
  const marks = useComputed(() => marksOf(editor.issues.value.get(`${container}/${id}`) ?? []).join())
  if (marks.value === '') return null
  return (
    <div class="issue-marks">
      {marks.value.split(',').map((mark) => {
        const [severity, kind = ''] = mark.split(' ')
        return (
          <button
            type="button"
            key={mark}
            class={`issue-mark is-${severity}`}
            onClick={() => {
              editor.panel.value = { kind: 'conflicts' }
            }}
          >
            <Icon name="alert" size={16} />
            <span>{WORDS[kind]?.() ?? t('mark_other')}</span>
          </button>
        )
      })}
    </div>
  )
}

/** `error price_missing` for each kind that needs somebody, once. */
export function marksOf(issues: readonly Issue[]): readonly string[] {
  const shown = furtherIssues(issues).filter(({ severity, kind }) => severity !== 'info' && kind !== SAID_ELSEWHERE)
  return [...new Set(shown.map(({ severity, kind }) => `${severity} ${kind}`))]
}
