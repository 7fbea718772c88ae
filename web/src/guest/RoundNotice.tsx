// The five seconds before a round goes out, for everybody at the table.

import { useEffect } from 'preact/hooks'
import { announce } from '../ui/announce'
import { Button } from '../ui/Button'
import { COUNTDOWN_MS, secondsLeft } from './round'
import { useTable } from './table-context'
import { text } from './texts'

export function RoundNotice() {
  const table = useTable()
  const round = table.sending.round.value
  const isMine = table.sending.isMine.value
  const guest = round?.guest
  useEffect(() => {
    if (round === null) return
    const n = secondsLeft(round, table.sending.nowMs.peek())
    announce(isMine ? text('sendingMine', { n }) : text('sendingOther', { name: round.name, n }))
  }, [guest])
  if (round === null) return null
  const n = secondsLeft(round, table.sending.nowMs.value)
  const rest = Math.max(0, Math.min(1, (round.endsMs - table.sending.nowMs.value) / COUNTDOWN_MS))
  return (
    <section class="round">
      <div class="round-bar" style={{ '--rest': String(rest) }} aria-hidden="true" />
      <div class="round-words">
        <strong>
          <bdi>
            {isMine ? text('sendingMine', { n }) : text('sendingOther', { name: round.name || text('guest'), n })}
          </bdi>
        </strong>
        <span>{text.count('sendingHint', round.dishes)}</span>
      </div>
      <Button onClick={() => table.sending.wait()}>{text(isMine ? 'stop' : 'wait')}</Button>
    </section>
  )
}
