// A menu of actions after the pattern of the ARIA guide: arrow keys, Home, End and the first letters of
// an action; Escape and Tab close it.

import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { Icon, type IconName } from './icons'
import { useCloseOutside, useKeepInside } from './Popover'

export interface MenuItem {
  label: string
  icon?: IconName | undefined
  danger?: boolean | undefined
  disabled?: boolean | undefined
  /** A tick beside it: one of several that is chosen. */
  checked?: boolean | undefined
  /** A line above it. */
  separated?: boolean | undefined
  /** Its key, such as "Alt+↑"; shown only. */
  shortcut?: string | undefined
  onSelect: () => void
}

export interface MenuProps {
  label: string
  icon?: IconName | undefined
  items: readonly MenuItem[]
  /** Words on the button instead of the icon alone. */
  children?: ComponentChildren
  align?: 'start' | 'end' | undefined
  class?: string | undefined
  disabled?: boolean | undefined
}

const TYPE_AHEAD_MS = 600

/** A button that opens a list of actions. */
export function Menu({ label, icon = 'more', items, children, align = 'end', class: extra, disabled }: MenuProps) {
  const [open, setOpen] = useState(false)
  const [start, setStart] = useState<'first' | 'last'>('first')
  const root = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const id = useId()
  const show = (from: 'first' | 'last') => {
    setStart(from)
    setOpen(true)
  }
  const close = () => {
    setOpen(false)
    button.current?.focus()
  }
  useCloseOutside(root, open, () => setOpen(false))
  useKeepInside(list, open)
  useEffect(() => {
    if (open)
      entries(list.current)
        .at(start === 'first' ? 0 : -1)
        ?.focus()
  }, [open])
  const select = (item: MenuItem) => {
    if (item.disabled) return
    close()
    item.onSelect()
  }
  return (
    <div class="popover" ref={root}>
      <button
        ref={button}
        type="button"
        class={extra ?? (children === undefined ? 'icon-button' : 'button button-plain')}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        {...(children === undefined ? { 'aria-label': label, title: label } : {})}
        disabled={disabled}
        onClick={() => (open ? close() : show('first'))}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
          event.preventDefault()
          show(event.key === 'ArrowDown' ? 'first' : 'last')
        }}
      >
        {children ?? <Icon name={icon} />}
      </button>
      {open && (
        <div
          class={`popover-panel menu popover-${align}`}
          id={id}
          ref={list}
          role="menu"
          aria-label={label}
          onKeyDown={(event) => walk(event, list.current, close)}
        >
          {items.map((item, index) => (
            <MenuEntry key={`${index} ${item.label}`} item={item} select={select} />
          ))}
        </div>
      )}
    </div>
  )
}

function MenuEntry({ item, select }: { item: MenuItem; select: (item: MenuItem) => void }) {
  const isChoice = item.checked !== undefined
  return (
    <>
      {item.separated && <hr class="menu-line" />}
      <button
        type="button"
        {...(isChoice ? { role: 'menuitemradio', 'aria-checked': item.checked } : { role: 'menuitem' })}
        aria-disabled={item.disabled || undefined}
        class={item.danger ? 'menu-item is-danger' : 'menu-item'}
        tabIndex={-1}
        onClick={() => select(item)}
      >
        <span class="menu-icon">
          {item.checked ? <Icon name="check" size={18} /> : item.icon && <Icon name={item.icon} size={18} />}
        </span>
        <span class="menu-words">{item.label}</span>
        {item.shortcut && <kbd>{item.shortcut}</kbd>}
      </button>
    </>
  )
}

let typed = ''
let typedAt = 0

function walk(event: KeyboardEvent, list: HTMLElement | null, close: () => void): void {
  event.stopPropagation()
  const all = entries(list)
  const at = all.indexOf(document.activeElement as HTMLElement)
  const to = destination(event, all, at)
  if (event.key === 'Escape' || event.key === 'Tab') {
    if (event.key === 'Escape') event.preventDefault()
    close()
  } else if (to !== null) {
    event.preventDefault()
    all[to]?.focus()
  }
}

function destination(event: KeyboardEvent, all: readonly HTMLElement[], at: number): number | null {
  if (event.key === 'ArrowDown') return (at + 1) % all.length
  if (event.key === 'ArrowUp') return (at - 1 + all.length) % all.length
  if (event.key === 'Home') return 0
  if (event.key === 'End') return all.length - 1
  const isLetter = event.key.length === 1 && event.key !== ' ' && !event.ctrlKey && !event.metaKey && !event.altKey
  return isLetter ? startingWith(event.key, all, at) : null
}

function startingWith(letter: string, all: readonly HTMLElement[], at: number): number | null {
  typed = Date.now() - typedAt > TYPE_AHEAD_MS ? letter : typed + letter
  typedAt = Date.now()
  const wanted = typed.toLocaleLowerCase()
  const from = typed.length === 1 ? at + 1 : Math.max(at, 0)
  for (let step = 0; step < all.length; step += 1) {
    const index = (from + step) % all.length
    const words = all[index]?.querySelector('.menu-words')?.textContent ?? ''
    if (words.toLocaleLowerCase().startsWith(wanted)) return index
  }
  return null
}

function entries(list: HTMLElement | null): HTMLElement[] {
  return list === null ? [] : [...list.querySelectorAll<HTMLElement>('[role^=menuitem]')]
}
