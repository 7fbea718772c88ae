// The parts of the screen that come after the board: see late.tsx.

import { type ReadonlySignal, signal } from '@preact/signals'

type Parts = typeof import('./late')

const loaded = signal<Parts | null>(null)

/** Null until they are here. */
export const lateParts: ReadonlySignal<Parts | null> = loaded

/** Load them; once. Offline, and not kept on this device: the next call tries again. */
export async function loadLateParts(): Promise<void> {
  if (loaded.peek() !== null) return
  try {
    loaded.value = await import('./late')
  } catch {
    // The board works without them.
  }
}
