import { describe, expect, test } from 'vitest'
import type { Role } from '../../src/core/session'
import { rightsOf } from '../../src/editor/rights'

const of = (roles: readonly Role[], locales: readonly string[] = []) =>
  rightsOf({ roles, isDeveloper: false, locales }, 'write')

describe('what is offered to whom', () => {
  test('managers may do everything, editors all but tax and publishing', () => {
    expect(of(['manager'])).toMatchObject({ structure: true, tax: true, publishing: true, managing: true })
    expect(of(['editor'])).toMatchObject({ structure: true, prices: true, tax: false, publishing: false })
  })

  test('translators write the texts of their languages only', () => {
    const rights = of(['translator'], ['fr'])
    expect(rights.text('fr')).toBe(true)
    expect(rights.text('de')).toBe(false)
    expect(rights.prices || rights.structure || rights.notes).toBe(false)
    expect(of(['translator']).text('de')).toBe(true)
  })

  test('waiters write notes', () => {
    expect(of(['waiter'])).toMatchObject({ notes: true, prices: false, structure: false })
  })

  test('without a role, a right to write one menu makes an editor', () => {
    expect(of([])).toMatchObject({ structure: true, tax: false })
  })

  test('nobody writes what they may only read, whatever the role', () => {
    const rights = rightsOf({ roles: ['owner'], isDeveloper: true }, 'read')
    expect(rights.structure || rights.tax || rights.text('de')).toBe(false)
  })
})
