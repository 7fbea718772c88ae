// The bill: everything, my part, or equal parts; and asking for it. Paying is done with the staff.

import { useState } from 'preact/hooks'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Icon } from '../ui/icons'
import { Segmented } from '../ui/Segmented'
import { dueOf } from './order'
import { Receipt } from './Receipt'
import { Stepper } from './Stepper'
import { splitEvenly } from './sums'
import { closeSheet, useTable } from './table-context'
import { text } from './texts'

type View = 'all' | 'mine' | 'equal'
const MOST_PEOPLE = 30

export function BillDialog() {
  const table = useTable()
  const [view, setView] = useState<View>('all')
  const order = table.order.state.value
  const isEmpty = table.basket.value.sent.every(({ stage }) => stage === 'gone')
  const isAsked = order?.is_bill_requested ?? false
  const views = [
    { value: 'all', label: text('everything') },
    { value: 'mine', label: text('myPart') },
    { value: 'equal', label: text('equalParts') },
  ] as const
  return (
    <Dialog
      title={text('bill')}
      open
      onClose={closeSheet}
      actions={
        !isEmpty && (
          <>
            <Button icon="print" onClick={() => print()}>
              {text('print')}
            </Button>
            <Button
              kind="primary"
              icon={isAsked ? 'check' : 'receipt'}
              disabled={isAsked}
              onClick={() => void table.ordering.askForBill()}
            >
              {text(isAsked ? 'billAsked' : 'askBill')}
            </Button>
          </>
        )
      }
    >
      {isEmpty ? (
        <p>{text('billEmpty')}</p>
      ) : (
        <div class="bill">
          <Segmented label={text('bill')} value={view} options={views} onChange={setView} />
          {view === 'all' && <Receipt />}
          {view === 'mine' && <Receipt of={table.guest} />}
          {view === 'equal' && <EqualParts due={order === null ? 0 : dueOf(order)} />}
          <p class="hint">
            <Icon name="info" size={16} /> {text('billHint')}
          </p>
          {table.basket.value.choosing.length > 0 && <p class="hint">{text('stillChoosing')}</p>}
        </div>
      )}
    </Dialog>
  )
}

function EqualParts({ due }: { due: number }) {
  const table = useTable()
  const [people, setPeople] = useState(() => Math.max(2, table.company.table.value.people.size))
  const parts = splitEvenly(due, people)
  const money = table.money.value
  const least = parts.at(-1) ?? 0
  const most = parts[0] ?? 0
  return (
    <div class="equal-parts">
      <span class="field-label">{text('forHowMany')}</span>
      <Stepper value={people} least={2} most={MOST_PEOPLE} label={text('forHowMany')} onChange={setPeople} />
      <p class="equal-amount">
        <span>{text('perPerson')}</span>
        <strong class="price">
          {least === most ? money.full(most) : `${money.full(least)} – ${money.full(most)}`}
        </strong>
      </p>
    </div>
  )
}
