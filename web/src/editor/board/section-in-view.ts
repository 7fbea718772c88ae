// Which section somebody looks at: the last one that has begun in the upper part of the window; at the end
// of the page the last one that can be seen, because a short one never gets further up.

const READ_AT = 0.35 // of the height of the window

/** The id of the section in view; null when there is none. tops: in the order of the page, from the window's top. */
export function sectionAt(
  tops: readonly { readonly id: string; readonly topPx: number }[],
  windowPx: number,
  isAtEnd: boolean,
): string | null {
  const linePx = isAtEnd ? windowPx : windowPx * READ_AT
  const begun = tops.filter(({ topPx }) => topPx < linePx)
  return (begun.at(-1) ?? tops[0])?.id ?? null
}
