// The tools above the board: search, undo, what needs a decision, history, publishing, and the rest.

import { useComputed } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { Button } from '../../ui/Button'
import { IconButton } from '../../ui/IconButton'
import { Icon } from '../../ui/icons'
import { Menu } from '../../ui/Menu'
import { SearchField } from '../../ui/SearchField'
import { needingCount } from '../conflicts/needing'
import { printMenu } from '../exchange/printing'
import { scrollToThing } from '../people/following'
import { setStrictLocks } from '../people/strict-locks'
import { type Editor, type Panel, useEditor } from '../state'
import { t } from '../texts'
import { isRenaming } from './renaming'
import { redo } from './undoing'

/** The bar. onUndo: asks before it takes back what others have edited. */
export function Toolbar({ onUndo }: { onUndo: () => void }) {
  const editor = useEditor()
  const { publishing } = editor.rights.value
  return (
    <div class="toolbar" role="toolbar" aria-label={t('tools')}>
      <Search />
      <div class="tools">
        <Undo onUndo={onUndo} />
        <Needing />
        <span class="tool-history">
          <Button kind="ghost" icon="history" onClick={() => toggle(editor, { kind: 'history' })}>
            {t('history')}
          </Button>
        </span>
        <More />
        {publishing && (
          <Button kind="primary" icon="publish" onClick={() => toggle(editor, { kind: 'publish' })}>
            {t('publish')}
          </Button>
        )}
      </div>
    </div>
  )
}

function Search() {
  const editor = useEditor()
  const input = useRef<HTMLInputElement>(null)
  const found = useComputed(() => editor.found.value)
  return (
    <div class="search" data-search="">
      <SearchField
        label={t('search')}
        placeholder={t('search_placeholder')}
        value={editor.query.value}
        onValue={(value) => {
          editor.query.value = value
        }}
        inputRef={input}
        onEnter={() => {
          const first = found.value?.values().next().value
          if (first !== undefined) scrollToThing('items', first)
        }}
      />
      <span class="search-count" role="status">
        {found.value === null ? '' : t.count('found', found.value.size)}
      </span>
    </div>
  )
}

function Undo({ onUndo }: { onUndo: () => void }) {
  const editor = useEditor()
  if (editor.live.access.value === 'read') return null
  return (
    <>
      <IconButton icon="undo" label={t('undo_mine')} disabled={!editor.undo.canUndo.value} onClick={onUndo} />
      <IconButton
        icon="redo"
        label={t('redo_mine')}
        disabled={!editor.undo.canRedo.value}
        onClick={() => redo(editor)}
      />
    </>
  )
}

function Needing() {
  const editor = useEditor()
  const count = useComputed(() => needingCount(editor))
  if (count.value.all === 0) return null
  return (
    <button
      type="button"
      class={count.value.urgent > 0 ? 'needing is-urgent' : 'needing'}
      onClick={() => toggle(editor, { kind: 'conflicts' })}
    >
      <Icon name="alert" size={18} />
      <span class="needing-words">{t.count('needing', count.value.all)}</span>
      <span class="needing-count" aria-hidden="true">
        {count.value.all}
      </span>
    </button>
  )
}

function More() {
  const editor = useEditor()
  const { managing, structure } = editor.rights.value
  const isStrict = editor.locks.isStrict.value
  const open = (panel: Panel) => () => {
    editor.panel.value = panel
  }
  const items = [
    { label: t('history'), icon: 'history' as const, shortcut: 'h', onSelect: open({ kind: 'history' }) },
    { label: t('versions'), icon: 'archive' as const, onSelect: open({ kind: 'versions' }) },
    ...(structure
      ? [{ label: t('recently_deleted'), icon: 'trash' as const, onSelect: open({ kind: 'deleted' }) }]
      : []),
    ...(structure
      ? [
          {
            label: t('rename_menu'),
            icon: 'edit' as const,
            onSelect: () => {
              isRenaming.value = true
            },
          },
        ]
      : []),
    { label: t('exchange'), icon: 'download' as const, onSelect: open({ kind: 'exchange' }) },
    { label: t('print'), icon: 'print' as const, shortcut: 'Ctrl+P', onSelect: () => void printMenu(editor) },
    ...(managing
      ? [
          {
            label: t('strict_locks'),
            icon: 'lock' as const,
            checked: isStrict,
            separated: true,
            onSelect: () => void setStrictLocks(editor, !isStrict),
          },
        ]
      : []),
  ]
  return <Menu label={t('more_tools')} items={items} />
}

/** Open a panel, or close it when it is open already. */
export function toggle(editor: Editor, panel: Panel): void {
  editor.panel.value = editor.panel.peek()?.kind === panel.kind ? null : panel
}
