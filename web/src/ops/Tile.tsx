// One number with its name, its unit, a word for its level, and its last minute as a line.

import type { ComponentChildren } from 'preact'
import { Icon } from '../ui/icons'
import type { Column } from './figures'
import { sparkPath } from './format'
import type { Level } from './health'

const SPARK_WIDTH = 120
const SPARK_HEIGHT = 28
const SPARK_SECONDS = 60

export interface TileProps {
  label: string
  value: string
  /** What the level is called here; without one, the number is neither good nor bad. */
  level?: Level | undefined
  word?: string | undefined
  spark?: Column | undefined
  children?: ComponentChildren
}

/** A tile. Its line is decoration: the number says the same. */
export function Tile({ label, value, level, word, spark, children }: TileProps) {
  return (
    <div class={level === undefined || level === 'good' ? 'ops-tile' : `ops-tile is-${level}`}>
      <dt class="ops-tile-label">{label}</dt>
      <dd class="ops-tile-main">
        <span class="ops-tile-value number">{value}</span>
        {word !== undefined && level !== undefined && (
          <span class={`ops-word is-${level}`}>
            {level !== 'good' && <Icon name="alert" size={14} />}
            {word}
          </span>
        )}
      </dd>
      {spark !== undefined && <Spark values={spark.slice(-SPARK_SECONDS)} />}
      <dd class="ops-tile-detail number">{children}</dd>
    </div>
  )
}

function Spark({ values }: { values: Column }) {
  return (
    <svg
      class="ops-spark"
      viewBox={`0 -2 ${SPARK_WIDTH} ${SPARK_HEIGHT + 4}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
    >
      <path d={sparkPath(values, SPARK_WIDTH, SPARK_HEIGHT)} vector-effect="non-scaling-stroke" />
    </svg>
  )
}
