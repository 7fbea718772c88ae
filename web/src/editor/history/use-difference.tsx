// What differs between two versions, asked of the server, and again whenever the menu was edited or
// something was published meanwhile. What was shown stays until the answer is there; an edit of this page
// is in the answer as soon as it is saved.

import { effect, type Signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type * as Y from 'yjs'
import { type DifferenceAnswer, differenceAnswerGuard, type PartDifferenceAnswer } from '../../core/protocol'
import { ApiError } from '../../core/session'
import { Skeleton } from '../../ui/Skeleton'
import { Failed } from '../failed'
import { failureWords } from '../failure-words'
import { addressOf } from '../publish/versions-panel'
import type { Editor } from '../state'
import { DifferenceView } from './difference-view'

const NOT_PUBLISHED = 'not_published'
const PAUSE_MS = 400 // while somebody types

/** The difference of two versions. a, b: numbers, `draft`, `published`. */
export function useDifference(editor: Editor, a: string, b: string) {
  const difference = useSignal<DifferenceAnswer | null>(null)
  const failure = useSignal<{ words: string; code: string } | null>(null)
  const asked = useSignal(0)
  const edits = useSignal(0) // of this page
  const told = useSignal(0) // how many of them the answer knows
  const load = async (): Promise<void> => {
    asked.value += 1
    const mine = asked.peek()
    const known = edits.peek()
    try {
      const path = `${addressOf(editor)}/versions/${a}/difference/${b}`
      const answer = await editor.link.session.api('GET', path, { guard: differenceAnswerGuard })
      if (mine !== asked.peek()) return // a later question has been asked
      difference.value = answer
      failure.value = null
      if (editor.live.unsynced.peek() === 0) told.value = known
    } catch (error) {
      if (mine !== asked.peek()) return
      difference.value = null
      failure.value = { words: failureWords(error), code: error instanceof ApiError ? error.code : '' }
    }
  }
  useEffect(() => {
    difference.value = null
    failure.value = null
    void load()
    return editor.events.onEvent(({ type }) => {
      if (type.startsWith('menu.') || type.startsWith('publication.')) void load()
    })
  }, [editor, a, b])
  useEffect(() => followOwnEdits(editor, edits, told, load), [editor, a, b])
  const view = (toolsOf?: (part: PartDifferenceAnswer) => preact.ComponentChildren) => {
    if (failure.value !== null) return <Failed words={failure.value.words} onRetry={() => void load()} />
    if (difference.value === null) return <Skeleton lines={5} />
    return <DifferenceView difference={difference.value} {...(toolsOf === undefined ? {} : { toolsOf })} />
  }
  /** Whether guests see nothing now, so that there is nothing to compare with. */
  const isUnpublished = (): boolean => failure.value?.code === NOT_PUBLISHED
  /** Whether what is shown is how things stand, with all that was edited on this page. */
  const isFresh = (): boolean => edits.value === told.value && (difference.value !== null || isUnpublished())
  return { difference, isUnpublished, isFresh, reload: () => void load(), view }
}

/** Count what is edited on this page, and ask again once it is saved. */
function followOwnEdits(
  { live }: Editor,
  edits: Signal<number>,
  told: Signal<number>,
  load: () => Promise<void>,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const count = ({ local, changed }: Y.Transaction): void => {
    if (local && changed.size > 0) edits.value += 1
  }
  const ask = (): void => {
    if (live.unsynced.peek() === 0) void load()
  }
  live.doc.on('afterTransaction', count)
  const stop = effect(() => {
    void live.unsynced.value
    if (edits.value === told.value) return
    clearTimeout(timer)
    timer = setTimeout(ask, PAUSE_MS)
  })
  return () => {
    live.doc.off('afterTransaction', count)
    clearTimeout(timer)
    stop()
  }
}
