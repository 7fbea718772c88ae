// What lies over the page when it is asked for, and the list. Loaded when the menu is on the screen.

import { BackOnlineDialog } from './BackOnlineDialog'
import { BillDialog } from './BillDialog'
import { DishDialog } from './DishDialog'
import { FilterDialog } from './FilterDialog'
import { OptionsDialog } from './OptionsDialog'
import { OrderDialog } from './OrderPanel'
import { PeopleDialog } from './PeopleDialog'
import { ServiceDialog } from './ServiceDialog'
import { sheet } from './table-context'

export { OrderPanel } from './OrderPanel'

/** isWide: the list stands beside the menu, and is no sheet. */
export function Sheets({ isWide }: { isWide: boolean }) {
  return (
    <>
      <OpenSheet isWide={isWide} />
      <BackOnlineDialog />
    </>
  )
}

function OpenSheet({ isWide }: { isWide: boolean }) {
  const open = sheet.value
  switch (open.kind) {
    case 'none':
      return null
    case 'dish':
      return <DishDialog menu={open.menu} dish={open.dish} line={open.line} />
    case 'order':
      return isWide ? null : <OrderDialog />
    case 'bill':
      return <BillDialog />
    case 'people':
      return <PeopleDialog />
    case 'options':
      return <OptionsDialog />
    case 'service':
      return <ServiceDialog />
    case 'filter':
      return <FilterDialog />
  }
}
