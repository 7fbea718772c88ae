// Behind one's own disc: language, appearance, name (for the developer of --dev), the other screens
// one may use, shortcuts, and the way out.

import { useState } from 'preact/hooks'
import { chooseLanguage, LANGUAGE_NAMES, LANGUAGES, language } from '../core/i18n'
import type { Link } from '../core/link'
import type { Me, Role } from '../core/session'
import { Avatar } from './Avatar'
import { Button } from './Button'
import { Dialog } from './Dialog'
import { Field } from './Field'
import { Icon, type IconName } from './icons'
import { Popover } from './Popover'
import { Segmented } from './Segmented'
import { Select } from './Select'
import { TextInput } from './TextInput'
import { uiText } from './texts'
import { theme } from './theme'

export interface UserMenuProps {
  link: Link
  onShortcuts: () => void
}

/** The disc at the end of the header. */
export function UserMenu({ link, onShortcuts }: UserMenuProps) {
  const me = link.session.me.value
  const [isLeaving, setLeaving] = useState(false)
  return (
    <>
      <Popover
        label={uiText('userMenu')}
        trigger={(props) => (
          <button
            type="button"
            class="user-button"
            aria-label={uiText('userMenu')}
            title={me?.name || uiText('userMenu')}
            {...props}
          >
            {me === null ? <Icon name="person" /> : <Avatar name={me.name || uiText('developer')} />}
          </button>
        )}
      >
        {(close) => (
          <div class="user-menu">
            {me !== null && <Who me={me} link={link} />}
            <Choices />
            <Ways link={link} />
            <div class="user-ways">
              <button
                type="button"
                class="menu-item"
                onClick={() => {
                  close()
                  onShortcuts()
                }}
              >
                <span class="menu-icon">
                  <Icon name="help" size={18} />
                </span>
                <span class="menu-words">{uiText('shortcuts')}</span>
                <kbd>?</kbd>
              </button>
              {me !== null && !me.isDeveloper && (
                <button
                  type="button"
                  class="menu-item"
                  onClick={() => {
                    close()
                    if (link.sync.unsynced.peek() > 0) setLeaving(true)
                    else void link.session.signOut()
                  }}
                >
                  <span class="menu-icon">
                    <Icon name="signOut" size={18} />
                  </span>
                  <span class="menu-words">{uiText('signOut')}</span>
                </button>
              )}
            </div>
          </div>
        )}
      </Popover>
      <Dialog
        title={uiText('signOutSure')}
        open={isLeaving}
        onClose={() => setLeaving(false)}
        actions={
          <>
            <Button onClick={() => setLeaving(false)}>{uiText('cancel')}</Button>
            <Button kind="danger" onClick={() => void link.session.signOut()}>
              {uiText('signOut')}
            </Button>
          </>
        }
      >
        <p>{uiText.count('signOutUnsent', link.sync.unsynced.value)}</p>
      </Dialog>
    </>
  )
}

function Who({ me, link }: { me: Me; link: Link }) {
  const [name, setName] = useState(me.name)
  return (
    <div class="user-who">
      <Avatar name={me.name || uiText('developer')} size="large" />
      <div>
        <strong>
          <bdi>{me.name || me.user}</bdi>
        </strong>
        <span class="note">{me.isDeveloper ? uiText('developer') : me.roles.map(roleName).join(', ')}</span>
      </div>
      {me.isDeveloper && (
        <Field label={uiText('yourName')} hint={uiText('yourNameHint')}>
          <TextInput
            value={name}
            maxLength={60}
            onValue={(value) => {
              setName(value)
              if (value.trim() !== '') link.session.setName(value.trim())
            }}
          />
        </Field>
      )}
    </div>
  )
}

function Choices() {
  return (
    <div class="user-choices">
      <Field label={uiText('language')}>
        <Select
          value={language.value}
          options={LANGUAGES.map((one) => ({ value: one, label: LANGUAGE_NAMES[one] }))}
          onValue={chooseLanguage}
        />
      </Field>
      <div class="field">
        <span class="field-label">{uiText('theme')}</span>
        <Segmented
          label={uiText('theme')}
          value={theme.value}
          options={[
            { value: 'auto', label: uiText('themeAuto') },
            { value: 'light', label: uiText('themeLight'), icon: 'sun', iconOnly: true },
            { value: 'dark', label: uiText('themeDark'), icon: 'moon', iconOnly: true },
          ]}
          onChange={(chosen) => {
            theme.value = chosen
          }}
        />
      </div>
    </div>
  )
}

function Ways({ link }: { link: Link }) {
  const ways = waysOf(link.session.me.value)
  return (
    <nav class="user-ways" aria-label={uiText('otherPages')}>
      {ways.map((way) => (
        <a
          key={way.href}
          class="menu-item"
          href={way.href}
          aria-current={location.pathname === way.href ? 'page' : undefined}
        >
          <span class="menu-icon">
            <Icon name={way.icon} size={18} />
          </span>
          <span class="menu-words">{way.label}</span>
        </a>
      ))}
    </nav>
  )
}

interface Way {
  readonly href: string
  readonly label: string
  readonly icon: IconName
}

/** The screens that somebody may use. */
export function waysOf(me: Me | null): readonly Way[] {
  const ways: (Way & { for: readonly Role[] | null })[] = [
    { href: '/', label: uiText('goHome'), icon: 'home', for: null },
    { href: '/kitchen', label: uiText('goKitchen'), icon: 'pan', for: ['owner', 'manager', 'kitchen', 'waiter'] },
    { href: '/settings', label: uiText('goSettings'), icon: 'settings', for: ['owner', 'manager'] },
    { href: '/ops', label: uiText('goOps'), icon: 'chart', for: ['owner', 'manager'] },
  ]
  return ways.filter((way) => way.for === null || me?.isDeveloper || me?.roles.some((role) => way.for?.includes(role)))
}

/** A role in words. */
export function roleName(role: Role): string {
  const names: Readonly<Record<Role, string>> = {
    owner: uiText('roleOwner'),
    manager: uiText('roleManager'),
    editor: uiText('roleEditor'),
    translator: uiText('roleTranslator'),
    waiter: uiText('roleWaiter'),
    kitchen: uiText('roleKitchen'),
    viewer: uiText('roleViewer'),
    guest: uiText('roleGuest'),
  }
  return names[role]
}
