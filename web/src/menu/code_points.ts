// Order and length of strings as the server has them: by code points. JavaScript compares UTF-16
// units, and so puts an emoji (a pair of surrogates) before U+E000..U+FFFF, which come before it.

/** For sorting strings by their code points. */
export function byCodePoint(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length)
  for (let i = 0; i < shorter; i++) {
    const [left, right] = [a.charCodeAt(i), b.charCodeAt(i)]
    // The first unit that differs decides, once surrogates count as more than all other units.
    if (left !== right) return rank(left) - rank(right)
  }
  return a.length - b.length
}

/** For sorting lists of strings: the first pair that differs decides. */
export function byAll(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = byCodePoint(a[i] as string, b[i] as string)
    if (order !== 0) return order
  }
  return a.length - b.length
}

/** How many code points a string has. */
export function codePoints(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}

function rank(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}
