// Short messages that go by themselves. One with an action stays while it is pointed at or focused.

import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { Icon, type IconName } from './icons'
import { uiText } from './texts'

export interface ToastOptions {
  text: string
  action?: { label: string; run: () => void } | undefined
  kind?: 'info' | 'good' | 'warn' | 'bad' | undefined
  /** How long it stays; 5 without an action, 10 with one, for ever when 0. */
  seconds?: number | undefined
}

interface Shown extends ToastOptions {
  id: number
}

const AT_MOST = 3
const ICONS = { info: 'info', good: 'check', warn: 'alert', bad: 'alert' } as const satisfies Record<string, IconName>

const shown = signal<readonly Shown[]>([])
let last = 0

/** Show a message; the answer takes it away again. */
export function toast(options: ToastOptions): () => void {
  last += 1
  const id = last
  shown.value = [...shown.value, { ...options, id }].slice(-AT_MOST)
  return () => dismiss(id)
}

function dismiss(id: number): void {
  shown.value = shown.value.filter((one) => one.id !== id)
}

/** The place where messages appear; once in a page (Shell has it). */
export function Toasts() {
  return (
    <section class="toasts" aria-label={uiText('notifications')}>
      {shown.value.map((one) => (
        <ToastCard key={one.id} toast={one} />
      ))}
    </section>
  )
}

function ToastCard({ toast: { id, text, action, kind = 'info', seconds } }: { toast: Shown }) {
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  const staySeconds = seconds ?? (action ? 10 : 5)
  const stop = () => {
    if (timer.current !== null) clearTimeout(timer.current)
  }
  const start = () => {
    stop()
    if (staySeconds > 0) timer.current = setTimeout(() => dismiss(id), staySeconds * 1000)
  }
  useEffect(() => {
    start()
    return stop
  }, [])
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: pointing at it only keeps it longer
    <div
      class={`toast toast-${kind}`}
      role={kind === 'bad' ? 'alert' : 'status'}
      onMouseEnter={stop}
      onMouseLeave={start}
      onFocusIn={stop}
      onFocusOut={start}
    >
      <Icon name={ICONS[kind]} />
      <span class="toast-words">{text}</span>
      {action && (
        <button
          type="button"
          class="toast-action"
          onClick={() => {
            dismiss(id)
            action.run()
          }}
        >
          {action.label}
        </button>
      )}
      <button type="button" class="toast-close" aria-label={uiText('dismiss')} onClick={() => dismiss(id)}>
        <Icon name="close" size={18} />
      </button>
    </div>
  )
}
