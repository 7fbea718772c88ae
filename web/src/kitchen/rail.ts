// Where every ticket stands: columns of one width, filled from top to bottom, the oldest first. Tickets are moved
// by transforms, and only those whose place is another one: a bump among 150 tickets lays out none of them anew.

const GAP_PX = 12

export interface Place {
  readonly x: number
  readonly y: number
}

export interface Floor {
  readonly places: readonly Place[]
  readonly widthPx: number
  readonly heightPx: number
}

export interface Space {
  readonly widthPx: number
  readonly heightPx: number
  readonly columns: number // 0: as many as fit
  readonly leastPx: number // of a column
}

/** How wide a column is, so that whole columns fill the space. */
export function columnWidth({ widthPx, columns, leastPx }: Space): number {
  const fitting = Math.max(1, Math.floor((widthPx + GAP_PX) / (leastPx + GAP_PX)))
  const count = columns > 0 ? columns : fitting
  return Math.max(1, Math.floor((widthPx - GAP_PX * (count - 1)) / count))
}

/** Places tickets of these heights. One that is higher than the space has a column of its own. */
export function placed(heights: readonly number[], space: Space): Floor {
  const width = columnWidth(space)
  let column = 0
  let y = 0
  let lowest = 0
  const places = heights.map((height): Place => {
    if (y > 0 && y + height > space.heightPx) {
      column += 1
      y = 0
    }
    const place = { x: column * (width + GAP_PX), y }
    y += height + GAP_PX
    lowest = Math.max(lowest, y - GAP_PX)
    return place
  })
  return { places, widthPx: (column + 1) * (width + GAP_PX) - GAP_PX, heightPx: lowest }
}

/** How many tickets are scrolled out, before and after what is seen. */
export function outside(floor: Floor, fromPx: number, widthPx: number, columnPx: number): readonly [number, number] {
  const middles = floor.places.map((place) => place.x + columnPx / 2)
  return [middles.filter((x) => x < fromPx).length, middles.filter((x) => x > fromPx + widthPx).length]
}
