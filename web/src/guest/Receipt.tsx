// What was ordered and what it costs, line by line, then what is paid and what is still due.

import { dishName, whoChose } from './names'
import { dueOf, isClosed } from './order'
import { useTable } from './table-context'
import { text } from './texts'

/** of: only the lines of one guest. */
export function Receipt({ of }: { of?: string | undefined }) {
  const table = useTable()
  const order = table.order.state.value
  const money = table.money.value
  const lines = table.basket.value.sent.filter(
    (line) => line.stage !== 'gone' && (of === undefined || line.owner === of),
  )
  const total = of === undefined ? (order?.total ?? 0) : lines.reduce((sum, line) => sum + line.price, 0)
  const paid = order?.paid ?? 0
  return (
    <table class="receipt">
      <tbody>
        {lines.map((line) => (
          <tr key={line.id}>
            <td class="receipt-count">{line.quantity} ×</td>
            <th scope="row">
              <span class="dish-name" dir="auto">
                {dishName(table, line)}
              </span>
              {of === undefined && <span class="receipt-who">{whoChose(table, line)}</span>}
              {line.isComped && <span class="receipt-who">{text('onTheHouse')}</span>}
            </th>
            <td class="price">{money.full(line.price)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr class="receipt-total">
          <td />
          <th scope="row">{of === undefined ? text(isClosed(order) ? 'totalAll' : 'total') : text('subtotal')}</th>
          <td class="price">{money.full(total)}</td>
        </tr>
        {of === undefined && order !== null && paid > 0 && (
          <>
            <tr>
              <td />
              <th scope="row">{text('paid')}</th>
              <td class="price">{money.full(paid)}</td>
            </tr>
            <tr>
              <td />
              <th scope="row">{text('due')}</th>
              <td class="price">{money.full(dueOf(order))}</td>
            </tr>
          </>
        )}
      </tfoot>
    </table>
  )
}
