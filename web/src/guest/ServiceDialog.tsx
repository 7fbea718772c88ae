// Calling somebody, and the bill.

import { useState } from 'preact/hooks'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { closeSheet, sheet, useTable } from './table-context'
import { callText, text } from './texts'

/** So soon nobody can have come. */
const CALL_AGAIN_MS = 60_000
let calledMs = 0

export function ServiceDialog() {
  return (
    <Dialog title={text('service')} open onClose={closeSheet}>
      <div class="options">
        <CallWaiter />
        <Button icon="receipt" onClick={() => (sheet.value = { kind: 'bill' })}>
          {text('bill')}
        </Button>
      </div>
    </Dialog>
  )
}

function CallWaiter() {
  const table = useTable()
  const [isCalled, setCalled] = useState(Date.now() - calledMs < CALL_AGAIN_MS)
  const call = () => {
    calledMs = Date.now()
    setCalled(true)
    const locale = table.shelf.current.value?.locale ?? 'en'
    void table.ordering.note(callText(locale, table.visit.value.name))
  }
  return (
    <Button kind={isCalled ? 'plain' : 'primary'} icon={isCalled ? 'check' : 'bell'} disabled={isCalled} onClick={call}>
      <span role="status">{text(isCalled ? 'waiterCalled' : 'callWaiter')}</span>
    </Button>
  )
}
