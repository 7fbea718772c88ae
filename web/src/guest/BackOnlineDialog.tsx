// The question after a time without connection.

import { useEffect } from 'preact/hooks'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { dishesIn } from './sums'
import { useTable } from './table-context'
import { text } from './texts'

/** "Will ask before sending when back online": here it asks. */
export function BackOnlineDialog() {
  const table = useTable()
  const ready = table.ready.value
  const isWaiting = table.basket.value.choosing.some(({ pending }) => pending === 'waiting')
  const isTime = table.sending.wantsLater.value && table.order.isLive.value && !isWaiting
  useEffect(() => {
    if (isTime && ready.length === 0) table.sending.forgetWish()
  }, [isTime, ready.length])
  if (!isTime || ready.length === 0) return null
  const forget = () => table.sending.forgetWish()
  const send = () => {
    forget()
    void table.place()
  }
  return (
    <Dialog
      title={text('backOnline')}
      open
      onClose={forget}
      actions={
        <>
          <Button onClick={forget}>{text('notYet')}</Button>
          <Button kind="primary" icon="send" onClick={send}>
            {text('sendNow')}
          </Button>
        </>
      }
    >
      <p>{text.count('backOnlineAsk', dishesIn(ready))}</p>
    </Dialog>
  )
}
