// The frame of a screen: skip link, header with mark, title, people, pill and own menu; messages; and
// the sign-in page instead of the content when nobody is signed in.

import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Link } from '../core/link'
import { Banner } from './Banner'
import { Brand } from './Brand'
import { type ShortcutGroup, Shortcuts } from './Shortcuts'
import { SignIn } from './SignIn'
import { SyncPill } from './SyncPill'
import { Toasts } from './Toast'
import { uiText } from './texts'
import './theme'
import { UserMenu } from './UserMenu'

export interface ShellProps {
  link: Link
  title: string
  /** Shown as the name of the browser's tab; the title when missing. */
  documentTitle?: string | undefined
  /** Beside the title: tabs, a way back. */
  nav?: ComponentChildren
  /** Before the pill: people who are here, the screen's own buttons. */
  actions?: ComponentChildren
  presence?: ComponentChildren
  /** Further shortcuts for the list behind `?`. */
  shortcuts?: readonly ShortcutGroup[] | undefined
  /** The screen's root class. */
  class?: string | undefined
  children?: ComponentChildren
}

/** The page frame. */
export function Shell(props: ShellProps) {
  const { link, title, documentTitle, nav, actions, presence, shortcuts = [], children } = props
  const [isHelpOpen, setHelpOpen] = useState(false)
  useEffect(() => {
    document.title = documentTitle ?? `${title} · Mirepoix`
  }, [title, documentTitle])
  useQuestionMark(() => setHelpOpen(true))

  const isOut = link.session.state.value === 'signed_out'
  const isLost = link.session.state.value === 'unreachable' && link.session.me.value === null
  if (isOut || isLost) {
    return (
      <div class={['shell', props.class].filter(Boolean).join(' ')}>
        <SignIn link={link} />
        <Toasts />
      </div>
    )
  }
  return (
    <div class={['shell', props.class].filter(Boolean).join(' ')}>
      <a class="skip" href="#content">
        {uiText('skipToContent')}
      </a>
      <header class="shell-head">
        <a class="shell-brand" href="/" aria-label={`Mirepoix – ${uiText('goHome')}`}>
          <Brand short />
        </a>
        <h1 class="shell-title" dir="auto">
          {title}
        </h1>
        {nav !== undefined && <div class="shell-nav">{nav}</div>}
        <div class="shell-end">
          {presence}
          {actions}
          {(!isAsking(link) || link.sync.pill.value.kind !== 'quiet') && <SyncPill link={link} />}
          <UserMenu link={link} onShortcuts={() => setHelpOpen(true)} />
        </div>
      </header>
      <OfflineBanner link={link} />
      <main class="shell-main" id="content" tabIndex={-1}>
        {children}
      </main>
      <Shortcuts open={isHelpOpen} onClose={() => setHelpOpen(false)} groups={shortcuts} />
      <Toasts />
    </div>
  )
}

// Pages that only ask have nothing to save; their pill appears when it has something to say.
function isAsking({ app }: Link): boolean {
  return app === 'home' || app === 'settings'
}

function OfflineBanner({ link }: { link: Link }) {
  if (link.sync.pill.value.kind !== 'offline') return null
  // The kitchen says more about orders itself.
  if (link.app === 'kitchen') return null
  return (
    <Banner kind="warn" icon="offline">
      {uiText('offlineBanner')}
    </Banner>
  )
}

function useQuestionMark(open: () => void): void {
  useEffect(() => {
    const look = (event: KeyboardEvent) => {
      if (event.key !== '?' || event.defaultPrevented || event.ctrlKey || event.metaKey || isTyping(event.target))
        return
      event.preventDefault()
      open()
    }
    document.addEventListener('keydown', look)
    return () => document.removeEventListener('keydown', look)
  }, [])
}

/** Whether keys go into a text. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input:not([type=checkbox], [type=radio]), textarea, select'))
  )
}
