// The list in its two zones: what the table is choosing, and what the kitchen has. On a phone it is a
// sheet over the menu, else it stands beside it.

import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Icon } from '../ui/icons'
import { LineRow } from './LineRow'
import { Problems } from './Problems'
import { SendButton } from './SendButton'
import { SentLine } from './SentLine'
import { dishesIn, totalOf } from './sums'
import { closeSheet, sheet, useTable } from './table-context'
import { text } from './texts'

export function OrderDialog() {
  return (
    <Dialog
      title={text('order')}
      open
      onClose={closeSheet}
      actions={
        <div class="order-actions">
          <SendButton />
        </div>
      }
    >
      <div class="order-sheet">
        <Zones />
      </div>
    </Dialog>
  )
}

export function OrderPanel() {
  return (
    <>
      <h2 class="order-title">{text('order')}</h2>
      <div class="order-scroll">
        <Zones />
      </div>
      <div class="order-actions">
        <SendButton />
      </div>
    </>
  )
}

function Zones() {
  const table = useTable()
  const { choosing, sent } = table.basket.value
  const money = table.money.value
  return (
    <>
      <Problems />
      <section class="zone" aria-label={text('choosing')}>
        <header class="zone-head">
          <h3>{text('choosing')}</h3>
          {choosing.length > 0 && <span class="price">{money.full(totalOf(choosing))}</span>}
        </header>
        {choosing.length === 0 ? (
          <p class="zone-empty">
            <strong>{text('choosingEmpty')}</strong> {text('choosingEmptyHint')}
          </p>
        ) : (
          <>
            <ul class="lines">
              {choosing.map((line) => (
                <LineRow key={line.id} line={line} />
              ))}
            </ul>
            <p class="hint">{text('choosingHint')}</p>
          </>
        )}
      </section>
      {sent.length > 0 && (
        <section class="zone" aria-label={text('sentZone')}>
          <header class="zone-head">
            <h3>{text('sentZone')}</h3>
            <span class="price">{money.full(table.order.state.value?.total ?? totalOf(sent))}</span>
          </header>
          <ul class="lines">
            {sent.map((line) => (
              <SentLine key={line.id} line={line} />
            ))}
          </ul>
          <Button icon="receipt" onClick={() => (sheet.value = { kind: 'bill' })}>
            {text('bill')}
          </Button>
          {table.order.state.value?.is_bill_requested && (
            <p class="hint good">
              <Icon name="check" size={16} /> {text('billAsked')}
            </p>
          )}
        </section>
      )}
      <span class="visually-hidden" role="status">
        {text.count('dishes', dishesIn(choosing))}
      </span>
    </>
  )
}
