// On a phone: how much is on the list, and the way to send it, always under the thumb.

import { Icon } from '../ui/icons'
import { dishesIn } from './sums'
import { sheet, useTable } from './table-context'
import { text } from './texts'

export function BottomBar() {
  const table = useTable()
  const { dishes, price } = table.choosingTotal
  const { sent } = table.basket.value
  const isOffline = table.isOffline.value
  const hasQuestion = table.questions.value.size > 0 || table.basket.value.problems.length > 0
  const begin = () => {
    if (hasQuestion) sheet.value = { kind: 'order' }
    else table.sending.begin()
  }
  if (dishes === 0 && sent.length === 0) return null
  const isAsked = isOffline && table.sending.wantsLater.value
  return (
    <div class="bottom-bar">
      <button type="button" class="bar-order" onClick={() => (sheet.value = { kind: 'order' })}>
        <span class="bar-count" aria-hidden="true">
          {dishes > 0 ? dishes : <Icon name="check" size={18} />}
        </span>
        <span class="bar-words">
          <span>{text('order')}</span>
          <strong class="price">
            {dishes > 0 ? table.money.value.full(price) : text.count('dishes', dishesIn(sent))}
          </strong>
        </span>
        {hasQuestion && <Icon name="alert" size={18} />}
      </button>
      {dishes > 0 && (
        <button
          type="button"
          class={isOffline ? 'bar-send is-offline' : 'bar-send'}
          disabled={
            (table.ready.value.length === 0 && !hasQuestion) ||
            table.sending.round.value !== null ||
            isAsked ||
            table.basket.value.isPlacing
          }
          onClick={begin}
        >
          <Icon name={isOffline ? 'offline' : 'send'} size={18} />
          <span>{isOffline ? text('sendLater') : table.basket.value.isPlacing ? text('placing') : text('send')}</span>
        </button>
      )}
    </div>
  )
}
