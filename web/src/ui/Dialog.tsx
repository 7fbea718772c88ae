// A modal dialog on the browser's own <dialog>: it traps the focus, closes with Escape and gives the
// focus back. `side` slides it in as a panel at the end of the page.

import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { IconButton } from './IconButton'
import { uiText } from './texts'

export interface DialogProps {
  title: string
  open: boolean
  /** Asked to close: Escape, the cross, or a press beside it. The owner sets `open`. */
  onClose: () => void
  children?: ComponentChildren
  /** Buttons at the bottom, the main one last. */
  actions?: ComponentChildren
  wide?: boolean | undefined
  side?: boolean | undefined
  /** For forms: called by Enter and by a button of type submit in `actions`. */
  onSubmit?: (() => void) | undefined
}

/** Its children exist only while it is open. */
export function Dialog({ title, open, onClose, children, actions, wide, side, onSubmit }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => (open ? showModal(dialog.current) : undefined), [open])
  if (!open) return null

  const body = (
    <>
      <div class="dialog-body">{children}</div>
      {actions !== undefined && <footer class="dialog-actions">{actions}</footer>}
    </>
  )
  const submit = (event: Event) => {
    event.preventDefault()
    onSubmit?.()
  }
  return (
    <dialog
      ref={dialog}
      class={['dialog', wide && 'dialog-wide', side && 'dialog-side'].filter(Boolean).join(' ')}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onMouseDown={(event) => {
        if (event.target === event.currentTarget && isOutside(event.currentTarget, event)) onClose()
      }}
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.key !== 'Escape' || event.defaultPrevented || !isSearch(event.target)) return
        event.preventDefault()
        onClose()
      }}
    >
      <header class="dialog-head">
        <h2 id={id}>{title}</h2>
        <IconButton icon="close" label={uiText('close')} onClick={onClose} />
      </header>
      {onSubmit ? (
        <form class="dialog-form" onSubmit={submit} noValidate>
          {body}
        </form>
      ) : (
        body
      )}
    </dialog>
  )
}

function showModal(dialog: HTMLDialogElement | null): (() => void) | undefined {
  if (dialog === null) return undefined
  const before = document.activeElement
  if (!dialog.open) dialog.showModal()
  // Browsers focus the cross, which is first; the first field or the main action is meant.
  const first = dialog.querySelector<HTMLElement>(
    '[autofocus], .dialog-body :is(input, textarea, select, button, a[href]), .dialog-actions button:last-child',
  )
  first?.focus()
  return () => {
    if (dialog.open) dialog.close()
    if (before instanceof HTMLElement && before.isConnected) before.focus()
  }
}

// WebKit keeps Escape for itself in a search box, also in an empty one: the dialog would hear nothing.
function isSearch(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement && target.type === 'search'
}

function isOutside(dialog: HTMLElement, { clientX, clientY }: MouseEvent): boolean {
  const { left, right, top, bottom } = dialog.getBoundingClientRect()
  return clientX < left || clientX > right || clientY < top || clientY > bottom
}
