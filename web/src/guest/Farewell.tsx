// The visit has ended: thanks, and what the table had, for as long as this page stays open.

import type { FunctionComponent } from 'preact'
import { Button } from '../ui/Button'
import { Icon } from '../ui/icons'
import { text } from './texts'
import type { Visit } from './visit'

export function Farewell({ visit, Receipt }: { visit: Visit; Receipt: FunctionComponent | null }) {
  return (
    <main class="guest notice-page farewell">
      <span class="notice-icon">
        <Icon name="leaf" size={36} />
      </span>
      <h1>{text('farewell')}</h1>
      <p dir="auto">{visit.restaurantName}</p>
      <p>{text('farewellHint')}</p>
      {Receipt !== null && (
        <>
          <section class="farewell-receipt" aria-label={text('youHad')}>
            <h2>{text('youHad')}</h2>
            <Receipt />
          </section>
          <Button icon="print" onClick={() => print()}>
            {text('print')}
          </Button>
        </>
      )}
    </main>
  )
}
