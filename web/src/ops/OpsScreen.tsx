// The whole page: a sentence that says how it is, numbers, charts, and tables to look closer.

import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { clockTime } from '../core/dates'
import type { Link } from '../core/link'
import { Banner } from '../ui/Banner'
import { Button } from '../ui/Button'
import { EmptyState } from '../ui/EmptyState'
import { Shell } from '../ui/Shell'
import { Skeleton } from '../ui/Skeleton'
import { Charts } from './Charts'
import { DiagnosticsButton } from './DiagnosticsButton'
import { HealthReport } from './HealthReport'
import type { Operations } from './state'
import type { TablesProps } from './Tables'
import { OwnTiles, Tiles } from './Tiles'
import { opsText } from './texts'

const OWN_VIEWS = ['rooms', 'connections', 'people'] as const
const ALL_VIEWS = [...OWN_VIEWS, 'counters'] as const

export interface OpsScreenProps {
  link: Link
  operations: Operations
}

/** The page in its frame. */
export function OpsScreen({ link, operations }: OpsScreenProps) {
  const { access, isPaused } = operations
  const isEverything = access.value === 'everything'
  const actions = (
    <>
      <Button
        icon={isPaused.value ? 'play' : 'pause'}
        class="ops-bar-button"
        title={isPaused.value ? opsText('resume') : opsText('pause')}
        onClick={() => {
          isPaused.value = !isPaused.value
        }}
      >
        {isPaused.value ? opsText('resume') : opsText('pause')}
      </Button>
      {isEverything && <DiagnosticsButton operations={operations} class="ops-bar-button ops-diagnose" />}
    </>
  )
  return (
    <Shell link={link} title={opsText('title')} class="ops" actions={actions}>
      <div class="ops-page">
        <Freshness operations={operations} />
        <Content operations={operations} />
      </div>
    </Shell>
  )
}

/** Says when what is shown is not from now. */
function Freshness({ operations: { isAway, isPaused, answeredAtMs } }: { operations: Operations }) {
  const time = answeredAtMs.value === null ? null : clockTime(answeredAtMs.value)
  if (isPaused.value) return <Banner icon="pause">{opsText('pausedNote', { time: time ?? '–' })}</Banner>
  if (!isAway.value || time === null) return null
  return <Banner kind="bad">{opsText('awayNote', { time })}</Banner>
}

function Content({ operations }: { operations: Operations }) {
  const { access, seen, figures, rooms, connections } = operations
  switch (access.value) {
    case 'asking':
      return (
        <div class="ops-loading" role="status" aria-label={opsText('loading')}>
          <Skeleton lines={6} />
        </div>
      )
    case 'nothing':
      return <EmptyState icon="lock" title={opsText('forbidden')} />
    case 'restaurant':
      return (
        <>
          <Banner>{opsText('ownRestaurant')}</Banner>
          <OwnTiles rooms={rooms.value} connections={connections.value} />
          <LaterTables operations={operations} views={OWN_VIEWS} />
        </>
      )
    case 'everything':
      return (
        <>
          {seen.value !== null && <HealthReport seen={seen.value} figures={figures.value} />}
          {seen.value !== null && <Tiles seen={seen.value} figures={figures.value} />}
          <Charts figures={figures.value} />
          <LaterTables operations={operations} views={ALL_VIEWS} />
        </>
      )
  }
}

/** The script, and its words in the language of the page. */
async function loadTables(): Promise<(props: TablesProps) => VNode> {
  const [{ Tables }, { tableText }] = await Promise.all([import('./Tables'), import('./table-texts')])
  await tableText.ready()
  return Tables
}

/** The tables come after the numbers: their script is not needed for those. */
function LaterTables({ operations, views }: TablesProps) {
  const [Tables, setTables] = useState<{ show: (props: TablesProps) => VNode } | null>(null)
  const [isFailed, setFailed] = useState(false)
  useEffect(() => {
    loadTables().then(
      (show) => setTables({ show }),
      () => setFailed(true),
    )
  }, [])
  if (isFailed) return <Banner kind="warn">{opsText('tablesFailed')}</Banner>
  return Tables === null ? <Skeleton lines={4} /> : <Tables.show operations={operations} views={views} />
}
