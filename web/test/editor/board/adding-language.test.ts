import { describe, expect, it } from 'vitest'
import { languagesToAdd, tagOf } from '../../../src/editor/board/adding-language'

describe('languages to add', () => {
  it('has names, in their order, without what the menu has', () => {
    const offered = languagesToAdd(['en', 'de'])
    expect(offered.map(({ tag }) => tag)).not.toContain('de')
    expect(offered.find(({ tag }) => tag === 'fr')?.name).toBe('French')
    const names = offered.map(({ name }) => name)
    expect(names).toEqual([...names].sort((one, other) => one.localeCompare(other)))
  })

  it.each([
    ['de-at', 'de-AT'],
    [' pt-BR ', 'pt-BR'],
    ['zh-hant', 'zh-Hant'],
    ['german', null],
    ['', null],
    ['x', null],
    ['de_AT', null],
  ])('reads %j as %j', (typed, tag) => {
    expect(tagOf(typed)).toBe(tag)
  })
})
