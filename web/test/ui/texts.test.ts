// Every language says everything that English says, with the same parameters.

import { expect, test } from 'vitest'

type Words = { default: Record<string, string> }
const found = import.meta.glob<Words>('../../src/*/texts/*.ts', { eager: true })
const wordsAt = (screen: string, language: string) => found[`../../src/${screen}/texts/${language}.ts`]?.default
const screens = [...new Set(Object.keys(found).map((path) => path.split('/')[3] ?? ''))]
const parameters = (words: string): string[] => [...words.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).sort()

for (const screen of screens) {
  for (const language of ['de', 'es', 'fr']) {
    test(`${screen} has the keys and parameters of English in ${language}, and words of its own`, () => {
      const en = wordsAt(screen, 'en') ?? {}
      const other = wordsAt(screen, language) ?? {}
      expect(Object.keys(other).sort()).toEqual(Object.keys(en).sort())
      for (const [key, words] of Object.entries(en)) {
        // A plural form may leave the number out: "one dish".
        const given = parameters(words).filter((name) => name !== 'n')
        expect([key, parameters(other[key] ?? '').filter((name) => name !== 'n')]).toEqual([key, given])
      }
      const long = Object.entries(en).filter(([, words]) => words.split(' ').length > 3)
      expect(long.filter(([key, words]) => other[key] === words).map(([key]) => key)).toEqual([])
    })
  }
}
