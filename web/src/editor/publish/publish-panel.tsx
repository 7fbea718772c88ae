// What guests see, and making them see something else: what would change, what stands in the way, when
// it shall be seen, and the way back to an older version.

import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { serverNow } from '../../core/clock'
import { dayAndTime } from '../../core/dates'
import { tryCheck } from '../../core/guard'
import {
  blockedGuard,
  orderListGuard,
  type PublicationAnswer,
  type PublicationList,
  publicationListGuard,
  publishedAnswerGuard,
} from '../../core/protocol'
import { ApiError } from '../../core/session'
import { Banner } from '../../ui/Banner'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { Field } from '../../ui/Field'
import { Switch } from '../../ui/Switch'
import { TextInput } from '../../ui/TextInput'
import { toast } from '../../ui/Toast'
import { askConflicts, issueOf } from '../conflicts/conflicts-panel'
import { issueWords } from '../conflicts/issue-words'
import type { Issue } from '../conflicts/menu-events'
import { Failed } from '../failed'
import { failureWords } from '../failure-words'
import { sizeOf } from '../history/difference-view'
import { useDifference } from '../history/use-difference'
import { PanelFrame } from '../panel-frame'
import { p } from '../panel-texts'
import { type Editor, useEditor } from '../state'
import { t } from '../texts'
import { isPlanned, type Plan, planBody, planProblem } from './publish-plan'
import { addressOf } from './versions-panel'

const NOW: Plan = { isScheduled: false, starts: '', ends: '', isDaily: false, dailyFrom: '', dailyTo: '' }

/** Publishing. */
export function PublishPanel(_: { panel: unknown }) {
  const editor = useEditor()
  const publications = useSignal<PublicationList | null>(null)
  const issues = useSignal<readonly Issue[]>([])
  const name = useSignal('')
  const plan = useSignal<Plan>(NOW)
  const isBusy = useSignal(false)
  const failure = useSignal<string | null>(null)
  const difference = useDifference(editor, 'published', 'draft')
  const load = async (): Promise<void> => {
    try {
      publications.value = await editor.link.session.api('GET', `${addressOf(editor)}/publications`, {
        guard: publicationListGuard,
      })
      issues.value = await askConflicts(editor)
      failure.value = null
    } catch (error) {
      failure.value = failureWords(error)
    }
  }
  const told = editor.events.state.value
  useEffect(() => void load(), [editor, told.publications, told.issues])
  const publish = async (): Promise<void> => {
    isBusy.value = true
    try {
      const body = { ...planBody(plan.peek()), ...(name.peek().trim() === '' ? {} : { name: name.peek().trim() }) }
      const done = await editor.link.session.api('POST', `${addressOf(editor)}/versions`, {
        body,
        guard: publishedAnswerGuard,
      })
      await tellPublished(editor, done.version.number)
      name.value = ''
      plan.value = NOW
      await load()
    } catch (error) {
      const blocked = error instanceof ApiError && error.status === 409 ? tryCheck(blockedGuard, error.body) : null
      if (blocked === null) toast({ text: failureWords(error), kind: 'bad' })
      else issues.value = blocked.conflicts.map(issueOf)
    } finally {
      isBusy.value = false
    }
  }
  const errors = issues.value.filter((one) => one.severity === 'error')
  const warnings = issues.value.filter((one) => one.severity === 'warning')
  const isUnpublished = publications.value !== null && publications.value.publications.length === 0
  const isSame = difference.difference.value !== null && sizeOf(difference.difference.value) === 0
  const problem = planProblem(plan.value, serverNow())
  // Nobody publishes what they have not seen: not offline, and not while an own edit is on its way.
  const isSeen = difference.isFresh() && publications.value !== null && editor.events.isLive.value
  const retry = (): void => {
    void load()
    difference.reload()
  }
  return (
    <PanelFrame
      title={p('publish_title')}
      actions={
        <Button
          kind="primary"
          icon="publish"
          busy={isBusy.value}
          disabled={!isSeen || errors.length > 0 || problem !== null || (isSame && !isPlanned(plan.value))}
          onClick={() => void publish()}
        >
          {p(isPlanned(plan.value) ? 'publish_scheduled' : 'publish_now')}
        </Button>
      }
    >
      <div class="details">
        {errors.length > 0 && <Obstacles issues={errors} kind="bad" title={p.count('publish_errors', errors.length)} />}
        {warnings.length > 0 && (
          <Obstacles issues={warnings} kind="warn" title={p.count('publish_warnings', warnings.length)} />
        )}
        <section>
          <h3>{p('publish_changes')}</h3>
          {failure.value !== null ? (
            <Failed words={failure.value} onRetry={retry} />
          ) : isUnpublished ? (
            <p class="note">{p('publish_first')}</p>
          ) : difference.isUnpublished() ? (
            <p class="note">{p('publish_none')}</p>
          ) : isSame ? (
            <p class="note">{p('publish_same')}</p>
          ) : (
            difference.view()
          )}
        </section>
        <section>
          <h3>{p('publish_when')}</h3>
          <Schedule
            plan={plan.value}
            zone={publications.value?.time_zone ?? ''}
            onChange={(next) => {
              plan.value = next
            }}
          />
          {problem !== null && <p class="field-error">{p(problem)}</p>}
          <Field label={p('version_name')} hint={p('version_name_hint')}>
            <TextInput
              value={name.value}
              maxLength={200}
              onValue={(typed) => {
                name.value = typed
              }}
            />
          </Field>
        </section>
        {publications.value !== null && publications.value.publications.length > 0 && (
          <Standing list={publications.value} onChanged={() => void load()} />
        )}
        {!isUnpublished && (
          <Button
            kind="ghost"
            icon="archive"
            onClick={() => {
              editor.panel.value = { kind: 'versions' }
            }}
          >
            {p('older_versions')}
          </Button>
        )}
      </div>
    </PanelFrame>
  )
}

