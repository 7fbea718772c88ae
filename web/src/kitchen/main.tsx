// The kitchen display: one link, one screen; the sign-in page while nobody is signed in.

import { signal, useComputed } from '@preact/signals'
import { render } from 'preact'
import { useEffect, useMemo } from 'preact/hooks'
import { textsReady } from '../core/i18n'
import { type Link, openLink } from '../core/link'
import { Kitchen } from './kitchen'
import { later } from './later'
import { Screen } from './Screen'
import { text } from './texts'

const SignIn = later(async () => (await import('../ui/SignIn')).SignIn)
const wantsToSignIn = signal(false)

async function start(): Promise<void> {
  const link = await openLink({ app: 'kitchen' })
  await textsReady()
  const root = document.getElementById('app') ?? document.body.appendChild(document.createElement('div'))
  render(<Page link={link} />, root)
}

function Page({ link }: { link: Link }) {
  const isKnown = useComputed(() => link.session.me.value !== null && link.session.restaurant.value !== '').value
  const isSignedOut = link.session.state.value === 'signed_out'
  useEffect(() => {
    document.title = `${text('title')} · Mirepoix`
  })
  // A screen that has shown orders goes on showing them when its sign-in ends; a banner says what that means.
  if (!isKnown || (isSignedOut && wantsToSignIn.value)) return <SignIn link={link} />
  return <Opened key={link.session.restaurant.value} link={link} />
}

function Opened({ link }: { link: Link }) {
  const kitchen = useMemo(() => new Kitchen(link), [])
  useEffect(() => () => kitchen.close(), [])
  return <Screen kitchen={kitchen} onSignIn={() => (wantsToSignIn.value = true)} />
}

void start()
