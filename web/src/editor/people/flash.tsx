// The second in which something that somebody else changed is tinted in their colour.

import { useComputed } from '@preact/signals'
import { useEditor } from '../state'
import type { RemoteChange, Root } from './remote-changes'

/** The change to show now; null: none. */
export function useFlash(root: Root, id: string): RemoteChange | null {
  const { changes } = useEditor()
  return useComputed(() => changes.latest(root, id).value).value
}

/** The name of whoever changed it. */
export function FlashChip({ change }: { change: RemoteChange | null }) {
  if (change === null || change.author.name === '') return null
  return (
    <span class="flash-chip" aria-hidden="true" key={change.atMs}>
      {change.author.name}
    </span>
  )
}