function Obstacles({ issues, kind, title }: { issues: readonly Issue[]; kind: 'bad' | 'warn'; title: string }) {
  const editor = useEditor()
  return (
    <Banner
      kind={kind}
      action={
        <Button
          onClick={() => {
            editor.panel.value = { kind: 'conflicts' }
          }}
        >
          {p('look_at_them')}
        </Button>
      }
    >
      <strong>{title}</strong>
      <ul class="obstacles">
        {issues.slice(0, 5).map((one) => (
          <li key={one.id}>{issueWords(editor, one)}</li>
        ))}
      </ul>
    </Banner>
  )
}

function Schedule({ plan, zone, onChange }: { plan: Plan; zone: string; onChange: (plan: Plan) => void }) {
  const input = (label: string, type: 'datetime-local' | 'time', key: 'starts' | 'ends' | 'dailyFrom' | 'dailyTo') => (
    <Field label={label}>
      <TextInput type={type} value={plan[key]} onValue={(value) => onChange({ ...plan, [key]: value })} />
    </Field>
  )
  return (
    <div class="schedule">
      <Switch
        label={p('schedule')}
        checked={plan.isScheduled}
        onChange={(on) => onChange({ ...plan, isScheduled: on })}
      />
      {plan.isScheduled && (
        <>
          {input(p('starts'), 'datetime-local', 'starts')}
          {input(p('ends'), 'datetime-local', 'ends')}
          <Switch
            label={p('daily')}
            hint={p('daily_hint', { zone })}
            checked={plan.isDaily}
            onChange={(on) => onChange({ ...plan, isDaily: on })}
          />
          {plan.isDaily && (
            <div class="pair">
              {input(p('daily_from'), 'time', 'dailyFrom')}
              {input(p('daily_to'), 'time', 'dailyTo')}
            </div>
          )}
        </>
      )}
    </div>
  )
}

function Standing({ list, onChanged }: { list: PublicationList; onChanged: () => void }) {
  const editor = useEditor()
  const ending = useSignal<PublicationAnswer | null>(null)
  const attempt = async (method: 'POST' | 'DELETE', path: string, words: string): Promise<void> => {
    try {
      await editor.link.session.api(
        method,
        `${addressOf(editor)}/${path}`,
        method === 'POST' ? { body: {} } : { raw: true },
      )
      toast({ text: words, kind: 'good' })
      onChanged()
    } catch (error) {
      toast({ text: failureWords(error), kind: 'bad' })
    }
  }
  return (
    <section>
      <h3>{p('publications')}</h3>
      <ul class="versions">
        {[...list.publications].reverse().map((one) => (
          <li key={one.id} class={one.is_effective ? 'publication is-effective' : 'publication'}>
            <div class="version-words">
              <strong>
                v{one.version} {one.is_effective && <span class="note">{p('guests_see_it')}</span>}
              </strong>
              <span class="note">{whenWords(one)}</span>
            </div>
            {!one.is_effective && (
              <Button
                onClick={() =>
                  void attempt('POST', `versions/${one.version}/publish`, p('published_again', { number: one.version }))
                }
              >
                {p('roll_back')}
              </Button>
            )}
            <Button
              kind="ghost"
              onClick={() => {
                ending.value = one
              }}
            >
              {p('end_it')}
            </Button>
          </li>
        ))}
      </ul>
      <EndDialog
        publication={ending.value}
        isLast={list.publications.length === 1}
        onClose={() => {
          ending.value = null
        }}
        onEnd={({ id }) => void attempt('DELETE', `publications/${encodeURIComponent(id)}`, p('publication_ended'))}
      />
    </section>
  )
}

/** Ending what guests see may leave them without a menu: that is asked first. */
function EndDialog(props: {
  publication: PublicationAnswer | null
  isLast: boolean
  onClose: () => void
  onEnd: (publication: PublicationAnswer) => void
}) {
  const { publication } = props
  if (publication === null) return null
  return (
    <Dialog
      title={p('end_title', { number: publication.version })}
      open
      onClose={props.onClose}
      actions={
        <>
          <Button onClick={props.onClose}>{t('cancel')}</Button>
          <Button
            kind="danger"
            onClick={() => {
              props.onClose()
              props.onEnd(publication)
            }}
          >
            {p('end_it')}
          </Button>
        </>
      }
    >
      <p>{p(!publication.is_effective ? 'end_hint_later' : props.isLast ? 'end_hint_last' : 'end_hint_rest')}</p>
    </Dialog>
  )
}

function whenWords({ starts_at, ends_at, daily_from, daily_to }: PublicationAnswer): string {
  const from = dayAndTime(Date.parse(starts_at))
  const span = ends_at === null ? p('since', { from }) : p('from_to', { from, to: dayAndTime(Date.parse(ends_at)) })
  return daily_from === null || daily_to === null
    ? span
    : `${span}, ${p('daily_times', { from: daily_from, to: daily_to })}`
}

/** "Published v42 – 3 tables are ordering now", when that can be known. */
async function tellPublished(editor: Editor, number: number): Promise<void> {
  const restaurant = encodeURIComponent(editor.link.session.restaurant.peek())
  let tables = 0
  try {
    const path = `/api/v1/orders?open=true&restaurant=${restaurant}`
    const { orders } = await editor.link.session.api('GET', path, { guard: orderListGuard })
    tables = new Set(orders.map((one) => one.table_id).filter((id) => id !== null)).size
  } catch {
    // Who publishes need not be allowed to see orders.
  }
  toast({
    text: tables === 0 ? p('published', { number }) : p.count('published_with', tables, { number }),
    kind: 'good',
    seconds: 8,
  })
}
