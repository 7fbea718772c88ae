// The versions that were kept: named, published and automatic ones. Two can be compared; one dish, one
// section or everything can be brought back, as edits that go forward. Rolling back is showing an older
// one to guests again; what is edited stays as it is.

import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { dayAndTime } from '../../core/dates'
import {
  type PartDifferenceAnswer,
  publicationListGuard,
  type VersionAnswer,
  versionListGuard,
} from '../../core/protocol'
import { Button } from '../../ui/Button'
import { Chip } from '../../ui/Chip'
import { Dialog } from '../../ui/Dialog'
import { Field } from '../../ui/Field'
import { Select } from '../../ui/Select'
import { Skeleton } from '../../ui/Skeleton'
import { TextInput } from '../../ui/TextInput'
import { toast } from '../../ui/Toast'
import { Failed } from '../failed'
import { failureWords } from '../failure-words'
import { useDifference } from '../history/use-difference'
import { PanelFrame } from '../panel-frame'
import { p } from '../panel-texts'
import { nameOfUser } from '../people/user-names'
import { type Editor, useEditor } from '../state'

const DRAFT = 'draft'

/** All versions, the newest first. */
export function VersionsPanel(_: { panel: unknown }) {
  const editor = useEditor()
  const versions = useSignal<readonly VersionAnswer[] | null>(null)
  const next = useSignal<number | null>(null)
  const failure = useSignal<string | null>(null)
  const chosen = useSignal<VersionAnswer | null>(null)
  const effective = useSignal<number | null>(null)
  const load = async (after: number | null): Promise<void> => {
    try {
      const path = `${addressOf(editor)}/versions?limit=50${after === null ? '' : `&after=${after}`}`
      const page = await editor.link.session.api('GET', path, { guard: versionListGuard })
      versions.value = after === null ? page.versions : [...(versions.peek() ?? []), ...page.versions]
      next.value = page.next
      const list = `${addressOf(editor)}/publications`
      const { publications } = await editor.link.session.api('GET', list, { guard: publicationListGuard })
      effective.value = publications.find((one) => one.is_effective)?.version ?? null
      failure.value = null
    } catch (error) {
      failure.value = failureWords(error)
    }
  }
  useEffect(() => void load(null), [editor, editor.events.state.value.publications])
  if (chosen.value !== null) {
    return (
      <OneVersion
        version={chosen.value}
        versions={versions.value ?? []}
        isEffective={chosen.value.number === effective.value}
        onBack={() => {
          chosen.value = null
        }}
        onChanged={() => void load(null)}
      />
    )
  }
  return (
    <PanelFrame title={p('versions_title')} head={<p class="note">{p('versions_hint')}</p>}>
      {failure.value !== null && <Failed words={failure.value} onRetry={() => void load(null)} />}
      {versions.value === null && failure.value === null && <Skeleton lines={6} />}
      <ul class="versions">
        {versions.value?.map((one) => (
          <li key={one.number}>
            <button
              type="button"
              class="version"
              onClick={() => {
                chosen.value = one
              }}
            >
              <span class="version-number">v{one.number}</span>
              <span class="version-words">
                <strong dir="auto">{one.name ?? p(`version_${one.kind}`)}</strong>
                <span class="note">
                  {dayAndTime(Date.parse(one.created_at))} · {nameOfUser(editor, one.created_by)}
                </span>
              </span>
              {one.number === effective.value ? (
                <Chip tone="good" icon="eye">
                  {p('guests_now')}
                </Chip>
              ) : (
                one.kind === 'published' && one.name !== null && <Chip>{p('published_chip')}</Chip>
              )}
            </button>
          </li>
        ))}
      </ul>
      {next.value !== null && <Button onClick={() => void load(next.peek())}>{p('history_more')}</Button>}
    </PanelFrame>
  )
}

interface OneVersionProps {
  version: VersionAnswer
  versions: readonly VersionAnswer[]
  /** Whether guests see it now. */
  isEffective: boolean
  onBack: () => void
  onChanged: () => void
}

