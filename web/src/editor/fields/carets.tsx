// Other people's carets and selections over a text field, placed by a copy of the text behind it.

import type { ReadonlySignal } from '@preact/signals'
import { useLayoutEffect, useState } from 'preact/hooks'
import type { RemoteCaret } from '../../core/yjs/text-binding'

interface Drawn {
  readonly key: string
  readonly color: string
  readonly left: number
  readonly top: number
  readonly width: number // 0: a caret
  readonly height: number
}

export interface CaretsProps {
  carets: ReadonlySignal<readonly RemoteCaret[]>
  /** Holds the same text in the same place as the field. */
  mirror: { readonly current: HTMLElement | null }
}

/** The carets; decoration only: the name of whom is beside the field. */
export function Carets({ carets, mirror }: CaretsProps) {
  const [drawn, draw] = useState<readonly Drawn[]>([])
  const shown = carets.value
  const text = mirror.current?.textContent ?? ''
  const hasCarets = shown.length > 0
  useLayoutEffect(() => draw(shown.flatMap((caret) => placed(caret, mirror.current))), [shown, text])
  // A panel that opens makes the field narrower, and its lines break elsewhere.
  useLayoutEffect(() => {
    if (!hasCarets || mirror.current === null || typeof ResizeObserver === 'undefined') return undefined
    const observer = new ResizeObserver(() => draw(carets.peek().flatMap((caret) => placed(caret, mirror.current))))
    observer.observe(mirror.current)
    return () => observer.disconnect()
  }, [hasCarets, carets, mirror])
  return (
    <div class="carets" aria-hidden="true">
      {drawn.map(({ key, color, left, top, width, height }) => (
        <i
          key={key}
          class={width === 0 ? 'caret' : 'caret-selection'}
          style={{
            '--person': color,
            left: `${left}px`,
            top: `${top}px`,
            height: `${height}px`,
            ...(width === 0 ? {} : { width: `${width}px` }),
          }}
        />
      ))}
    </div>
  )
}

function placed(caret: RemoteCaret, mirror: HTMLElement | null): Drawn[] {
  const node = mirror?.firstChild
  if (mirror === null || !(node instanceof Text)) return []
  const origin = mirror.getBoundingClientRect()
  const [start, end] = [Math.min(caret.index, caret.end), Math.max(caret.index, caret.end)]
  const at = (rect: DOMRect, width: number, key: string): Drawn => ({
    key: `${caret.clientId}/${key}`,
    color: caret.color,
    left: rect.left - origin.left,
    top: rect.top - origin.top,
    width,
    height: rect.height,
  })
  const point = rectsOf(node, caret.index, caret.index)[0]
  const stretch = start === end ? [] : rectsOf(node, start, end)
  return [
    ...stretch.map((rect, line) => at(rect, Math.max(1, rect.width), String(line))),
    ...(point === undefined ? [] : [at(point, 0, 'caret')]),
  ]
}

function rectsOf(node: Text, start: number, end: number): DOMRect[] {
  const range = document.createRange()
  const last = node.data.length
  range.setStart(node, Math.min(start, last))
  range.setEnd(node, Math.min(end, last))
  return [...range.getClientRects()]
}
