// Below the tickets: the bar that takes back the last bump for five seconds, and courses that are on hold.

import { useComputed } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { announce } from '../ui/announce'
import { Button } from '../ui/Button'
import { Icon } from '../ui/icons'
import { cardName, fireHeld, UNDO_MS } from './actions'
import type { Kitchen, Undoable } from './kitchen'
import { text } from './texts'

export function BottomBar({ kitchen }: { kitchen: Kitchen }) {
  const undo = kitchen.undo.value
  return (
    <div class="bottom">
      <OnHold kitchen={kitchen} />
      {undo !== null && <UndoBar key={undo.id} kitchen={kitchen} undo={undo} />}
      <TapForSound kitchen={kitchen} />
    </div>
  )
}

function UndoBar({ kitchen, undo }: { kitchen: Kitchen; undo: Undoable }) {
  const drain = useRef<HTMLSpanElement>(null)
  const words = text('bumpedBar', { table: cardName(kitchen, undo.card) })
  useEffect(() => {
    announce(words)
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches
    if (!still)
      drain.current?.animate?.([{ transform: 'scaleX(1)' }, { transform: 'scaleX(0)' }], { duration: UNDO_MS })
  }, [])
  return (
    <section class="undo-bar" aria-label={words}>
      <Icon name="check" size={26} />
      <span class="undo-words" dir="auto">
        {words}
      </span>
      <button type="button" class="undo-button" onClick={() => undo.run()}>
        <Icon name="undo" size={24} /> {text('undo')}
      </button>
      <span class="undo-drain" ref={drain} />
    </section>
  )
}

function OnHold({ kitchen }: { kitchen: Kitchen }) {
  const held = kitchen.onHold.value
  if (held.length === 0) return null
  return (
    <section class="on-hold" aria-label={text('onHold')}>
      <h2>
        <Icon name="pause" size={20} /> {text('onHold')}
      </h2>
      {held.map((one) => (
        <Button key={one.ticket.id} icon="fire" onClick={() => fireHeld(kitchen, one)}>
          {cardName(kitchen, one.ticket)} · {text('fireCourse', { course: one.ticket.course })}
        </Button>
      ))}
    </section>
  )
}

/** After a reload browsers are silent until the page is touched; the tickets are never hidden for that. */
function TapForSound({ kitchen }: { kitchen: Kitchen }) {
  const isNeeded = useComputed(
    () => kitchen.settings.value.isSetUp && kitchen.settings.value.hasSound && !kitchen.sound.isAllowed.value,
  ).value
  if (!isNeeded) return null
  return (
    <button type="button" class="tap-for-sound" onClick={() => void kitchen.sound.allow()}>
      <Icon name="soundOff" size={24} /> {text('tapForSound')}
    </button>
  )
}
