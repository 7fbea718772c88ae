// Chips for what others change out of view: "Ana changed 3 items in Desserts ↓". Pressing one goes
// there; seeing it, or time, takes it away.

import { useComputed } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Icon } from '../../ui/icons'
import { nameById } from '../names'
import { type Editor, useEditor } from '../state'
import { t } from '../texts'
import { anchorOf, scrollToThing } from './following'
import { type Jump, stillNew, withChange, withoutSeen } from './jumps'
import type { RemoteChange } from './remote-changes'

const LOOK_MS = 1000

/** The chips at the edge of the board. */
export function JumpChips() {
  const editor = useEditor()
  useEffect(() => watch(editor), [editor])
  const jumps = useComputed(() => editor.jumps.value)
  if (jumps.value.length === 0) return null
  return (
    <div class="jumps">
      {jumps.value.map((jump) => (
        <JumpChip key={jump.key} jump={jump} />
      ))}
    </div>
  )
}

function JumpChip({ jump }: { jump: Jump }) {
  const editor = useEditor()
  const section = nameById(editor.model, 'sections', jump.section)
  const go = (): void => {
    const item = jump.items.at(-1) ?? ''
    if (item === '' || !scrollToThing('items', item)) scrollToThing('sections', jump.section)
    editor.jumps.value = editor.jumps.peek().filter((one) => one.key !== jump.key)
  }
  return (
    <button type="button" class="jump" style={jump.color === '' ? {} : { '--person': jump.color }} onClick={go}>
      <span>{t.count('jump', jump.items.length, { name: jump.name, section })}</span>
      <Icon name={jump.direction === 'up' ? 'up' : 'down'} size={18} />
    </button>
  )
}

function watch(editor: Editor): () => void {
  const stop = editor.changes.onChange((change) => {
    const far = farChange(editor, change)
    if (far !== null) editor.jumps.value = withChange(editor.jumps.peek(), far)
  })
  const timer = setInterval(() => {
    const jumps = editor.jumps.peek()
    if (jumps.length === 0) return
    const seen = new Set(jumps.flatMap((one) => one.items).filter((id) => whereIs('items', id) === 'here'))
    editor.jumps.value = withoutSeen(stillNew(jumps, Date.now()), seen)
  }, LOOK_MS)
  return () => {
    stop()
    clearInterval(timer)
  }
}

/** A change as a chip tells it; null when it is in view, or nowhere on the board. */
function farChange(editor: Editor, { root, id, author, atMs }: RemoteChange): ReturnType<typeof asFar> {
  if (root === 'modgroups') return null
  // A new thing is on the page only after the next paint; where its section is tells as much.
  const section = root === 'sections' ? id : (editor.model.item(id).peek()?.place[0] ?? '')
  const where = whereIs(root, id) ?? whereIs('sections', section)
  if (where === null || where === 'here') return null
  return asFar(author, section, root === 'items' ? id : '', where, atMs)
}

function asFar(
  author: RemoteChange['author'],
  section: string,
  item: string,
  direction: 'up' | 'down',
  atMs: number,
): Parameters<typeof withChange>[1] | null {
  if (author.name === '') return null
  return { author: author.user, name: author.name, color: author.color, section, item, direction, atMs }
}

function whereIs(container: 'items' | 'sections', id: string): 'here' | 'up' | 'down' | null {
  const box = document.getElementById(anchorOf(container, id))?.getBoundingClientRect()
  if (box === undefined) return null
  if (box.bottom < 60) return 'up'
  return box.top > innerHeight - 40 ? 'down' : 'here'
}
