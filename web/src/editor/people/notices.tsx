// Questions of other people to me: somebody asks for a field that I hold. They go with the lock.

import { type Signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { LockAsked } from '../../core/yjs/locks'
import { announce } from '../../ui/announce'
import { Button } from '../../ui/Button'
import { fieldWords } from '../fields/field-words'
import { nameById } from '../names'
import { type Editor, useEditor } from '../state'
import { t } from '../texts'

const ONE_MINUTE_MS = 60_000
const KEEP_EVERY_MS = 8_000

/** A card for each question. */
export function Notices() {
  const editor = useEditor()
  const asked: Signal<readonly LockAsked[]> = useSignal([])
  useEffect(() => {
    return editor.locks.onAsked((one) => {
      announce(t('asks_for', { name: one.name, what: whatOf(editor, one.field) }))
      asked.value = [...asked.peek().filter((other) => other.field !== one.field), one]
    })
  }, [editor])
  const standing = asked.value.filter((one) => editor.locks.held.value.get(one.field)?.isMine === true)
  if (standing.length === 0) return null
  const done = (one: LockAsked): void => {
    asked.value = asked.peek().filter((other) => other !== one)
  }
  return (
    <div class="notices">
      {standing.map((one) => (
        <AskedFor key={one.field} asked={one} onDone={() => done(one)} />
      ))}
    </div>
  )
}

function AskedFor({ asked, onDone }: { asked: LockAsked; onDone: () => void }) {
  const editor = useEditor()
  const [, id = '', field = ''] = asked.field.split('/').map(decodeURIComponent)
  const color = editor.everybody.value.find((one) => !one.isMe && one.user === asked.user)?.color
  const what = whatOf(editor, asked.field)
  return (
    <div
      class="notice-card"
      role="alertdialog"
      aria-label={t('asks_for', { name: asked.name, what })}
      style={color === undefined ? {} : { '--person': color }}
      // A press must not take the focus out of the field: leaving it gives it back.
      onMouseDown={(event) => event.preventDefault()}
    >
      <p>{t('asks_for', { name: asked.name, what })}</p>
      <div class="notice-actions">
        <Button
          kind="primary"
          onClick={() => {
            blurField(asked.field)
            void editor.locks.release(id, field)
            onDone()
          }}
        >
          {t('release')}
        </Button>
        <Button
          onClick={() => {
            keepForAMinute(() => editor.locks.keep(id, field))
            onDone()
          }}
        >
          {t('keep_minute')}
        </Button>
      </div>
    </div>
  )
}

/** "the price of Soup". */
function whatOf(editor: Editor, path: string): string {
  const [root = '', id = '', field = ''] = path.split('/').map(decodeURIComponent)
  return t('field_of', { field: fieldWords(editor, root, field), thing: nameById(editor.model, root, id) })
}

function keepForAMinute(keep: () => void): void {
  const until = Date.now() + ONE_MINUTE_MS
  const timer = setInterval(() => {
    if (Date.now() > until) clearInterval(timer)
    else keep()
  }, KEEP_EVERY_MS)
}

/** Leaving the field writes what was typed, before it is given away. */
function blurField(path: string): void {
  document.querySelector<HTMLElement>(`[data-path="${CSS.escape(path)}"]`)?.blur()
}
