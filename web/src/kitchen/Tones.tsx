// The tones to listen to, so that everybody in the kitchen knows what they mean.

import { Button } from '../ui/Button'
import type { Kitchen } from './kitchen'
import type { Tone } from './sound'
import { text } from './texts'

const TONES = [
  ['new', 'toneNew'],
  ['changed', 'toneChanged'],
  ['late', 'toneLate'],
  ['ready', 'toneReady'],
] as const satisfies readonly (readonly [Tone, string])[]

export function Tones({ kitchen }: { kitchen: Kitchen }) {
  const listen = async (tone: Tone): Promise<void> => {
    if (await kitchen.sound.allow()) kitchen.sound.play(tone, true)
  }
  return (
    <div class="tones">
      {TONES.map(([tone, key]) => (
        <Button key={tone} icon="play" onClick={() => void listen(tone)}>
          {text(key)}
        </Button>
      ))}
    </div>
  )
}
