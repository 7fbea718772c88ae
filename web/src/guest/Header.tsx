// Where one is, who else is here, and the way to everything that is not the menu.

import { Avatar } from '../ui/Avatar'
import { IconButton } from '../ui/IconButton'
import { colorOf } from './names'
import { seated } from './people'
import { sheet, useTable } from './table-context'
import { text } from './texts'
import { tableLabel } from './Welcome'

const SHOWN_AT_MOST = 4

export function Header() {
  const table = useTable()
  const visit = table.visit.value
  const people = seated(table.company.table.value)
  const rest = people.length - SHOWN_AT_MOST
  return (
    <header class="guest-header">
      <div class="guest-place">
        <h1 dir="auto">{visit.restaurantName || text('title')}</h1>
        <p dir="auto">{tableLabel(visit)}</p>
      </div>
      <button
        type="button"
        class="guest-people"
        aria-label={text('people')}
        onClick={() => (sheet.value = { kind: 'people' })}
      >
        {people.slice(0, SHOWN_AT_MOST).map((one) => (
          <Avatar key={one.guest} name={one.name || text('guest')} color={colorOf(table, one.guest)} />
        ))}
        {rest > 0 && <span class="guest-people-more">+{rest}</span>}
      </button>
      <IconButton icon="settings" label={text('options')} onClick={() => (sheet.value = { kind: 'options' })} />
      <IconButton icon="bell" label={text('service')} onClick={() => (sheet.value = { kind: 'service' })} />
    </header>
  )
}
