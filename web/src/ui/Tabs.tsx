// Tabs after the pattern of the ARIA guide: arrow keys move, Home and End jump, one stop for Tab.

import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { Icon, type IconName } from './icons'

export interface TabItem<V extends string = string> {
  value: V
  label: string
  icon?: IconName | undefined
  badge?: number | undefined
}

export interface TabsProps<V extends string> {
  label: string
  value: V
  tabs: readonly TabItem<V>[]
  onChange: (value: V) => void
  /** The panel of the chosen tab. */
  children?: ComponentChildren
  vertical?: boolean | undefined
}

/** A list of tabs and the panel of the chosen one. */
export function Tabs<V extends string>({ label, value, tabs, onChange, children, vertical = false }: TabsProps<V>) {
  const id = useId()
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const chosen = list.current?.querySelector<HTMLElement>('[aria-selected=true]')
    // Sideways only: the page stays where it is.
    if (list.current && chosen)
      list.current.scrollLeft = chosen.offsetLeft - list.current.clientWidth / 2 + chosen.clientWidth / 2
  }, [value])
  const move = (event: KeyboardEvent) => {
    const to = destination(
      event,
      tabs.findIndex((tab) => tab.value === value),
      tabs.length,
      vertical,
    )
    const tab = to === null ? undefined : tabs[to]
    if (tab === undefined || to === null) return
    event.preventDefault()
    onChange(tab.value)
    list.current?.querySelectorAll<HTMLElement>('[role=tab]')[to]?.focus()
  }
  return (
    <div class={vertical ? 'tabs tabs-vertical' : 'tabs'}>
      <div
        class="tab-list"
        role="tablist"
        aria-label={label}
        aria-orientation={vertical ? 'vertical' : 'horizontal'}
        ref={list}
        onKeyDown={move}
      >
        {tabs.map((tab) => (
          <button
            key={tab.value}
            type="button"
            role="tab"
            class="tab"
            id={`${id}-${tab.value}`}
            aria-selected={tab.value === value}
            aria-controls={`${id}-panel`}
            tabIndex={tab.value === value ? 0 : -1}
            onClick={() => onChange(tab.value)}
          >
            {tab.icon && <Icon name={tab.icon} size={18} />}
            <span>{tab.label}</span>
            {tab.badge !== undefined && tab.badge > 0 && <span class="badge">{tab.badge}</span>}
          </button>
        ))}
      </div>
      {children !== undefined && (
        <div class="tab-panel" role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${value}`}>
          {children}
        </div>
      )}
    </div>
  )
}

function destination(event: KeyboardEvent, from: number, count: number, vertical: boolean): number | null {
  const isRtl = typeof document !== 'undefined' && document.documentElement.dir === 'rtl'
  const forward = vertical ? 'ArrowDown' : isRtl ? 'ArrowLeft' : 'ArrowRight'
  const back = vertical ? 'ArrowUp' : isRtl ? 'ArrowRight' : 'ArrowLeft'
  if (event.key === forward) return (from + 1) % count
  if (event.key === back) return (from - 1 + count) % count
  if (event.key === 'Home') return 0
  return event.key === 'End' ? count - 1 : null
}
