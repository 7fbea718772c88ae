import { describe, expect, it } from 'vitest'
import { shortId, uuid7 } from '../../src/core/ids'

describe('ids', () => {
  it('of commands are UUIDs of version 7 that sort by time', () => {
    expect(uuid7()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    const drawn = [1, 2, 1_700_000_000_000, 1_800_000_000_000].map((ms) => uuid7(ms))
    expect([...drawn].sort()).toEqual(drawn)
    expect(uuid7(1_700_000_000_000).slice(0, 13)).toBe('018bcfe5-6800')
  })

  it('of lines have ten characters and do not repeat', () => {
    const drawn = new Set(Array.from({ length: 2000 }, shortId))
    expect(drawn.size).toBe(2000)
    for (const id of drawn) expect(id).toMatch(/^[0-9a-z]{10}$/)
  })
})
