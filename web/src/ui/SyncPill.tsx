// The light that says truthfully what is saved; a press opens its panel, which is loaded when the page
// has time. The whole sentence is always its accessible name, also where only the picture fits.

import { type FunctionComponent, h } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Link } from '../core/link'
import { Icon } from './icons'
import { Popover } from './Popover'
import { pillFace } from './pill-words'
import { Spinner } from './Spinner'
import { uiText } from './texts'

type Panel = FunctionComponent<{ link: Link; close: () => void }>
const PANEL_AFTER_MS = 3000

/** The pill of a link. */
export function SyncPill({ link }: { link: Link }) {
  const state = link.sync.pill.value
  const face = pillFace(state)
  const [panel, setPanel] = useState<Panel | null>(null)
  // Loaded ahead: when the network is gone it is needed most.
  const load = () =>
    void import('./SyncPanel').then(({ SyncPanel }) => setPanel(() => SyncPanel)).catch(() => undefined)
  useEffect(() => {
    const timer = setTimeout(load, PANEL_AFTER_MS)
    return () => clearTimeout(timer)
  }, [])

  const content = (
    <>
      {face.icon === 'spinner' ? <Spinner /> : <Icon name={face.icon} size={18} />}
      <span class="pill-words">{face.words}</span>
    </>
  )
  const classes = `pill pill-${face.tone} pill-is-${state.kind}`
  return (
    <div class="pill-place">
      {/* The status speaks when it changes; the button beside it is not read again and again. */}
      <span class="visually-hidden" role="status">
        {state.kind === 'saving' || state.kind === 'quiet' ? '' : face.words}
      </span>
      {state.kind === 'update' ? (
        <button type="button" class={classes} onClick={() => void link.sync.reload()}>
          {content}
        </button>
      ) : (
        <Popover
          label={uiText('syncTitle')}
          trigger={(props) => (
            <button
              type="button"
              class={classes}
              title={face.words}
              {...props}
              onClick={() => {
                if (panel === null) load()
                props.onClick()
              }}
            >
              {content}
            </button>
          )}
        >
          {(close) => (panel === null ? <Spinner label={uiText('loading')} /> : h(panel, { link, close }))}
        </Popover>
      )}
    </div>
  )
}
