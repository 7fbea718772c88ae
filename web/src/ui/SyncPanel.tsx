// Behind the pill: when it was last synced, what waits and what needs somebody, and whether this device
// keeps what it holds. Everything a person can do about it is here.

import { useState } from 'preact/hooks'
import { seconds, serverNow } from '../core/clock'
import { ago, clockTime } from '../core/dates'
import { formatBytes } from '../core/i18n'
import type { Link } from '../core/link'
import type { OutboxEntry } from '../core/outbox'
import { Button } from './Button'
import { exportChanges } from './export-changes'
import { Icon } from './icons'
import { uiText } from './texts'

/** The content of the pill's popover. */
export function SyncPanel({ link, close }: { link: Link; close: () => void }) {
  return (
    <div class="sync-panel">
      <h2>{uiText('syncTitle')}</h2>
      <LastSynced link={link} />
      <NeedsYou link={link} close={close} />
      <Queue link={link} />
      <div class="sync-actions">
        <Button icon="refresh" onClick={() => link.socket.retryNow()}>
          {uiText('syncRetryNow')}
        </Button>
        <Button icon="download" onClick={() => void exportChanges(link)}>
          {uiText('syncExport')}
        </Button>
      </div>
      <Storage link={link} />
    </div>
  )
}

function LastSynced({ link }: { link: Link }) {
  void seconds.value // drawn again each second
  const lastMs = link.sync.lastSyncedMs.value
  const words =
    lastMs === null
      ? uiText('syncNever')
      : uiText('syncLast', { when: `${ago(lastMs, serverNow())} (${clockTime(lastMs)})` })
  const isDone = link.sync.unsynced.value === 0 && link.outbox.entries.value.length === 0 && lastMs !== null
  return (
    <>
      <p class="sync-last">{words}</p>
      {isDone && <p class="sync-quiet">{uiText('syncNothingWaiting')}</p>}
    </>
  )
}

function NeedsYou({ link, close }: { link: Link; close: () => void }) {
  const attention = link.sync.attention.value
  if (attention.length === 0) return null
  return (
    <section>
      <h3>{uiText('needsYouTitle')}</h3>
      <ul class="sync-queue">
        {attention.map((one) => (
          <li key={one.id}>
            <Icon name="alert" size={18} />
            <span class="sync-entry">{one.text}</span>
            {one.open && (
              <Button
                kind="ghost"
                onClick={() => {
                  close()
                  one.open?.()
                }}
              >
                {uiText('open')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Queue({ link }: { link: Link }) {
  const entries = link.outbox.entries.value
  const edits = Math.max(0, link.sync.unsynced.value - entries.length)
  if (entries.length === 0 && edits === 0) return null
  return (
    <section>
      <h3>{uiText('syncQueue')}</h3>
      <ul class="sync-queue">
        {edits > 0 && (
          <li>
            <Icon name="edit" size={18} />
            <span class="sync-entry">{uiText.count('syncEdits', edits)}</span>
          </li>
        )}
        {entries.map((entry) => (
          <QueueEntry key={entry.id} entry={entry} link={link} />
        ))}
      </ul>
    </section>
  )
}

function QueueEntry({ entry, link }: { entry: OutboxEntry; link: Link }) {
  const [isSure, setSure] = useState(false)
  const needsSomebody = entry.state === 'needs_you' || entry.state === 'expired'
  return (
    <li class={needsSomebody ? 'needs-somebody' : ''}>
      <Icon name={needsSomebody ? 'alert' : 'send'} size={18} />
      <div class="sync-entry">
        <strong>
          <bdi>{entry.label ?? entry.type}</bdi>
        </strong>
        <span>{[stateWords(entry), clockTime(entry.createdMs), entry.result?.reason].filter(Boolean).join(' · ')}</span>
        {isSure && <span class="sync-sure">{uiText('syncDiscardSure')}</span>}
        {(needsSomebody || entry.state === 'waiting') && (
          <div class="sync-entry-actions">
            {needsSomebody && (
              <Button icon="refresh" onClick={() => void link.outbox.retry(entry.id)}>
                {uiText('retry')}
              </Button>
            )}
            <Button
              kind={isSure ? 'danger' : 'ghost'}
              onClick={() => (isSure ? void link.outbox.discard(entry.id) : setSure(true))}
            >
              {uiText('syncDiscard')}
            </Button>
          </div>
        )}
      </div>
    </li>
  )
}

function stateWords(entry: OutboxEntry): string {
  if (entry.state === 'sending') return uiText('entrySending')
  if (entry.state === 'needs_you') return uiText('entryNeedsYou')
  return entry.state === 'expired' ? uiText('entryExpired') : uiText('entryWaiting')
}

function Storage({ link }: { link: Link }) {
  const storage = link.db.storage.value
  const secureUrl = link.session.me.value?.secureUrl ?? null
  // Not every browser says how much room there is.
  if (storage === null && !link.db.evicted.value && link.isSecure) return null
  return (
    <section class="sync-storage">
      <h3>{uiText('storageTitle')}</h3>
      {link.db.evicted.value && (
        <p class="sync-warning">
          <Icon name="alert" size={18} />
          <span>{uiText('evicted')}</span>
          <Button kind="ghost" onClick={() => dismissEviction(link)}>
            {uiText('dismiss')}
          </Button>
        </p>
      )}
      {storage !== null && (
        <p>
          {storage.isPersisted ? uiText('storageKept') : uiText('storageNotKept')}{' '}
          {storage.quotaBytes > 0 &&
            uiText('storageUsed', { used: formatBytes(storage.usedBytes), quota: formatBytes(storage.quotaBytes) })}
        </p>
      )}
      {storage !== null && !storage.isPersisted && (
        <Button kind="ghost" onClick={() => link.db.protect()}>
          {uiText('storageAskKeep')}
        </Button>
      )}
      {storage?.isNearlyFull && <p class="sync-warning">{uiText('storageNearlyFull')}</p>}
      {!link.isSecure && (
        <p class="sync-warning">
          <Icon name="unlock" size={18} />
          <span>
            {uiText('insecure')}{' '}
            <a href={secureUrl ?? '/settings?tab=security'}>
              {uiText('insecureSetUp')} <span aria-hidden="true">→</span>
            </a>
          </span>
        </p>
      )}
    </section>
  )
}

function dismissEviction(link: Link): void {
  link.db.evicted.value = false
}
