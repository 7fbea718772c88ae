// Tones made by the browser itself: no file to load, so they are there offline. Browsers play nothing
// before the page was touched once; `isAllowed` says whether that has happened.

import { type ReadonlySignal, signal } from '@preact/signals'

export type Tone = 'new' | 'changed' | 'late' | 'ready'

interface Note {
  readonly hertz: number
  readonly atMs: number
  readonly forMs: number
}

// A kitchen is loud below 1 kHz; the tones differ in rhythm and direction, not in pitch alone.
const TONES: Readonly<Record<Tone, { readonly wave: OscillatorType; readonly notes: readonly Note[] }>> = {
  new: { wave: 'triangle', notes: [note(1047, 0, 160), note(1568, 150, 320)] },
  changed: { wave: 'square', notes: [note(1319, 0, 90), note(1319, 140, 90), note(988, 280, 220)] },
  late: {
    wave: 'sawtooth',
    notes: [note(1760, 0, 180), note(1397, 200, 180), note(1760, 400, 180), note(1397, 600, 260)],
  },
  ready: { wave: 'sine', notes: [note(784, 0, 140), note(988, 130, 140), note(1319, 260, 380)] },
}
const RANK: readonly Tone[] = ['ready', 'changed', 'new', 'late']
const APART_MS = 1200

/** The loudspeaker of a screen. */
export class Sound {
  readonly #isAllowed = signal(false)
  readonly isAllowed: ReadonlySignal<boolean> = this.#isAllowed
  volume = 0.7
  isOn = true
  #context: AudioContext | null = null
  #lastMs = Number.NEGATIVE_INFINITY

  /** Call it from a tap or key: only then browsers allow sound. */
  async allow(): Promise<boolean> {
    try {
      this.#context ??= new AudioContext()
      if (this.#context.state !== 'running') await this.#context.resume()
      this.#isAllowed.value = this.#context.state === 'running'
    } catch {
      this.#isAllowed.value = false
    }
    return this.#isAllowed.value
  }

  /** Play a tone, unless one has just been played; answers whether it was. */
  play(tone: Tone, isTest = false): boolean {
    const context = this.#context
    const nowMs = performance.now()
    if (context === null || (!this.isOn && !isTest) || (nowMs - this.#lastMs < APART_MS && !isTest)) return false
    this.#lastMs = nowMs
    for (const one of TONES[tone].notes) strike(context, one, TONES[tone].wave, this.volume)
    return true
  }
}

/** The one of several that matters most. */
export function mostUrgent(tones: Iterable<Tone>): Tone | null {
  const given = new Set(tones)
  return [...RANK].reverse().find((tone) => given.has(tone)) ?? null
}

function note(hertz: number, atMs: number, forMs: number): Note {
  return { hertz, atMs, forMs }
}

function strike(context: AudioContext, one: Note, wave: OscillatorType, volume: number): void {
  const start = context.currentTime + one.atMs / 1000
  const end = start + one.forMs / 1000
  const oscillator = context.createOscillator()
  const gain = context.createGain()
  oscillator.type = wave
  oscillator.frequency.value = one.hertz
  // Without a ramp every note would begin and end with a click.
  gain.gain.setValueAtTime(0.0001, start)
  gain.gain.exponentialRampToValueAtTime(Math.max(0.0002, volume * 0.5), start + 0.012)
  gain.gain.exponentialRampToValueAtTime(0.0001, end)
  oscillator.connect(gain).connect(context.destination)
  oscillator.start(start)
  oscillator.stop(end + 0.02)
}
