// What stands beside the board, loaded when it is first asked for. On a narrow page it covers it.

import { useSignal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { textsReady } from '../core/i18n'
import { Button } from '../ui/Button'
import { Skeleton } from '../ui/Skeleton'
import { type Editor, type Panel, useEditor } from './state'
import { t } from './texts'

type View = ComponentType<{ panel: Panel }>

async function load(kind: Panel['kind']): Promise<View> {
  switch (kind) {
    case 'details':
      return (await import('./details/details-panel')).DetailsPanel
    case 'section':
      return (await import('./details/section-panel')).SectionPanel
    case 'history':
      return (await import('./history/history-panel')).HistoryPanel
    case 'versions':
      return (await import('./publish/versions-panel')).VersionsPanel
    case 'publish':
      return (await import('./publish/publish-panel')).PublishPanel
    case 'conflicts':
      return (await import('./conflicts/conflicts-panel')).ConflictsPanel
    case 'deleted':
      return (await import('./history/deleted-panel')).DeletedPanel
    case 'exchange':
      return (await import('./exchange/exchange-panel')).ExchangePanel
  }
}

/** The open panel. */
export function PanelSlot() {
  const editor = useEditor()
  const panel = editor.panel.value
  return panel === null ? null : <Slot panel={panel} editor={editor} />
}

function Slot({ panel, editor }: { panel: Panel; editor: Editor }) {
  const view = useSignal<{ kind: Panel['kind']; View: View | null } | null>(null)
  const root = useRef<HTMLElement>(null)
  const before = useRef<Element | null>(document.activeElement)
  useEffect(() => {
    let isOver = false
    const put = (View: View | null): void => {
      if (!isOver) view.value = { kind: panel.kind, View }
    }
    load(panel.kind).then(
      // Its words come with it; in English only when they cannot be had.
      (View) => textsReady().then(() => put(View)),
      () => put(null), // offline, and not kept on this device
    )
    return () => {
      isOver = true
    }
  }, [panel.kind])
  useEffect(() => {
    root.current?.focus({ preventScroll: true })
    return () => {
      if (before.current instanceof HTMLElement && before.current.isConnected) {
        before.current.focus({ preventScroll: true })
      }
    }
  }, [])
  const close = (): void => {
    editor.panel.value = null
  }
  const loaded = view.value?.kind === panel.kind ? view.value : null
  return (
    <aside
      class="panel"
      ref={root}
      tabIndex={-1}
      aria-label={t('panel')}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return
        event.stopPropagation()
        close()
      }}
    >
      {loaded === null ? (
        <div class="panel-body">
          <Skeleton lines={6} />
        </div>
      ) : loaded.View === null ? (
        <div class="panel-body">
          <p>{t('panel_missing')}</p>
          <Button onClick={close}>{t('close')}</Button>
        </div>
      ) : (
        <loaded.View panel={panel} />
      )}
    </aside>
  )
}
