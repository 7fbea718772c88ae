// Who holds a field, and for how long: "Ana is editing · 14 s" with a ring that drains. It warns; in a
// menu with strict locks the server also sets back what others write. Offline nobody knows.

import { useComputed } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import type { HeldLock } from '../../core/yjs/locks'
import { announce } from '../../ui/announce'
import { LockBadge } from '../../ui/LockBadge'
import { toast } from '../../ui/Toast'
import { useEditor } from '../state'
import { t } from '../texts'

export interface Lease {
  take(): void
  keep(): void
  release(): void
}

/** Hold a field while I am in it. */
export function useLease(item: string, field: string): Lease {
  const { locks } = useEditor()
  const lease = useMemo<Lease>(
    () => ({
      take: () => void locks.take(item, field),
      keep: () => locks.keep(item, field),
      release: () => void locks.release(item, field),
    }),
    [locks, item, field],
  )
  useEffect(() => lease.release, [lease])
  return lease
}

/** The badge of a field that somebody else holds. */
export function LockMark({ item, field }: { item: string; field: string }) {
  const { locks } = useEditor()
  const held = useComputed(() => {
    const lock = locks.held.value.get(`items/${item}/${field}`)
    return lock === undefined || lock.isMine ? null : lock
  })
  return held.value === null ? null : <HeldBy lock={held.value} item={item} field={field} />
}

function HeldBy({ lock, item, field }: { lock: HeldLock; item: string; field: string }) {
  const { locks, rights, everybody } = useEditor()
  const ask = async (): Promise<void> => {
    if (await locks.ask(item, field)) toast({ text: t('lock_asked', { name: lock.name }) })
  }
  const takeOver = async (): Promise<void> => {
    if (await locks.breakLock(item, field)) announce(t('lock_broken'))
  }
  const color = everybody.value.find((one) => one.user === lock.user && !one.isMe)?.color
  return (
    <span class="lock-mark" style={color === undefined ? {} : { '--person': color }}>
      <LockBadge name={lock.name} untilMs={lock.untilMs} onAsk={() => void ask()} />
      {rights.value.managing && (
        <button type="button" class="link-button" onClick={() => void takeOver()}>
          {t('lock_break')}
        </button>
      )}
    </span>
  )
}
