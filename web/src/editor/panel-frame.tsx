// The frame of every panel: its title, the way out, and its content.

import type { ComponentChildren } from 'preact'
import { IconButton } from '../ui/IconButton'
import { useEditor } from './state'
import { t } from './texts'

export interface PanelFrameProps {
  title: string
  /** Under the title, such as filters. */
  head?: ComponentChildren
  /** Stays at the bottom. */
  actions?: ComponentChildren
  children?: ComponentChildren
}

/** A panel. */
export function PanelFrame({ title, head, actions, children }: PanelFrameProps) {
  const { panel } = useEditor()
  return (
    <>
      <header class="panel-head">
        <div class="panel-title">
          <h2 dir="auto">{title}</h2>
          <IconButton
            icon="close"
            label={t('close')}
            onClick={() => {
              panel.value = null
            }}
          />
        </div>
        {head}
      </header>
      <div class="panel-body">{children}</div>
      {actions !== undefined && <footer class="panel-actions">{actions}</footer>}
    </>
  )
}
