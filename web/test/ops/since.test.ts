import { beforeEach, expect, test } from 'vitest'
import { chooseLanguage } from '../../src/core/i18n'
import { sinceWords } from '../../src/ops/since'

beforeEach(() => chooseLanguage('en'))

test('seconds are told as time that has passed, in every language', () => {
  expect(sinceWords(1000, 18_000)).toMatch(/^17 sec\.? ago$/)
  chooseLanguage('fr')
  expect(sinceWords(1000, 18_000)).toMatch(/^il y a 17\ss$/)
  chooseLanguage('de')
  expect(sinceWords(1000, 18_000)).toMatch(/^vor 17 Sek/)
})

test('what just was is now; minutes are written out', () => {
  expect(sinceWords(1000, 1900)).toBe('now')
  expect(sinceWords(1000, 200_000)).toBe('3 minutes ago')
})
