// What a device shows that nobody is signed in on. Nothing unsent is lost: it says so, whoever is signed
// out on whichever page, and whose link sends it.

import { useEffect, useState } from 'preact/hooks'
import type { Link } from '../core/link'
import { Brand } from './Brand'
import { Button } from './Button'
import { exportChanges, keptEdits } from './export-changes'
import { Field } from './Field'
import { Icon } from './icons'
import { TextInput } from './TextInput'
import { uiText } from './texts'

/** The page instead of the screen. */
export function SignIn({ link }: { link: Link }) {
  const isUnreachable = link.session.state.value === 'unreachable'
  return (
    <main class="sign-in" id="content">
      <div class="sign-in-card">
        <Brand />
        <h1>{isUnreachable ? uiText('unreachableTitle') : uiText('signInTitle')}</h1>
        {isUnreachable ? <p>{uiText('unreachable')}</p> : <Ways />}
        <Unsent link={link} isOut={!isUnreachable} />
        <Button icon="refresh" onClick={() => void checkAgain(link)}>
          {uiText('signInAgain')}
        </Button>
      </div>
    </main>
  )
}

function Ways() {
  const [pasted, setPasted] = useState('')
  const [isBad, setBad] = useState(false)
  const go = (event: Event) => {
    event.preventDefault()
    const address = signInAddress(pasted)
    if (address === null) setBad(true)
    else location.assign(address)
  }
  return (
    <>
      <p class="sign-in-lead">{uiText('signInAsk')}</p>
      <p class="note">{uiText('signInNoPassword')}</p>
      <form onSubmit={go} noValidate>
        <Field
          label={uiText('signInPaste')}
          hint={uiText('signInPasteHint')}
          error={isBad ? uiText('signInBadLink') : null}
        >
          <TextInput
            type="url"
            inputMode="url"
            autocomplete="off"
            value={pasted}
            onValue={(value) => {
              setPasted(value)
              setBad(false)
            }}
          />
        </Field>
        <Button kind="primary" type="submit" icon="key" disabled={pasted.trim() === ''}>
          {uiText('signInGo')}
        </Button>
      </form>
    </>
  )
}

function Unsent({ link, isOut }: { link: Link; isOut: boolean }) {
  const count = Math.max(link.sync.unsynced.value, useKeptEdits(link) + link.outbox.entries.value.length)
  const name = link.session.me.value?.name ?? ''
  if (count === 0) return null
  return (
    <div class="sign-in-unsent">
      <p role="status">
        <Icon name="device" size={18} />
        <span>{uiText.count('signInUnsent', count)}</span>
      </p>
      {isOut && name !== '' && <p class="note">{uiText('signInWhose', { name })}</p>}
      <Button icon="download" onClick={() => void exportChanges(link)}>
        {uiText('syncExport')}
      </Button>
    </div>
  )
}

/** Edits of menus that this device keeps, also of those that this page has not opened. */
function useKeptEdits(link: Link): number {
  const [count, setCount] = useState(0)
  useEffect(() => {
    keptEdits(link).then(setCount, () => {}) // nothing can be read here: what the page itself knows has to do
  }, [link])
  return count
}

/** The way in of a pasted link, as a path of this server; null: it is none. */
export function signInAddress(pasted: string): string | null {
  try {
    const { pathname, search, searchParams } = new URL(pasted.trim(), location.origin)
    const ticket = searchParams.get('ticket')
    return pathname === '/enter' && ticket ? `/enter${search}` : null
  } catch {
    return null
  }
}

async function checkAgain(link: Link): Promise<void> {
  link.socket.retryNow()
  await link.session.refresh()
}
