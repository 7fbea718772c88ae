// uPlot, loaded when a chart is shown, and set up in the page's own colours.
// Rule 1: lines differ by colour and by dashes, so that they can be told apart without colour.
// Rule 2: time runs from left to right in every language; the axis begins at nothing.
// Rule 3: somebody who looked closer stays there while new seconds come in.

import type uPlot from 'uplot'
import { locale } from '../core/i18n'

export interface Line {
  readonly label: string
  /** A custom property of the page, such as `--accent`. */
  readonly color: string
  readonly dash: readonly number[]
  readonly format: (value: number | null) => string
}

export type PlotData = readonly [at: readonly number[], ...lines: (readonly (number | null)[])[]]

export interface Plot {
  show(data: PlotData, windowSeconds: number): void
  resize(width: number): void
  destroy(): void
}

export interface PlotOptions {
  readonly element: HTMLElement
  readonly lines: readonly Line[]
  readonly height: number
  /** The index of the second under the pointer; null: none. */
  readonly onPoint: (index: number | null) => void
}

const SYNCED = 'ops' // both charts point at the same second
const ROOM_ABOVE = 1.15
const STEPS_SECONDS = [1, 2, 5, 10, 15, 30, 60, 120]

/** Resolves when charts can be made. Rejects when the script cannot be had. */
export async function loadPlots(): Promise<(options: PlotOptions) => Plot> {
  const { default: UPlot } = await import('uplot')
  return (options) => makePlot(UPlot, options)
}

function makePlot(UPlot: typeof uPlot, { element, lines, height, onPoint }: PlotOptions): Plot {
  const style = getComputedStyle(element)
  const color = (name: string): string => style.getPropertyValue(name).trim()
  const font = `12px ${color('--sans') || 'sans-serif'}`
  const axis = {
    stroke: color('--ink-3'),
    font,
    grid: { stroke: color('--line'), width: 1 },
    ticks: { show: false },
  }
  let windowSeconds = 300
  let newest = 0
  let isClose = false // somebody looks closer
  const plot = new UPlot(
    {
      width: Math.max(element.clientWidth, 200),
      height,
      legend: { show: false },
      padding: [8, 24, 0, 0],
      cursor: {
        sync: { key: SYNCED },
        drag: { x: true, y: false, dist: 8 },
        points: { size: 7 },
      },
      scales: {
        x: { time: false, range: (_, min, max) => (isClose ? [min, max] : [newest - windowSeconds, newest]) },
        y: { range: (_, __, max) => [0, max > 0 ? max * ROOM_ABOVE : 1] },
      },
      axes: [
        { ...axis, incrs: STEPS_SECONDS, space: 70, values: (_, marks) => marks.map(timeLabel), size: 28 },
        { ...axis, size: 58, values: (_, marks) => marks.map((mark) => lines[0]?.format(mark) ?? '') },
      ],
      series: [
        {},
        ...lines.map((line) => ({
          label: line.label,
          stroke: color(line.color),
          width: 1.75,
          dash: [...line.dash],
          points: { show: false },
          spanGaps: false,
        })),
      ],
      hooks: {
        setCursor: [(self) => onPoint(self.cursor.idx ?? null)],
        setSelect: [
          (self) => {
            if (self.select.width > 0) isClose = true
          },
        ],
      },
    },
    [[], ...lines.map(() => [])],
    element,
  )
  const reset = (): void => {
    isClose = false
  }
  plot.over.addEventListener('dblclick', reset, { capture: true })
  return {
    show([at, ...columns], wanted) {
      if (wanted !== windowSeconds) reset()
      windowSeconds = wanted
      newest = at.at(-1) ?? 0
      const { min, max } = plot.scales.x ?? {}
      plot.setData([[...at], ...columns.map((column) => [...column])], !isClose)
      if (isClose && typeof min === 'number' && typeof max === 'number') plot.setScale('x', { min, max })
    },
    resize: (width) => plot.setSize({ width, height }),
    destroy: () => plot.destroy(),
  }
}

/** "14:02", and "14:02:30" between whole minutes: as the logs have it, whatever the language. */
export function timeLabel(seconds: number): string {
  const isWhole = seconds % 60 === 0
  return new Intl.DateTimeFormat(locale.value, {
    hourCycle: 'h23',
    hour: '2-digit',
    minute: '2-digit',
    ...(isWhole ? {} : { second: '2-digit' }),
  }).format(seconds * 1000)
}
