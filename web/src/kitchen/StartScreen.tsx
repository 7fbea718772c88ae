// The first thing on a new screen: which station it is, and the tap that lets the browser make sounds.
// Later starts show the tickets at once; only the tap for the sound is asked for, below them.

import { Brand } from '../ui/Brand'
import { Button } from '../ui/Button'
import { Icon } from '../ui/icons'
import type { Kitchen } from './kitchen'
import { StationChoice } from './StationChoice'
import { text } from './texts'

export function StartScreen({ kitchen }: { kitchen: Kitchen }) {
  const start = async (hasSound: boolean): Promise<void> => {
    kitchen.settings.value = { ...kitchen.settings.value, isSetUp: true, hasSound }
    if (hasSound && (await kitchen.sound.allow())) kitchen.sound.play('new', true)
  }
  return (
    <main class="start-screen">
      <div class="start-card">
        <Brand />
        <h1>{text('startTitle')}</h1>
        <p class="hint">{text('startHint')}</p>
        <StationChoice kitchen={kitchen} />
        <button type="button" class="start-button" onClick={() => void start(true)}>
          <Icon name="sound" size={32} /> {text('startWithSound')}
        </button>
        <Button kind="ghost" onClick={() => void start(false)}>
          {text('startSilent')}
        </Button>
      </div>
    </main>
  )
}
