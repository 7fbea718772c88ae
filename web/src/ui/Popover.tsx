// A panel that hangs from its button. It closes with Escape, a press elsewhere, or when the focus
// leaves it, and gives the focus back to the button.

import type { ComponentChildren, RefObject } from 'preact'
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks'

export interface PopoverProps {
  /** Draws the button; spread the props onto it. */
  trigger: (props: {
    'aria-expanded': boolean
    'aria-controls': string
    'aria-haspopup': 'dialog'
    onClick: () => void
  }) => ComponentChildren
  /** The name of the panel. */
  label: string
  children: ComponentChildren | ((close: () => void) => ComponentChildren)
  align?: 'start' | 'end' | undefined
}

/** A button and its panel. */
export function Popover({ trigger, label, children, align = 'end' }: PopoverProps) {
  const [open, setOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  const panel = useRef<HTMLDivElement>(null)
  const id = useId()
  const close = () => {
    setOpen(false)
    root.current?.querySelector<HTMLElement>(`[aria-controls="${CSS.escape(id)}"]`)?.focus()
  }
  useCloseOutside(root, open, () => setOpen(false))
  useKeepInside(panel, open)
  useEffect(() => {
    if (open) panel.current?.focus()
  }, [open])
  return (
    <div class="popover" ref={root}>
      {trigger({
        'aria-expanded': open,
        'aria-controls': id,
        'aria-haspopup': 'dialog',
        onClick: () => setOpen(!open),
      })}
      {open && (
        <div
          class={`popover-panel popover-${align}`}
          id={id}
          ref={panel}
          role="dialog"
          aria-label={label}
          tabIndex={-1}
          onKeyDown={(event) => {
            event.stopPropagation()
            if (event.key === 'Escape') close()
          }}
        >
          {typeof children === 'function' ? children(close) : children}
        </div>
      )}
    </div>
  )
}

/** Calls back when somebody presses or focuses elsewhere. */
export function useCloseOutside(root: RefObject<HTMLElement | null>, open: boolean, close: () => void): void {
  useEffect(() => {
    if (!open) return undefined
    const look = (event: Event) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) close()
    }
    document.addEventListener('pointerdown', look)
    document.addEventListener('focusin', look)
    return () => {
      document.removeEventListener('pointerdown', look)
      document.removeEventListener('focusin', look)
    }
  }, [open])
}

/** Moves a panel sideways, or above its button, when it would leave the window. */
export function useKeepInside(panel: RefObject<HTMLElement | null>, open: boolean): void {
  useLayoutEffect(() => {
    const element = panel.current
    if (!open || element === null) return undefined
    const place = () => keepInside(element)
    place()
    // After the page has settled in its new width.
    const later = () => requestAnimationFrame(() => requestAnimationFrame(place))
    addEventListener('resize', later)
    return () => removeEventListener('resize', later)
  }, [open])
}

function keepInside(element: HTMLElement): void {
  const margin = 8
  element.classList.remove('is-above')
  const box = element.getBoundingClientRect()
  const width = document.documentElement.clientWidth
  const shifted = Number.parseFloat(getComputedStyle(element).translate) || 0
  const unshifted = box.left - shifted
  const left = Math.max(margin, Math.min(unshifted, width - box.width - margin))
  element.style.setProperty('--shift', `${left - unshifted}px`)
  const isLow = box.bottom > window.innerHeight - margin && box.top > box.height + 60
  element.classList.toggle('is-above', isLow)
}
