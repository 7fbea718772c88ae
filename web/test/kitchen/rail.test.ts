import { describe, expect, it } from 'vitest'
import { columnWidth, outside, placed } from '../../src/kitchen/rail'

const space = { widthPx: 1200, heightPx: 600, columns: 0, leastPx: 280 }

describe('the rail', () => {
  it('has as many whole columns as fit', () => {
    expect(columnWidth(space)).toBe(291)
    expect(columnWidth({ ...space, widthPx: 200 })).toBe(200)
  })

  it('has the chosen number of columns', () => {
    expect(columnWidth({ ...space, columns: 2 })).toBe(594)
  })

  it('fills columns from top to bottom in the order of the tickets', () => {
    const floor = placed([200, 300, 200, 100], space)
    expect(floor.places).toEqual([
      { x: 0, y: 0 },
      { x: 0, y: 212 },
      { x: 303, y: 0 },
      { x: 303, y: 212 },
    ])
    expect(floor).toMatchObject({ widthPx: 594, heightPx: 512 })
  })

  it('gives a ticket that is higher than the screen a column of its own', () => {
    const floor = placed([100, 900, 100], space)
    expect(floor.places.map((place) => place.x)).toEqual([0, 303, 606])
    expect(floor.heightPx).toBe(900)
  })

  it('is empty without tickets', () => {
    expect(placed([], space).places).toEqual([])
  })

  it('counts what is scrolled out on either side', () => {
    const floor = placed([500, 500, 500, 500, 500, 500], space)
    expect(outside(floor, 0, 1200, 291)).toEqual([0, 2])
    expect(outside(floor, 606, 1200, 291)).toEqual([2, 0])
  })
})
