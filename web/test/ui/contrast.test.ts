// Every pair of ink and ground that carries words or edges, in both themes, after WCAG 2.2 AA.

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { inkOn } from '../../src/ui/Avatar'

const tokensCss = readFileSync('src/styles/tokens.css', 'utf8')
const kitchenCss = readFileSync('src/styles/kitchen/colours.css', 'utf8')
const PAIR = /--([\w-]+): var\(--light, (#[0-9a-f]{6})\) var\(--dark, (#[0-9a-f]{6})\);/g
const themes = (source: string) => {
  const pairs = [...source.matchAll(PAIR)]
  return {
    light: new Map(pairs.map(([, name = '', light = '']) => [name, light])),
    dark: new Map(pairs.map(([, name = '', , dark = '']) => [name, dark])),
  }
}
const everywhere = themes(tokensCss)
// Its colours stand after those of every page.
const kitchen = themes(tokensCss + kitchenCss)

const GROUNDS = ['paper', 'card', 'sunken']
const WORDS: readonly (readonly string[])[] = [
  ...['ink', 'ink-2', 'ink-3', 'accent', 'accent-strong', 'good', 'warn', 'bad', 'info'].flatMap((ink) => GROUNDS.map((ground) => [ink, ground])),
  ...['good', 'warn', 'bad', 'info'].flatMap((tone) => [[tone, `${tone}-soft`], ['ink', `${tone}-soft`], ['ink-2', `${tone}-soft`]]),
  ['accent-strong', 'accent-soft'], ['ink', 'accent-soft'], ['accent-ink', 'accent'], ['accent-ink', 'accent-strong'],
  ['bad-ink', 'bad'], ['paper', 'ink'], ['accent', 'warn-soft'],
] // biome-ignore format: a table
// Edges of inputs and the parts of switches are not words: 3:1.
const EDGES: readonly (readonly string[])[] = [
  ...GROUNDS.map((ground) => ['line-2', ground]),
  ...GROUNDS.map((ground) => ['accent', ground]),
]

for (const [theme, colors] of [
  ['light', everywhere.light],
  ['dark', everywhere.dark],
  ['light kitchen', kitchen.light],
  ['dark kitchen', kitchen.dark],
] as const) {
  for (const [ink = '', ground = ''] of WORDS) {
    test(`${theme}: ${ink} on ${ground} is read easily`, () => {
      expect(contrast(colors.get(ink), colors.get(ground))).toBeGreaterThanOrEqual(4.5)
    })
  }
  for (const [ink = '', ground = ''] of EDGES) {
    test(`${theme}: the edge ${ink} on ${ground} is seen`, () => {
      expect(contrast(colors.get(ink), colors.get(ground))).toBeGreaterThanOrEqual(3)
    })
  }
}

for (const [ink, ground] of [
  ['bump-ink', 'bump'],
  ['allergen-ink', 'allergen'],
  ['note-ink', 'note'],
] as const) {
  test(`in the kitchen ${ink} on ${ground} is read easily in both themes`, () => {
    for (const colors of [kitchen.light, kitchen.dark]) {
      expect(contrast(colors.get(ink), colors.get(ground))).toBeGreaterThanOrEqual(4.5)
    }
  })
}

test('the theme is the same chosen or by the device, and paper is light', () => {
  const [none = '', chosen = '', device = ''] = [...tokensCss.matchAll(/\{([^{}]*--dark: [^{}]*)\}/g)].map(
    ([, switches = '']) => switches.replaceAll(/\s+/g, ' '),
  )
  expect(none).toBe(' color-scheme: light; --light: initial; --dark: ; ')
  expect(chosen).toBe(' color-scheme: dark; --light: ; --dark: initial; ')
  expect(device).toBe(chosen)
  expect(tokensCss).toContain('@media screen {\n  :root[data-theme="dark"] {')
  expect(tokensCss).toContain('@media screen and (prefers-color-scheme: dark) {\n  :root:not([data-theme="light"]) {')
})

test('initials are read on any colour of a person', () => {
  for (let step = 0; step < 4096; step += 7) {
    const color = `#${[...step.toString(16).padStart(3, '0')].map((digit) => digit + digit).join('')}`
    expect(contrast(inkOn(color), color)).toBeGreaterThanOrEqual(4.5)
  }
})

function contrast(one: string | undefined, other: string | undefined): number {
  if (one === undefined || other === undefined) throw new Error('no such colour')
  const [high = 0, low = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (high + 0.05) / (low + 0.05)
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
