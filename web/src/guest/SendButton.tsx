// Sends the round. Without a connection it says what will happen instead, in those words.

import { Button } from '../ui/Button'
import { totalOf } from './sums'
import { WIDE } from './TablePage'
import { closeSheet, sheet, useTable } from './table-context'
import { text } from './texts'

export function SendButton() {
  const table = useTable()
  const ready = table.ready.value
  const isOffline = !table.order.isLive.value && table.isOffline.value
  const isAsked = isOffline && table.sending.wantsLater.value
  const hasQuestion = table.questions.value.size > 0
  const send = () => {
    if (hasQuestion) {
      if (!matchMedia(WIDE).matches) sheet.value = { kind: 'order' }
      return
    }
    table.sending.begin()
    closeSheet()
  }
  if (table.basket.value.isPlacing) {
    return (
      <Button kind="primary" busy>
        {text('placing')}
      </Button>
    )
  }
  const price = table.money.value.full(totalOf(ready))
  return (
    <div class="send">
      <Button
        kind="primary"
        icon={isOffline ? 'offline' : 'send'}
        disabled={ready.length === 0 || table.sending.round.value !== null || isAsked}
        onClick={send}
      >
        {ready.length === 0 ? text('sendNothing') : `${text('send')} · ${price}`}
      </Button>
      {isOffline && <p class="send-hint">{text('sendLater')}</p>}
      {hasQuestion && <p class="send-hint">{text('answerFirst')}</p>}
    </div>
  )
}
