// What I can and cannot eat. The words say that a filter is no promise.

import { Button } from '../ui/Button'
import { Chip } from '../ui/Chip'
import { Dialog } from '../ui/Dialog'
import { Switch } from '../ui/Switch'
import { wishes } from './preferences'
import { closeSheet, useTable } from './table-context'
import { codeName, text } from './texts'
import { allergensOf, countOf, dietsOf, NO_WISHES, suits, toggled } from './wishes'

export function FilterDialog() {
  const menu = useTable().shelf.current.value
  if (menu === null) return null
  const allergens = allergensOf(menu)
  const diets = dietsOf(menu)
  const now = wishes.value
  const fitting = [...menu.dishes.values()].filter((dish) => suits(dish, now)).length
  return (
    <Dialog
      title={text('filter')}
      open
      onClose={closeSheet}
      actions={
        <>
          {countOf(now) > 0 && <Button onClick={() => (wishes.value = NO_WISHES)}>{text('filterClear')}</Button>}
          <Button kind="primary" onClick={closeSheet}>
            {text.count('filterDone', fitting)}
          </Button>
        </>
      }
    >
      {allergens.length === 0 && diets.length === 0 && <p>{text('filterNone')}</p>}
      {allergens.length > 0 && (
        <fieldset class="filter-group">
          <legend>{text('filterWithout')}</legend>
          <div class="chips">
            {allergens.map((one) => (
              <Chip
                key={one}
                tone="warn"
                pressed={now.without.has(one)}
                onToggle={() => (wishes.value = { ...now, without: toggled(now.without, one) })}
              >
                {codeName(one)}
              </Chip>
            ))}
          </div>
          <Switch
            label={text('filterTraces')}
            checked={now.alsoTraces}
            onChange={(alsoTraces) => (wishes.value = { ...now, alsoTraces })}
          />
        </fieldset>
      )}
      {diets.length > 0 && (
        <fieldset class="filter-group">
          <legend>{text('filterDiets')}</legend>
          <div class="chips">
            {diets.map((one) => (
              <Chip
                key={one}
                tone="good"
                pressed={now.diets.has(one)}
                onToggle={() => (wishes.value = { ...now, diets: toggled(now.diets, one) })}
              >
                {codeName(one)}
              </Chip>
            ))}
          </div>
        </fieldset>
      )}
      <p class="hint">{text('filterNote')}</p>
    </Dialog>
  )
}
