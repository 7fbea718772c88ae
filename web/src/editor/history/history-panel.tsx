// Who changed what, and when: by stretches of work, filtered by person or dish, and the way back for
// each field. Putting back is an ordinary edit, so nothing that others wrote meanwhile is lost.

import { useComputed, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { serverNow } from '../../core/clock'
import { clockTime, whenShort } from '../../core/dates'
import { type EntryAnswer, type HistoryList, historyListGuard } from '../../core/protocol'
import { Avatar } from '../../ui/Avatar'
import { Button } from '../../ui/Button'
import { EmptyState } from '../../ui/EmptyState'
import { Field } from '../../ui/Field'
import { IconButton } from '../../ui/IconButton'
import { Select } from '../../ui/Select'
import { Skeleton } from '../../ui/Skeleton'
import { toast } from '../../ui/Toast'
import { Failed } from '../failed'
import { failureWords } from '../failure-words'
import { nameById } from '../names'
import { PanelFrame } from '../panel-frame'
import { p } from '../panel-texts'
import { goThere, isOnBoard } from '../people/go-there'
import { nameOfUser } from '../people/user-names'
import { type Editor, type Panel, useEditor } from '../state'
import { ChangeView } from './change-view'
import { byThing, type Stretch, stretchesOf, writersOf } from './history-entries'

const EVERYBODY = ''
/** How a change came, where it was not typed here. */
const DOORS: Readonly<Record<string, 'through_program' | 'from_file' | 'by_restoring' | 'by_settling'>> = {
  rest: 'through_program',
  cable: 'through_program',
  import: 'from_file',
  restore: 'by_restoring',
  resolve: 'by_settling',
}

/** The history of the menu, or of one dish. */
export function HistoryPanel({ panel }: { panel: Panel }) {
  const item = panel.kind === 'history' ? panel.item : undefined
  return <History item={item} key={item ?? ''} />
}

function History({ item }: { item: string | undefined }) {
  const editor = useEditor()
  const user = useSignal(EVERYBODY)
  const { pages, failure, load, more } = useHistory(editor, item, user.value)
  const stretches = useComputed(() => stretchesOf(pages.value ?? []))
  const writers = useSignal<readonly string[]>([])
  useEffect(() => {
    if (user.peek() === EVERYBODY) writers.value = writersOf(stretches.value)
  }, [stretches.value])
  const isLast = pages.value?.at(-1)?.next === null
  return (
    <PanelFrame
      title={item === undefined ? p('history_title') : p('history_of', { name: nameById(editor.model, 'items', item) })}
      head={
        <div class="filters">
          <Field label={p('history_by')} hideLabel>
            <Select
              value={user.value}
              options={[
                { value: EVERYBODY, label: p('history_everybody') },
                ...writers.value.map((one) => ({ value: one, label: nameOfUser(editor, one) })),
              ]}
              onValue={(chosen) => {
                user.value = chosen
              }}
            />
          </Field>
          {item !== undefined && (
            <Button
              kind="ghost"
              onClick={() => {
                editor.panel.value = { kind: 'history' }
              }}
            >
              {p('history_whole')}
            </Button>
          )}
        </div>
      }
    >
      {failure.value !== null && <Failed words={failure.value} onRetry={() => void load(null)} />}
      {pages.value === null && failure.value === null && <Skeleton lines={8} />}
      {pages.value !== null && stretches.value.length === 0 && (
        <EmptyState icon="history" title={p('history_none')}>
          {p('history_none_hint')}
        </EmptyState>
      )}
      <ol class="stretches">
        {stretches.value.map((one) => (
          <StretchView key={`${one.key} ${one.untilMs}`} stretch={one} />
        ))}
      </ol>
      {pages.value !== null && !isLast && <Button onClick={() => void more()}>{p('history_more')}</Button>}
    </PanelFrame>
  )
}

function StretchView({ stretch }: { stretch: Stretch }) {
  const editor = useEditor()
  const person = editor.everybody.value.find((one) => one.user === stretch.user)
  const name = nameOfUser(editor, stretch.user)
  const door = DOORS[stretch.door]
  const from = clockTime(stretch.sinceMs)
  const to = whenShort(stretch.untilMs, serverNow())
  return (
    <li class="stretch" style={person === undefined ? {} : { '--person': person.color }}>
      <header>
        <Avatar name={name} color={person?.color} ink={person?.ink} size="small" />
        <p>
          <strong>{name}</strong>{' '}
          <span class="note">
            {to.includes(from) ? to : p('history_times', { from, to })} · {p.count('changes', stretch.changes.length)}
            {door !== undefined && ` · ${p(door)}`}
          </span>
        </p>
      </header>
      {byThing(stretch.changes).map(({ root, id, changes }) => (
        <div class="stretch-thing" key={`${root}/${id}`}>
          {isOnBoard(editor, root, id) ? (
            <button type="button" class="link-button" dir="auto" onClick={() => goThere(editor, root, id)}>
              {nameById(editor.model, root, id)}
            </button>
          ) : (
            <strong class="stretch-gone" dir="auto">
              {id === '' ? p('the_menu') : nameById(editor.model, root, id) || p('something')}
            </strong>
          )}
          {changes.map((one) => (
            <Entry key={one.id} entry={one} />
          ))}
        </div>
      ))}
    </li>
  )
}

function Entry({ entry }: { entry: EntryAnswer }) {
  const editor = useEditor()
  const isBusy = useSignal(false)
  const putBack = async (): Promise<void> => {
    isBusy.value = true
    try {
      const path = `/api/v1/menus/${encodeURIComponent(editor.menuId)}/history/${encodeURIComponent(entry.id)}/restore`
      await editor.link.session.api('POST', path)
      toast({ text: p('put_back'), kind: 'good' })
    } catch (error) {
      toast({ text: failureWords(error), kind: 'bad' })
    } finally {
      isBusy.value = false
    }
  }
  const isNew = entry.field === ''
  return (
    <div class="entry">
      {isNew ? (
        <p class="change">{p('was_added')}</p>
      ) : (
        <ChangeView field={entry.field} before={entry.before} after={entry.after} />
      )}
      {editor.live.access.value === 'write' && !isNew && (
        <IconButton icon="undo" label={p('put_back_this')} disabled={isBusy.value} onClick={() => void putBack()} />
      )}
    </div>
  )
}

function useHistory(editor: Editor, item: string | undefined, user: string) {
  const pages = useSignal<readonly HistoryList[] | null>(null)
  const failure = useSignal<string | null>(null)
  const load = async (after: string | null): Promise<void> => {
    const query = new URLSearchParams({ limit: '100' })
    if (item !== undefined) query.set('item', item)
    if (user !== EVERYBODY) query.set('user', user)
    if (after !== null) query.set('after', after)
    const path = `/api/v1/menus/${encodeURIComponent(editor.menuId)}/history?${query}`
    try {
      const page = await editor.link.session.api('GET', path, { guard: historyListGuard })
      pages.value = after === null ? [page] : [...(pages.peek() ?? []), page]
      failure.value = null
    } catch (error) {
      failure.value = failureWords(error)
    }
  }
  // What others do while the panel is open appears in it.
  useEffect(() => {
    void load(null)
    return editor.events.onEvent((event) => {
      if (event.type === 'menu.changed' && (pages.peek()?.length ?? 0) <= 1) void load(null)
    })
  }, [editor, item, user])
  const more = (): Promise<void> => load(pages.peek()?.at(-1)?.next ?? null)
  return { pages, failure, load, more }
}
