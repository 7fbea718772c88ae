// A line that the kitchen has: how far it is, in words and with a mark. What should not come after all
// can only be asked of the staff.

import { useState } from 'preact/hooks'
import { Avatar } from '../ui/Avatar'
import { Button } from '../ui/Button'
import { Icon, type IconName } from '../ui/icons'
import { Ask } from './Ask'
import type { BasketLine } from './basket'
import { LineDetails } from './LineRow'
import { colorOf, dishName, whoChose } from './names'
import type { Stage } from './order'
import { useTable } from './table-context'
import { text } from './texts'

type Words = 'waitsForCourse' | 'stageSent' | 'stagePreparing' | 'stageReady' | 'stageServed' | 'stageGone'

const STAGES: Readonly<Record<Exclude<Stage, 'choosing'>, readonly [IconName, Words]>> = {
  later: ['clock', 'waitsForCourse'],
  sent: ['send', 'stageSent'],
  preparing: ['pan', 'stagePreparing'],
  ready: ['bell', 'stageReady'],
  served: ['check', 'stageServed'],
  gone: ['close', 'stageGone'],
}

/** What is ready cannot be taken back. */
const CAN_ASK: ReadonlySet<Stage> = new Set(['later', 'sent', 'preparing'])

export function SentLine({ line }: { line: BasketLine }) {
  const table = useTable()
  const name = dishName(table, line)
  const who = whoChose(table, line)
  const [icon, words] = STAGES[line.stage === 'choosing' ? 'sent' : line.stage]
  const isGone = line.stage === 'gone'
  return (
    <li class={isGone ? 'line is-gone' : 'line'}>
      <div class="line-main">
        <Avatar name={who} color={line.owner === null ? undefined : colorOf(table, line.owner)} size="small" />
        <span class="line-words">
          <span class="dish-name" dir="auto">
            {line.quantity > 1 && `${line.quantity} × `}
            {isGone ? <s>{name}</s> : name}
          </span>
          <LineDetails line={line} />
          <span class={`stage stage-${line.stage}`}>
            <Icon name={icon} size={14} />
            {line.pending === 'waiting' ? text('placing') : text(words)}
            {isGone && line.reason !== '' && `: ${line.reason === 'sold_out' ? text('reasonSoldOut') : line.reason}`}
          </span>
        </span>
        <span class="price">{line.isComped ? text('onTheHouse') : table.money.value.full(line.price)}</span>
      </div>
      <CancelAsk line={line} name={name} />
    </li>
  )
}

function CancelAsk({ line, name }: { line: BasketLine; name: string }) {
  const table = useTable()
  const [isAsking, setAsking] = useState(false)
  if (line.isVoidAsked) return <p class="line-waits">{text('cancelAsked')}</p>
  const canAsk = line.pending === 'none' && CAN_ASK.has(line.stage) && table.mayEdit(line)
  if (!canAsk) return null
  if (!isAsking) {
    return (
      <button type="button" class="link-button line-cancel" onClick={() => setAsking(true)}>
        {text('askToCancel')}
      </button>
    )
  }
  const ask = () => {
    setAsking(false)
    void table.ordering.askToCancel(line, name)
  }
  return (
    <Ask words={text('askToCancelSure', { name })}>
      <Button onClick={() => setAsking(false)}>{text('cancel')}</Button>
      <Button kind="primary" onClick={ask}>
        {text('askToCancel')}
      </Button>
    </Ask>
  )
}
