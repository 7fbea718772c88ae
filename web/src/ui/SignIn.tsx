// What a device shows that nobody is signed in on. Nothing unsent is lost: it says so.

import { useState } from 'preact/hooks'
import type { Link } from '../core/link'
import { Brand } from './Brand'
import { Button } from './Button'
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
        <Unsent count={link.sync.unsynced.value} />
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

function Unsent({ count }: { count: number }) {
  if (count === 0) return null
  return (
    <p class="sign-in-unsent" role="status">
      <Icon name="device" size={18} />
      <span>{uiText.count('signInUnsent', count)}</span>
    </p>
  )
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
