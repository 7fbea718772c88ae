// What differs between two versions, asked of the server, and again whenever the menu was edited or
// something was published meanwhile. What was shown stays until the answer is there.

import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { type DifferenceAnswer, differenceAnswerGuard, type PartDifferenceAnswer } from '../core/protocol'
import { ApiError } from '../core/session'
import { Skeleton } from '../ui/Skeleton'
import { DifferenceView } from './difference-view'
import { failureWords } from './failure-words'
import type { Editor } from './state'
import { addressOf } from './versions-panel'

const NOT_PUBLISHED = 'not_published'

/** The difference of two versions. a, b: numbers, `draft`, `published`. */
export function useDifference(editor: Editor, a: string, b: string) {
  const difference = useSignal<DifferenceAnswer | null>(null)
  const failure = useSignal<{ words: string; code: string } | null>(null)
  const asked = useSignal(0)
  const load = async (): Promise<void> => {
    asked.value += 1
    const mine = asked.peek()
    try {
      const path = `${addressOf(editor)}/versions/${a}/difference/${b}`
      const answer = await editor.link.session.api('GET', path, { guard: differenceAnswerGuard })
      if (mine !== asked.peek()) return // a later question has been asked
      difference.value = answer
      failure.value = null
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
  const view = (toolsOf?: (part: PartDifferenceAnswer) => preact.ComponentChildren) => {
    if (failure.value !== null) return <p class="field-error">{failure.value.words}</p>
    if (difference.value === null) return <Skeleton lines={5} />
    return <DifferenceView difference={difference.value} {...(toolsOf === undefined ? {} : { toolsOf })} />
  }
  /** Whether guests see nothing now, so that there is nothing to compare with. */
  const isUnpublished = (): boolean => failure.value?.code === NOT_PUBLISHED
  return { difference, isUnpublished, reload: () => void load(), view }
}
