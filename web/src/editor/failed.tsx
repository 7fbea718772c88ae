// What stands in a panel in the place of an answer that did not come: why, and the way to ask again. It
// asks by itself when the line is back.

import { useEffect, useRef } from 'preact/hooks'
import { Button } from '../ui/Button'
import { p } from './panel-texts'
import { useEditor } from './state'

/** A failure and its remedy. */
export function Failed({ words, onRetry }: { words: string; onRetry: () => void }) {
  const { events } = useEditor()
  const isLive = events.isLive.value
  const wasLive = useRef(isLive)
  useEffect(() => {
    if (isLive && !wasLive.current) onRetry()
    wasLive.current = isLive
  }, [isLive])
  return (
    <div class="failed" role="alert">
      <p class="field-error">{words}</p>
      <Button icon="refresh" onClick={onRetry}>
        {p('try_again')}
      </Button>
    </div>
  )
}
