// How high the bars at the top are: they wrap on narrow pages, and what sticks below them has to know.

import { useEffect } from 'preact/hooks'

/** Keep `--head` and `--tools` (px) at the heights of the page's header and of the tools. */
export function useStickyHeights(): void {
  useEffect(() => {
    const root = document.documentElement
    const bars = [
      ['--head', document.querySelector<HTMLElement>('.shell-head')],
      ['--tools', document.querySelector<HTMLElement>('.editor .toolbar')],
    ] as const
    const observer = new ResizeObserver(() => {
      for (const [name, bar] of bars) if (bar !== null) root.style.setProperty(name, `${bar.offsetHeight}px`)
    })
    for (const [, bar] of bars) if (bar !== null) observer.observe(bar)
    return () => observer.disconnect()
  }, [])
}
