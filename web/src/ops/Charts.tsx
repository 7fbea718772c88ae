// Throughput and latency over the last minutes. What the lines say stands beside them in words.

import { useEffect, useRef, useState } from 'preact/hooks'
import { Segmented } from '../ui/Segmented'
import { theme } from '../ui/theme'
import { type Column, type Figures, latest } from './figures'
import { milliseconds, rate } from './format'
import { type Line, loadPlots, type Plot } from './plot'
import { opsText } from './texts'

const HEIGHT = 220
const WINDOWS = { one: 60, five: 300 } as const

interface Series extends Line {
  readonly column: Column
}

/** Both charts, with the time they show. */
export function Charts({ figures }: { figures: Figures }) {
  const [shown, setShown] = useState<keyof typeof WINDOWS>('five')
  const throughput: readonly Series[] = [
    series('seriesUpdates', '--accent', [], figures.updates, rate),
    series('seriesCommands', '--info', [8, 4], figures.commands, rate),
    series('seriesDeliveries', '--ink-3', [2, 3], figures.deliveries, rate),
  ]
  const latency: readonly Series[] = [
    series('seriesP50', '--info', [], figures.p50, milliseconds),
    series('seriesP95', '--warn', [8, 4], figures.p95, milliseconds),
    series('seriesP99', '--bad', [2, 3], figures.p99, milliseconds),
  ]
  const windowSeconds = WINDOWS[shown]
  return (
    <section class="ops-charts" aria-label={opsText('charts')}>
      <div class="ops-charts-head">
        <h2>{opsText('charts')}</h2>
        <p class="note">{opsText('dragHint')}</p>
        <Segmented
          label={opsText('window')}
          value={shown}
          options={[
            { value: 'one', label: opsText('oneMinute') },
            { value: 'five', label: opsText('fiveMinutes') },
          ]}
          onChange={setShown}
        />
      </div>
      <Chart title={opsText('chartThroughput')} lines={throughput} atMs={figures.atMs} windowSeconds={windowSeconds} />
      <Chart title={opsText('chartLatency')} lines={latency} atMs={figures.atMs} windowSeconds={windowSeconds} />
    </section>
  )
}

function series(
  label: 'seriesUpdates' | 'seriesCommands' | 'seriesDeliveries' | 'seriesP50' | 'seriesP95' | 'seriesP99',
  color: string,
  dash: readonly number[],
  column: Column,
  format: (value: number | null) => string,
): Series {
  return { label: opsText(label), color, dash, column, format }
}

interface ChartProps {
  title: string
  lines: readonly Series[]
  atMs: readonly number[]
  windowSeconds: number
}

function Chart({ title, lines, atMs, windowSeconds }: ChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const [plot, setPlot] = useState<Plot | null>(null)
  const [isFailed, setFailed] = useState(false)
  const [point, setPoint] = useState<number | null>(null)
  const appearance = useAppearance()
  const names = lines.map((line) => line.label).join()
  // Made anew when the words or the colours change; what it shows follows below.
  useEffect(() => makeIn(place.current, lines, setPlot, setPoint, () => setFailed(true)), [appearance, names])
  useEffect(() => {
    const at = atMs.map((ms) => ms / 1000)
    plot?.show([at, ...lines.map((line) => line.column)], windowSeconds)
  }, [plot, atMs, windowSeconds])
  return (
    <figure class="card ops-chart">
      <figcaption>
        <h3>{title}</h3>
        <ul class="ops-legend">
          {lines.map((line) => (
            <LegendEntry key={line.label} line={line} point={point} />
          ))}
        </ul>
      </figcaption>
      {isFailed ? (
        <p class="note">{opsText('chartFailed')}</p>
      ) : (
        <div class="ops-plot" dir="ltr" aria-hidden="true" ref={place} />
      )}
    </figure>
  )
}

/** The line as it is drawn, its name, and its value: now, or where somebody points. */
function LegendEntry({ line, point }: { line: Series; point: number | null }) {
  const value = point === null ? latest(line.column, 10) : (line.column[point] ?? null)
  return (
    <li>
      <svg class="ops-line" viewBox="0 0 28 4" aria-hidden="true" focusable="false">
        <path d="M0 2H28" stroke={`var(${line.color})`} stroke-width="2.5" stroke-dasharray={line.dash.join(' ')} />
      </svg>
      <span>{line.label}</span>
      <strong class="number">{line.format(value)}</strong>
    </li>
  )
}

function makeIn(
  element: HTMLElement | null,
  lines: readonly Line[],
  onMade: (plot: Plot | null) => void,
  onPoint: (index: number | null) => void,
  onFailed: () => void,
): (() => void) | undefined {
  if (element === null) return undefined
  let made: Plot | null = null
  let isOver = false
  const watch = new ResizeObserver(() => made?.resize(element.clientWidth))
  loadPlots()
    .then((make) => {
      if (isOver) return
      made = make({ element, lines, height: HEIGHT, onPoint })
      watch.observe(element)
      onMade(made)
    })
    .catch(onFailed)
  return () => {
    isOver = true
    watch.disconnect()
    made?.destroy()
    onMade(null)
  }
}

/** Changes when the page turns dark or light: a canvas does not follow by itself. */
function useAppearance(): string {
  const [isDark, setDark] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches)
  useEffect(() => {
    const wish = matchMedia('(prefers-color-scheme: dark)')
    const look = (): void => setDark(wish.matches)
    wish.addEventListener('change', look)
    return () => wish.removeEventListener('change', look)
  }, [])
  return theme.value === 'auto' ? (isDark ? 'dark' : 'light') : theme.value
}
