// Asks before anything is done to people's connections or documents, does it, and says what happened.

import { useState } from 'preact/hooks'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { problemWords } from '../ui/problem-words'
import { toast } from '../ui/Toast'
import type { Action, Operations } from './state'
import { tableText } from './table-texts'

/** An action that waits for a yes. count: of connections concerned. */
export interface Asked {
  readonly action: Action
  readonly name: string
  readonly count?: number
}

export interface ActionDialogProps {
  asked: Asked | null
  operations: Pick<Operations, 'act'>
  onClose: () => void
}

/** The question. */
export function ActionDialog({ asked, operations, onClose }: ActionDialogProps) {
  const [isBusy, setBusy] = useState(false)
  if (asked === null) return null
  const words = wordsOf(asked)
  const go = async (): Promise<void> => {
    setBusy(true)
    try {
      const count = await operations.act(asked.action)
      toast({ text: doneWords(asked, count), kind: 'good' })
    } catch (error) {
      toast({ text: tableText('failed', { why: problemWords(error) }), kind: 'bad' })
    }
    setBusy(false)
    onClose()
  }
  return (
    <Dialog
      title={words.title}
      open
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{tableText('cancel')}</Button>
          <Button kind={words.isDanger ? 'danger' : 'primary'} busy={isBusy} onClick={() => void go()}>
            {words.yes}
          </Button>
        </>
      }
    >
      <p>{words.body}</p>
    </Dialog>
  )
}

interface Words {
  title: string
  body: string
  yes: string
  isDanger: boolean
}

function wordsOf({ action, name, count = 0 }: Asked): Words {
  switch (action.kind) {
    case 'disconnect':
      return words('disconnectTitle', 'disconnectBody', 'disconnectDo', name, true)
    case 'snapshot':
      return words('snapshotTitle', 'snapshotBody', 'snapshotDo', name, false)
    case 'drain': {
      const body = tableText.count('drainBody', count)
      return { title: tableText('drainTitle', { name }), body, yes: tableText('drainDo'), isDanger: true }
    }
    case 'read-only':
      return action.on
        ? words('makeReadOnlyTitle', 'makeReadOnlyBody', 'makeReadOnlyDo', name, true)
        : words('allowEditsTitle', 'allowEditsBody', 'allowEditsDo', name, false)
  }
}

function words(
  title: 'disconnectTitle' | 'snapshotTitle' | 'makeReadOnlyTitle' | 'allowEditsTitle',
  body: 'disconnectBody' | 'snapshotBody' | 'makeReadOnlyBody' | 'allowEditsBody',
  yes: 'disconnectDo' | 'snapshotDo' | 'makeReadOnlyDo' | 'allowEditsDo',
  name: string,
  isDanger: boolean,
): Words {
  return { title: tableText(title, { name }), body: tableText(body), yes: tableText(yes), isDanger }
}

function doneWords({ action, name }: Asked, count: number): string {
  switch (action.kind) {
    case 'disconnect':
      return tableText('doneDisconnect', { name })
    case 'snapshot':
      return count > 0 ? tableText('doneSnapshot') : tableText('doneNoSnapshot')
    case 'drain':
      return tableText.count('doneDrain', count)
    case 'read-only':
      return action.on ? tableText('doneReadOnly', { name }) : tableText('doneWritable', { name })
  }
}
