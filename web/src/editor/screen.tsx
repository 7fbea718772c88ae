// The board with what belongs to it: tools, sections at a glance, panels, chips and the keyboard.

import { effect, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { Banner } from '../ui/Banner'
import { Button } from '../ui/Button'
import { toast } from '../ui/Toast'
import { useKeyboard } from './bar/keyboard'
import { Toolbar } from './bar/toolbar'
import { undo } from './bar/undoing'
import { Board } from './board/board'
import { Outline } from './board/outline'
import type { Question } from './late'
import { lateParts, loadLateParts } from './late-parts'
import { PanelSlot } from './panel-slot'
import { useEditor } from './state'
import { useStickyHeights } from './sticky-heights'
import { t } from './texts'

const CONFLICTS = 'conflicts'

/** Everything while a menu is open. */
export function Screen() {
  const editor = useEditor()
  const question = useSignal<Question | null>(null)
  const ask = async (name: string): Promise<boolean> => {
    await loadLateParts()
    if (lateParts.peek() === null) return false // nothing can ask: then nothing is taken away
    return new Promise((answer) => {
      question.value = { name, answer }
    })
  }
  const takeBack = useRef(() => void undo(editor, ask)).current
  useKeyboard(editor, takeBack)
  useNotices(editor)
  useAttention(editor)
  useStickyHeights()
  useEffect(() => void loadLateParts(), [])
  const Late = lateParts.value?.Late
  const hasPanel = editor.panel.value !== null
  const answer = (yes: boolean): void => {
    question.value?.answer(yes)
    question.value = null
  }
  return (
    <>
      <Toolbar onUndo={takeBack} />
      <Standing />
      <div class={hasPanel ? 'desk has-panel' : 'desk'}>
        <Outline />
        <Board />
        <PanelSlot />
      </div>
      {Late !== undefined && <Late question={question.value} onAnswer={answer} />}
    </>
  )
}

/** What holds for the whole menu: it may only be read, or the server is newer. */
function Standing() {
  const { live, rights, locks } = useEditor()
  if (live.state.value === 'newer') {
    return (
      <Banner kind="warn" action={<Button onClick={() => location.reload()}>{t('reload')}</Button>}>
        {t('newer')}
      </Banner>
    )
  }
  if (live.access.value === 'read') return <Banner icon="eye">{t('read_only')}</Banner>
  const { structure, notes } = rights.value
  if (live.access.value === 'write' && !structure) {
    return <Banner icon="info">{t(notes ? 'notes_only' : 'texts_only')}</Banner>
  }
  if (locks.isStrict.value) return <Banner icon="lock">{t('strict_notice')}</Banner>
  return null
}

/** Tell the pill what waits for a decision. */
function useAttention(editor: ReturnType<typeof useEditor>): void {
  useEffect(() => {
    const { attention } = editor.link.sync
    const without = () => attention.peek().filter((one) => one.id !== CONFLICTS)
    const stop = effect(() => {
      const count = editor.model.conflicts.value.length
      const open = (): void => {
        editor.panel.value = { kind: 'conflicts' }
      }
      const mine = count === 0 ? [] : [{ id: CONFLICTS, text: t.count('needing', count), open }]
      attention.value = [...without(), ...mine]
    })
    return () => {
      stop()
      attention.value = without()
    }
  }, [editor])
}

/** Say what the server did to my edits. */
function useNotices(editor: ReturnType<typeof useEditor>): void {
  useEffect(() => {
    const stop = editor.live.notices((notice) => {
      if (notice.code === 'locked') toast({ text: t('set_back_locked'), kind: 'warn' })
      else if (notice.code === 'saving_paused') toast({ text: t('saving_paused'), kind: 'warn' })
      else if (notice.field !== undefined) toast({ text: t('set_back', { reason: notice.reason }), kind: 'warn' })
    })
    return stop
  }, [editor])
}
