// The menu as it is worked on: all sections one below the other, the tray, and what is said when there
// is nothing to show.

import { useComputed } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { Button } from '../../ui/Button'
import { EmptyState } from '../../ui/EmptyState'
import { Skeleton } from '../../ui/Skeleton'
import { useEditor } from '../state'
import { t } from '../texts'
import { addSection } from './actions'
import { keepFocus } from './focus-order'
import { LanguageHeads } from './language-heads'
import { SectionBlock } from './section-block'

/** All sections. */
export function Board() {
  const editor = useEditor()
  const sections = useComputed(() => editor.model.sections.value)
  const { structure } = editor.rights.value
  const restore = keepFocus()
  useLayoutEffect(restore, [sections.value])
  const root = useRef<HTMLDivElement>(null)
  useDragging(root)
  useEffect(() => editor.rows.start(), [editor])
  return (
    <div class="board" data-fields="" ref={root}>
      <header class="menu-head">
        <p class="menu-title" dir="auto" aria-hidden="true">
          {editor.title.value || editor.menuId}
        </p>
        <LanguageHeads />
      </header>
      <p id="drag-help" class="visually-hidden">
        {t('drag_help')}
      </p>
      {sections.value.map((id) => (
        <SectionBlock key={id} id={id} />
      ))}
      <SectionBlock id="" key="tray" />
      <Nothing count={sections.value.length} />
      {structure && sections.value.length > 0 && editor.found.value === null && (
        <div class="add-section">
          <Button icon="add" onClick={() => addSection(editor)} data-next="">
            {t('add_section')}
          </Button>
        </div>
      )}
    </div>
  )
}

/** Load what dragging needs once the board stands. */
function useDragging(root: { readonly current: HTMLElement | null }): void {
  const editor = useEditor()
  useEffect(() => {
    let stop: (() => void) | null = () => {}
    void import('./drag').then(({ followDrags }) => {
      if (stop !== null && root.current !== null) stop = followDrags(root.current, editor)
    })
    return () => {
      stop?.()
      stop = null
    }
  }, [editor])
}

function Nothing({ count }: { count: number }) {
  const editor = useEditor()
  const found = editor.found.value
  if (found !== null && found.size === 0) {
    return (
      <EmptyState
        icon="search"
        title={t('found_nothing', { query: editor.query.value.trim() })}
        action={
          <Button
            onClick={() => {
              editor.query.value = ''
            }}
          >
            {t('search_clear')}
          </Button>
        }
      >
        {t('found_nothing_hint')}
      </EmptyState>
    )
  }
  if (count > 0 || found !== null || editor.model.itemsOf('').value.length > 0) return null
  const { structure } = editor.rights.value
  return (
    <EmptyState
      icon="book"
      title={t('empty_title')}
      action={
        structure && (
          <Button kind="primary" icon="add" onClick={() => addSection(editor)}>
            {t('empty_action')}
          </Button>
        )
      }
    >
      {t(structure ? 'empty_hint' : 'empty_read_only')}
    </EmptyState>
  )
}

/** The shape of a menu while nothing of it is here yet. */
export function BoardSkeleton() {
  return (
    <div class="board is-loading" role="status" aria-label={t('loading')}>
      {[4, 3].map((rows) => (
        <div class="section" key={rows}>
          <div class="skeleton-title">
            <Skeleton />
          </div>
          {Array.from({ length: rows }, (_, row) => (
            <div class="item" key={row}>
              <div class="item-words">
                <Skeleton lines={2} />
              </div>
            </div>
          ))}
        </div>
      ))}
    </div>
  )
}