function OneVersion({ version, versions, isEffective, onBack, onChanged }: OneVersionProps) {
  const editor = useEditor()
  const other = useSignal<string>(DRAFT)
  const asking = useSignal<'restore' | 'show' | null>(null)
  const notAsking = (): void => {
    asking.value = null
  }
  const name = useSignal(version.name ?? '')
  const difference = useDifference(editor, String(version.number), other.value)
  const { publishing, structure } = editor.rights.value
  const restore = async (body: object, words: string): Promise<void> => {
    notAsking()
    await attempt(async () => {
      await editor.link.session.api('POST', `${addressOf(editor)}/restore`, {
        body: { version: version.number, ...body },
      })
      toast({ text: words, kind: 'good' })
    })
    difference.reload()
  }
  const show = async (): Promise<void> => {
    notAsking()
    await attempt(async () => {
      await editor.link.session.api('POST', `${addressOf(editor)}/versions/${version.number}/publish`, { body: {} })
      toast({ text: p('published_again', { number: version.number }), kind: 'good' })
      onChanged()
    })
  }
  const rename = (): Promise<void> =>
    attempt(async () => {
      const body = { name: name.peek().trim() === '' ? null : name.peek().trim() }
      await editor.link.session.api('PATCH', `${addressOf(editor)}/versions/${version.number}`, { body })
      toast({ text: p('name_kept'), kind: 'good' })
      onChanged()
    })
  const canRestore = structure && other.value === DRAFT
  return (
    <PanelFrame
      title={p('version_number', { number: version.number })}
      head={
        <div class="filters">
          <Button kind="ghost" icon="back" onClick={onBack}>
            {p('versions_title')}
          </Button>
          <Field label={p('compared_with')}>
            <Select
              value={other.value}
              options={[
                { value: DRAFT, label: p('as_it_is') },
                ...versions
                  .filter((one) => one.number !== version.number)
                  .map((one) => ({
                    value: String(one.number),
                    label: `v${one.number}${one.name === null ? '' : ` – ${one.name}`}`,
                  })),
              ]}
              onValue={(chosen) => {
                other.value = chosen
              }}
            />
          </Field>
        </div>
      }
      actions={
        <>
          {publishing && !isEffective && (
            <Button
              onClick={() => {
                asking.value = 'show'
              }}
            >
              {p('show_guests')}
            </Button>
          )}
          {canRestore && (
            <Button
              onClick={() => {
                asking.value = 'restore'
              }}
            >
              {p('restore_all')}
            </Button>
          )}
        </>
      }
    >
      <div class="details">
        {publishing && (
          <form
            class="new-code"
            onSubmit={(event) => {
              event.preventDefault()
              void rename()
            }}
          >
            <Field label={p('version_name')}>
              <TextInput
                value={name.value}
                maxLength={200}
                onValue={(typed) => {
                  name.value = typed
                }}
              />
            </Field>
            <Button type="submit">{p('save')}</Button>
          </form>
        )}
        {difference.view(
          canRestore
            ? (part) =>
                // What came later is no part of that version; it can be deleted on the board.
                part.change !== 'added' && (
                  <Button kind="ghost" icon="undo" onClick={() => void restore(restoreOf(part), p('put_back'))}>
                    {p('restore')}
                  </Button>
                )
            : undefined,
        )}
      </div>
      <Dialog
        title={p('restore_all_title', { number: version.number })}
        open={asking.value === 'restore'}
        onClose={notAsking}
        actions={
          <Button
            kind="primary"
            onClick={() => void restore({ what: 'everything' }, p('brought_back', { number: version.number }))}
          >
            {p('restore_all')}
          </Button>
        }
      >
        <p>{p('restore_all_hint')}</p>
      </Dialog>
      <Dialog
        title={p('version_number', { number: version.number })}
        open={asking.value === 'show'}
        onClose={notAsking}
        actions={
          <Button kind="primary" onClick={() => void show()}>
            {p('show_guests')}
          </Button>
        }
      >
        <p>{p('show_guests_hint')}</p>
      </Dialog>
    </PanelFrame>
  )
}

function restoreOf(part: PartDifferenceAnswer): object {
  const what = part.root === 'items' ? 'item' : part.root === 'sections' ? 'section' : 'group'
  return { what, id: part.id }
}

/** The address of the menu in the REST API. */
export function addressOf({ menuId }: Pick<Editor, 'menuId'>): string {
  return `/api/v1/menus/${encodeURIComponent(menuId)}`
}

async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    toast({ text: failureWords(error), kind: 'bad' })
  }
}
