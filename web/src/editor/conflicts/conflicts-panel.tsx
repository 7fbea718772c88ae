// Everything that needs a decision, as a list: first the questions that a merge left, then what the
// server noticed. Each leads to its place.

import { useComputed, useSignal } from '@preact/signals'
import { languageName } from '../../core/i18n'
import { conflictListGuard } from '../../core/protocol'
import { Button } from '../../ui/Button'
import { EmptyState } from '../../ui/EmptyState'
import { Icon, type IconName } from '../../ui/icons'
import { toast } from '../../ui/Toast'
import { openMoveDialog } from '../board/actions'
import { failureWords } from '../failure-words'
import { nameById } from '../names'
import { PanelFrame } from '../panel-frame'
import { p } from '../panel-texts'
import { GoThere } from '../people/go-there'
import { type Editor, useEditor } from '../state'
import { FieldConflictCard } from './field-conflicts'
import { issueWords, remediesOf } from './issue-words'
import type { Issue } from './menu-events'
import { needing } from './needing'

const ICONS: Readonly<Record<Issue['severity'], IconName>> = { error: 'alert', warning: 'info', info: 'note' }

/** "2 of 3 left". */
export function ConflictsPanel(_: { panel: unknown }) {
  const editor = useEditor()
  const found = useComputed(() => needing(editor))
  const { conflicts, issues } = found.value
  const left = conflicts.length + issues.filter((one) => one.severity !== 'info').length
  const most = useSignal(left)
  if (left > most.peek()) most.value = left
  return (
    <PanelFrame
      title={p('conflicts_title')}
      head={left > 0 ? <p class="note">{p('conflicts_left', { left, of: most.value })}</p> : undefined}
    >
      {conflicts.length + issues.length === 0 && (
        <EmptyState icon="check" title={p('conflicts_none')}>
          {p('conflicts_none_hint')}
        </EmptyState>
      )}
      <div class="conflict-list">
        {conflicts.map((conflict) => (
          <div key={conflict.key}>
            <FieldConflictCard conflict={conflict} thing={nameById(editor.model, conflict.container, conflict.id)} />
            <GoThere editor={editor} root={conflict.container} id={conflict.id} />
          </div>
        ))}
        {issues.map((issue) => (
          <IssueCard key={issue.id} issue={issue} />
        ))}
      </div>
    </PanelFrame>
  )
}

function IssueCard({ issue }: { issue: Issue }) {
  const editor = useEditor()
  const isBusy = useSignal(false)
  const { root, id } = issue.target
  const resolve = async (body: object): Promise<void> => {
    isBusy.value = true
    try {
      await editor.link.session.api('POST', `/api/v1/conflicts/${encodeURIComponent(issue.id)}/resolve`, { body })
    } catch (error) {
      toast({ text: failureWords(error), kind: 'bad' })
    } finally {
      isBusy.value = false
    }
  }
  return (
    <article class={`issue is-${issue.severity}`}>
      <p>
        <Icon name={ICONS[issue.severity]} size={18} />
        <span>{issueWords(editor, issue)}</span>
      </p>
      <div class="conflict-actions">
        {editor.rights.value.structure &&
          remediesOf(editor, issue).map(({ label, body }) => (
            <Button key={label} disabled={isBusy.value} onClick={() => void resolve(body)}>
              {label}
            </Button>
          ))}
        {issue.kind === 'unplaced' && editor.rights.value.structure && (
          <Button onClick={() => openMoveDialog({ kind: 'item', id })}>{p('move_to')}</Button>
        )}
        {issue.kind === 'translations' && <ShowBeside locale={issue.target.field.replace(/^locale:/, '')} />}
        <GoThere editor={editor} root={root} id={id} />
      </div>
    </article>
  )
}

/** Where texts are missing in a language, that language is shown beside the menu's own. */
function ShowBeside({ locale }: { locale: string }) {
  const editor = useEditor()
  const [first = ''] = editor.languages.value
  const own = editor.model.meta.value.locale
  if (editor.languages.value.includes(locale)) return null
  return (
    <Button
      onClick={() => {
        editor.languages.value = locale === own ? [locale] : [first, locale]
      }}
    >
      {p('show_beside', { language: languageName(locale) })}
    </Button>
  )
}

/** The open conflicts as the server lists them now: before publishing, when no stream told of them. */
export async function askConflicts(editor: Editor): Promise<readonly Issue[]> {
  const path = `/api/v1/menus/${encodeURIComponent(editor.menuId)}/conflicts`
  const { conflicts } = await editor.link.session.api('GET', path, { guard: conflictListGuard })
  return conflicts.map(issueOf)
}

/** A conflict of a list in the form of the stream. */
export function issueOf(one: {
  id: string
  kind: string
  severity: Issue['severity']
  root: string
  part: string
  field: string
  candidates: readonly Record<string, unknown>[]
}): Issue {
  const { id, kind, severity, root, part, field } = one
  return {
    id,
    kind,
    severity,
    target: { root, id: part, field },
    candidates: one.candidates.map(({ value, user, ms }) => ({
      value,
      ...(typeof user === 'string' ? { user } : {}),
      ...(typeof ms === 'number' ? { ms } : {}),
    })),
  }
}
