import { expect, test } from 'vitest'
import { byCodePoint, codePoints } from '../../src/menu/code_points'
import { below, oneOf, seeded } from '../menus'

test('code points order strings as the server does', { timeout: 60_000 }, () => {
  const alphabet = ['a', 'z', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '😀', '\u{10ffff}']
  const random = seeded(1)
  const word = (): string => Array.from({ length: below(random, 5) }, () => oneOf(random, alphabet)).join('')
  for (let round = 0; round < 20_000; round++) {
    const [a, b] = [word(), word()]
    if (Math.sign(byCodePoint(a, b)) !== Math.sign(slowly(a, b))) expect.fail(JSON.stringify([a, b]))
    if (codePoints(a) !== Array.from(a).length) expect.fail(JSON.stringify(a))
  }
})

function slowly(a: string, b: string): number {
  const [left, right] = [pointsOf(a), pointsOf(b)]
  const place = left.findIndex((point, at) => point !== right[at])
  return place < 0 ? left.length - right.length : (left[place] ?? 0) - (right[place] ?? -1)
}

function pointsOf(text: string): number[] {
  return Array.from(text, (letter) => letter.codePointAt(0) ?? 0)
}
