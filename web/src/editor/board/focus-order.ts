// The way of the Enter key through the board: from field to field in reading order, and in prices
// up and down with the arrow keys.

/** Go to the field after this one; false at the end of the board. */
export function focusNext(from: HTMLElement): boolean {
  return focusIn(from, '[data-next]', 1)
}

/** Go to the same kind of field one row further. step: -1 up, 1 down. */
export function focusSameKind(from: HTMLElement, selector: string, step: -1 | 1): boolean {
  return focusIn(from, selector, step)
}

function focusIn(from: HTMLElement, selector: string, step: -1 | 1): boolean {
  const area = from.closest('[data-fields]') ?? document
  const fields = [...area.querySelectorAll<HTMLElement>(selector)].filter(isUsable)
  const next = fields[fields.indexOf(from) + step]
  if (next === undefined) {
    from.blur()
    return false
  }
  next.focus()
  if (next instanceof HTMLInputElement) next.select()
  return true
}

function isUsable(field: HTMLElement): boolean {
  return !field.hasAttribute('disabled') && field.closest('[hidden]') === null
}

/** Keep the focus where it was when rows change their places under it. */
export function keepFocus(): () => void {
  const before = document.activeElement
  return () => {
    if (before instanceof HTMLElement && before !== document.activeElement && before.isConnected) {
      before.focus({ preventScroll: true })
    }
  }
}
