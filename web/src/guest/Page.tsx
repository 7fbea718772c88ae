// Which page a guest sees: one moment, no visit, welcome, the table, or farewell.

import { useSignalEffect } from '@preact/signals'
import { Spinner } from '../ui/Spinner'
import '../ui/theme'
import { arrival } from './arrival'
import { Farewell } from './Farewell'
import { NoVisitPage } from './NoVisitPage'
import { text } from './texts'
import { Welcome } from './Welcome'

/** The whole page. */
export function Page() {
  const now = arrival.value
  useSignalEffect(() => {
    document.title = text('title')
  })
  switch (now.kind) {
    case 'coming':
      return (
        <main class="guest notice-page" aria-busy="true">
          <Spinner />
          <p>{text('loading')}</p>
        </main>
      )
    case 'no_visit':
      return <NoVisitPage why={now.why} />
    case 'welcome':
      return <Welcome visit={now.visit} onName={now.enter} />
    case 'over':
      return <Farewell visit={now.visit} Receipt={now.Receipt} />
    case 'table':
      return <now.View />
  }
}
