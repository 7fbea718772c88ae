"""What can be measured on a page that stands still: axe, sizes of targets, what is cut, what moves.

Every function answers the problems it found, as sentences; an empty list is good.
"""

from __future__ import annotations

from typing import Any, Final

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

TAGS: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
AXE: Final = Axe().axe_script

RUN_AXE: Final = """
async ([within, options]) => {
  // Chromium leaves what is scrolled away as it looked before the colours changed.
  if (!window.isEverythingDrawn) {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync('* { content-visibility: visible !important }')
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
    window.isEverythingDrawn = true
  }
  const modal = document.querySelector('dialog[open]:last-of-type')
  const place = modal ?? (within === '' ? document : document.querySelector(within))
  const { violations } = await axe.run(place, options)
  return violations.map(({ id, nodes }) => [id, nodes.map(({ target, any, all, none }) => [
    String(target),
    [...any, ...all, ...none].map((check) => check.message).join('; '),
  ])])
}
"""
# A label is as good a target as the box it belongs to; a link inside of a sentence is exempt.
SMALL_TARGETS: Final = """
(least) => {
  const all = document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, '
      + '[role=button], [role=tab], [role=switch]'
  )
  const modal = document.querySelector('dialog[open]:last-of-type')
  const found = []
  for (const one of all) {
    if (modal !== null && !modal.contains(one)) continue
    if (!one.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue
    if (one.matches('.visually-hidden, .visually-hidden *, .skip-link')) continue
    if (one.tagName === 'A' && getComputedStyle(one).display === 'inline') continue
    const boxes = [one, ...(one.labels ?? [])].map((part) => part.getBoundingClientRect())
    for (const kind of ['::before', '::after']) {
      const style = getComputedStyle(one, kind)
      if (style.content === 'none' || style.position !== 'absolute') continue
      boxes.push({ width: parseFloat(style.width), height: parseFloat(style.height) })
    }
    const width = Math.max(...boxes.map((box) => box.width))
    const height = Math.max(...boxes.map((box) => box.height))
    if (width === 0 || height === 0) continue
    if (width >= least - 0.5 && height >= least - 0.5) continue
    const name = one.getAttribute('aria-label') ?? one.textContent.trim().slice(0, 30)
    const size = `${Math.round(width)}x${Math.round(height)}`
    found.push(`${one.tagName}.${one.className} "${name}" ${size}`)
  }
  return found
}
"""
# What may be scrolled by itself is not cut: a table, a row of tabs.
CUT: Final = """
() => {
  const root = document.documentElement
  const found = []
  const [wanted, given] = [root.scrollWidth, root.clientWidth]
  if (wanted > given + 1) found.push(`scrolls sideways: ${wanted} > ${given}`)
  const scrolls = (one) => {
    let part = one.parentElement
    for (; part !== null && part !== document.body; part = part.parentElement) {
      const { overflowX } = getComputedStyle(part)
      if (overflowX !== 'visible' && part.scrollWidth > part.clientWidth + 1) return true
    }
    return false
  }
  for (const one of document.querySelectorAll('body *')) {
    if (one.children.length > 0 && one.tagName !== 'BUTTON') continue
    if (!one.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue
    if (one.closest('.visually-hidden, svg') !== null) continue
    const { left, right, width } = one.getBoundingClientRect()
    if (width <= 1 || (left >= -1 && right <= innerWidth + 1) || scrolls(one)) continue
    if (right <= 0 || left >= innerWidth) continue
    const words = one.textContent.trim().slice(0, 30)
    const place = `${Math.round(left)}..${Math.round(right)}`
    found.push(`${one.tagName}.${one.className} "${words}" ${place}`)
  }
  return found
}
"""
MOVING: Final = """
() => document.getAnimations()
  .filter((one) => one.playState === 'running' && one.effect.getComputedTiming().duration > 1)
  .map((one) => [one.animationName ?? one.transitionProperty, one.effect.target?.className])
  .map(([name, place]) => `${name} on .${place}`)
"""


async def axe(page: Page, within: str = "", *, rules: tuple[str, ...] = ()) -> list[str]:
    """Violations of WCAG 2.2 AA in an open dialog, else in what a selector names, else everywhere.

    rules: those only, by axe's names.
    """
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE)
    only: dict[str, Any] = (
        {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}
    )
    # Sizes are measured below, and more strictly; axe also complains of what lies half under a bar
    # that stays while the page is scrolled.
    sizes = {} if rules else {"target-size": {"enabled": False}}
    options = {"resultTypes": ["violations"], "runOnly": only, "rules": sizes}
    found = await page.evaluate(RUN_AXE, [within, options])
    return [f"{rule}: {target} {why}" for rule, nodes in found for target, why in nodes]


async def small_targets(page: Page, least: int) -> list[str]:
    """Controls that are smaller than a finger; the box counts, not the word in it."""
    return [f"target: {one}" for one in await page.evaluate(SMALL_TARGETS, least)]


async def cut(page: Page, width: int, height: int) -> list[str]:
    """What lies outside of a window of this size, which is then as it was."""
    before = page.viewport_size
    await page.set_viewport_size({"width": width, "height": height})
    await painted(page)
    await painted(page)
    found = await page.evaluate(CUT)
    if before is not None:
        await page.set_viewport_size(before)
    return [f"at {width}: {one}" for one in found]


async def painted(page: Page) -> None:
    """Wait until what just changed is on the screen, and nothing fades any more."""
    await page.evaluate(
        """() => new Promise((done) => {
          const look = () => document.getAnimations().some((one) => one.playState === 'running' &&
            one.effect.getComputedTiming().endTime < 2000) ? requestAnimationFrame(look) : done()
          requestAnimationFrame(() => requestAnimationFrame(look))
        })"""
    )


async def moving(page: Page) -> list[str]:
    """What moves although the person asked for calm."""
    return [f"moves: {one}" for one in await page.evaluate(MOVING)]


class Survey:
    """Looks at one state of a page after the other. least_target: what fingers need, in pixels."""

    def __init__(self, *, least_target: int = 44) -> None:
        self._least_target = least_target
        self._found: dict[str, str] = {}  # what is wrong -> where it was seen first

    def finish(self) -> None:
        """Raises AssertionError with everything that was found, once each."""
        found = [f"{state}: {what}" for what, state in self._found.items()]
        assert not found, "\n" + "\n".join(found)

    async def look(self, page: Page, state: str, *, within: str = "") -> None:
        """Every measure, in light and in dark, at 200 % and narrow. within: what is new there."""
        await page.emulate_media(color_scheme="light", reduced_motion="reduce")
        await painted(page)
        found = await axe(page, within)
        found += await small_targets(page, self._least_target)
        found += await moving(page)
        await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        await painted(page)
        found += [f"dark, {one}" for one in await axe(page, within, rules=("color-contrast",))]
        await page.emulate_media(color_scheme="light", reduced_motion="reduce")
        await painted(page)
        found += await cut(page, 640, 400)
        found += await cut(page, 320, 640)
        for one in found:
            self._found.setdefault(one, state)
