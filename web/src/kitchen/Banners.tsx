// What a cook must know before trusting the screen: no line to the server, something unreadable, what came
// while the line was cut, what was refused.

import { clockTime } from '../core/dates'
import type { OutboxEntry } from '../core/outbox'
import { Banner } from '../ui/Banner'
import { Button } from '../ui/Button'
import type { Kitchen } from './kitchen'
import { text } from './texts'

export function Banners({ kitchen, onSignIn }: { kitchen: Kitchen; onSignIn: () => void }) {
  return (
    <div class="banners">
      <SignedOut kitchen={kitchen} onSignIn={onSignIn} />
      <Offline kitchen={kitchen} />
      <Unreadable kitchen={kitchen} />
      <Arrived kitchen={kitchen} />
      {kitchen.commands.refused.value.map((entry) => (
        <Refused key={entry.id} kitchen={kitchen} entry={entry} />
      ))}
    </div>
  )
}

function SignedOut({ kitchen, onSignIn }: { kitchen: Kitchen; onSignIn: () => void }) {
  if (kitchen.link.session.state.value !== 'signed_out') return null
  return (
    <Banner kind="bad" icon="key" action={<Button onClick={onSignIn}>{text('signIn')}</Button>}>
      <strong>{text('signedOut')}</strong>
    </Banner>
  )
}

function Offline({ kitchen }: { kitchen: Kitchen }) {
  if (!kitchen.isCutOff.value) return null
  const since = kitchen.rooms.sinceMs.value
  const waiting = kitchen.commands.pending.value.length
  return (
    <Banner
      kind="bad"
      icon="offline"
      action={<Button onClick={() => kitchen.link.socket.retryNow()}>{text('tryNow')}</Button>}
    >
      <strong>{since === null ? text('offline') : text('offlineSince', { time: clockTime(since) })}</strong>
      {waiting > 0 && <span> {text.count('queued', waiting)}</span>}
    </Banner>
  )
}

function Unreadable({ kitchen }: { kitchen: Kitchen }) {
  const count = kitchen.unreadable.value
  if (count === 0) return null
  return (
    <Banner kind="bad" action={<Button onClick={() => location.reload()}>{text('reload')}</Button>}>
      {text.count('unreadable', count)}
    </Banner>
  )
}

function Arrived({ kitchen }: { kitchen: Kitchen }) {
  const arrived = kitchen.arrived.value
  if (arrived.size === 0) return null
  const close = <Button onClick={() => (kitchen.arrived.value = new Set())}>{text('dismiss')}</Button>
  return (
    <Banner kind="warn" icon="bell" action={close}>
      <strong>{text.count('arrived', arrived.size)}</strong>
    </Banner>
  )
}

const WHY = {
  order_closed: 'whyClosed',
  unknown_order: 'whyGone',
  unknown_line: 'whyGone',
  wrong_state: 'whyFaster',
  forbidden: 'whyForbidden',
} as const

/** Why the server refused it; what is rare in its own words. */
function whyOf({ result }: OutboxEntry): string {
  const code = result?.code ?? ''
  return code in WHY ? text(WHY[code as keyof typeof WHY]) : (result?.reason ?? '')
}

function Refused({ kitchen, entry }: { kitchen: Kitchen; entry: OutboxEntry }) {
  const what = entry.label ?? entry.type
  const isExpired = entry.state === 'expired'
  const actions = (
    <>
      {isExpired && <Button onClick={() => void kitchen.commands.retry(entry.id)}>{text('sendNow')}</Button>}
      <Button onClick={() => void kitchen.commands.discard(entry.id)}>{text('dismiss')}</Button>
    </>
  )
  return (
    <Banner kind="warn" action={actions}>
      <strong>
        {isExpired
          ? text('expiredCommand', { what, time: clockTime(entry.createdMs) })
          : text('refusedCommand', { what })}
      </strong>
      <span> {whyOf(entry)}</span>
    </Banner>
  )
}
