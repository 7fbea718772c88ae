// Cards for tables, to cut out and stand up. Codes are stored nowhere, so printing draws new ones.

import { render } from 'preact'
import { useState } from 'preact/hooks'
import type { CodeAnswer, TableStateAnswer } from '../core/protocol'
import { Checkbox } from '../ui/Checkbox'
import { svgAddress, tableTitle } from '../ui/TableCode'
import { FormDialog } from './parts'
import type { SettingsApi } from './settings-api'
import { text } from './texts'
import { useSave } from './use-save'

export interface PrintCardsDialogProps {
  api: SettingsApi
  tables: readonly TableStateAnswer[]
  onClose: () => void
}

interface Card {
  readonly table: TableStateAnswer
  readonly code: CodeAnswer
}

const PAINTED_MS = 300

/** Choose tables, then the browser's print dialog. */
export function PrintCardsDialog({ api, tables, onClose }: PrintCardsDialogProps) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(tables.map(({ id }) => id)))
  const saving = useSave(['tables'])
  const choose = (id: string, isOn: boolean) => {
    const next = new Set(chosen)
    if (isOn) next.add(id)
    else next.delete(id)
    setChosen(next)
  }
  const print = async () => {
    const wanted = tables.filter(({ id }) => chosen.has(id))
    if (wanted.length === 0) return saving.refuse({ tables: text('printCardsNone') })
    await saving.run(async () => {
      const drawn: Card[] = []
      for (const table of wanted) drawn.push({ table, code: await api.codeOf(table) })
      printSheet(drawn)
    })
  }
  return (
    <FormDialog
      title={text('printCardsTitle')}
      saving={saving}
      onClose={onClose}
      onSubmit={() => void print()}
      submit={text.count('printCardsGo', chosen.size)}
    >
      <p>{text('printCardsHelp')}</p>
      <div class="check-list">
        <Checkbox
          label={text('printCardsAll')}
          checked={chosen.size === tables.length}
          onChange={(isOn) => setChosen(new Set(isOn ? tables.map(({ id }) => id) : []))}
        />
        {tables.map((table) => (
          <Checkbox
            key={table.id}
            label={[tableTitle(table.name), table.area].filter(Boolean).join(' · ')}
            checked={chosen.has(table.id)}
            onChange={(isOn) => choose(table.id, isOn)}
          />
        ))}
      </div>
      {saving.at('tables') !== null && <p class="field-error">{saving.at('tables')}</p>}
    </FormDialog>
  )
}

/** Puts the cards beside the page, where only the printer sees them, until they are printed. */
function printSheet(cards: readonly Card[]): void {
  const place = document.createElement('div')
  place.className = 'print-only table-cards'
  document.body.append(place)
  render(<Sheet cards={cards} />, place)
  const clear = () => {
    render(null, place)
    place.remove()
  }
  window.addEventListener('afterprint', clear, { once: true })
  // What is not painted is not printed.
  setTimeout(() => window.print(), PAINTED_MS)
}

function Sheet({ cards }: { cards: readonly Card[] }) {
  return cards.map(({ table, code }) => (
    <article key={table.id} class="table-card">
      <h2 dir="auto">{tableTitle(table.name)}</h2>
      <img src={svgAddress(code.qr_svg)} alt="" />
      <p>{text('printCardScan')}</p>
      <code>{code.url.replace(/^https?:\/\//, '')}</code>
    </article>
  ))
}
