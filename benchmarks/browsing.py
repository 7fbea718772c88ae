"""`browser`: what a person at a slow tablet waits for, in a real Chromium with its CPU held back.

Each page is opened cold and again from its service worker; a keystroke and a tap are timed to the
next paint (Event Timing), a colleague's edit to the paint in the other window, a reconnect to
"saved". Needs Chromium and the development dependencies. Source: Core Web Vitals.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.live.server import LiveServer
from tests.web.cable import Cable

WAIT_MS: Final = 60_000
EDITS: Final = 200
REMOTE_EDITS: Final = 40

# Largest paint, shifts, long tasks and slow events, kept from the first moment on.
OBSERVE: Final = """
window.vitals = { lcp: 0, cls: 0, longest: 0, events: [] }
const watch = (type, see, options) => {
  const observer = new PerformanceObserver((list) => list.getEntries().forEach(see))
  observer.observe({ type, buffered: true, ...options })
}
watch('largest-contentful-paint', (one) => { vitals.lcp = one.startTime })
watch('layout-shift', (one) => { if (!one.hadRecentInput) vitals.cls += one.value })
watch('longtask', (one) => { vitals.longest = Math.max(vitals.longest, one.duration) })
watch('event', (one) => { vitals.events.push([one.name, one.duration]) }, { durationThreshold: 16 })
"""
# The page is on the device: it has a worker that serves it.
KEPT: Final = "navigator.serviceWorker.getRegistration().then((one) => Boolean(one?.active))"


@dataclass(frozen=True, slots=True)
class Screen:
    """A page and what says that it can be used."""

    name: str
    path: str
    ready: str  # a selector
    asks_name: bool = False  # before it shows the rest, and keeps itself on the device


SCREENS: Final = (
    Screen("home", "/", "main a[href^='/menus/']"),
    Screen("editor", "/menus/asia-bistro", "[data-item] textarea, [data-item] input"),
    Screen("kitchen", "/kitchen", "main button"),
    Screen("guest", "/t/demo-table-4", "main button, form button", asks_name=True),
    Screen("ops", "/ops", "main table, main [role='table'], main h2"),
    Screen("settings", "/settings", "main input"),
)


async def browsing(throttle: float, runs: int) -> list[dict[str, object]]:
    """Every page and path. throttle: how many times slower the CPU is made."""
    path = shutil.which("chromium")
    with TemporaryDirectory(prefix="benchmark-") as folder:
        async with LiveServer(Path(folder)) as server, async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=path, args=["--no-sandbox", "--disable-gpu"]
            )
            results = [await load(browser, server, one, throttle, runs) for one in SCREENS]
            results.append(await _typing(browser, server, throttle))
            results.append(await _remote(browser, server))
            results.append(await _reconnect(browser, server))
            await browser.close()
            return results


async def load(
    browser: Browser, server: LiveServer, screen: Screen, throttle: float, runs: int
) -> dict[str, object]:
    """A page opened cold, and again from its service worker; medians over the runs."""
    cold: list[Mapping[str, float]] = []
    warm: list[Mapping[str, float]] = []
    for _ in range(runs):
        async with _context(browser) as context:
            cold.append(await _open(context, server.http, screen, throttle))
            page = context.pages[0]
            if screen.asks_name:
                await page.locator("form input").fill("Ida")
                await page.locator("form button").click()
            await page.wait_for_function(KEPT)
            await page.close()
            warm.append(await _open(context, server.http, screen, throttle))
    return {
        "verb": "browser",
        "what": f"open {screen.name}",
        "throttle": throttle,
        "cold": _medians(cold),
        "again": _medians(warm),
    }


async def _open(
    context: BrowserContext, base: str, screen: Screen, throttle: float
) -> Mapping[str, float]:
    page = await _page(context, throttle)
    begun = time.monotonic()
    await page.goto(base + screen.path)
    await page.wait_for_selector(screen.ready, timeout=WAIT_MS)
    usable = (time.monotonic() - begun) * 1000
    await page.wait_for_timeout(1500)  # what comes late moves things late
    vitals = await page.evaluate("vitals")
    return {
        "lcp_ms": vitals["lcp"],
        "usable_ms": usable,
        "cls": vitals["cls"],
        "longest_task_ms": vitals["longest"],
    }


async def _typing(browser: Browser, server: LiveServer, throttle: float) -> dict[str, object]:
    """A sentence into the name of a dish of the demo menu (255 dishes)."""
    async with _context(browser) as context:
        page = await _page(context, throttle)
        await page.goto(server.http + "/menus/asia-bistro")
        field = page.locator("[data-item] textarea, [data-item] input").first
        await field.click()
        await page.evaluate("vitals.events = []")
        await page.keyboard.type("with a little lemon and thyme ", delay=60)
        await page.wait_for_timeout(500)
        events: Sequence[tuple[str, float]] = await page.evaluate("vitals.events")
    # Event Timing rounds to 8 ms and leaves out what took less than 16.
    keys = sorted(duration for name, duration in events if name in ("keydown", "keypress", "input"))
    return {
        "verb": "browser",
        "what": "keystroke to paint",
        "throttle": throttle,
        "slower_than_16_ms": len(keys),
        "worst_ms": max(keys, default=16.0),
    }


async def _remote(browser: Browser, server: LiveServer) -> dict[str, object]:
    """A letter of one window until the other one has painted it."""
    async with _context(browser) as first, _context(browser) as second:
        writer, reader = await _page(first, 1), await _page(second, 1)
        field = "[data-item] textarea, [data-item] input"
        for page in (writer, reader):
            await page.goto(server.http + "/menus/asia-bistro")
            await page.wait_for_selector(field, timeout=WAIT_MS)
        await writer.locator(field).first.click()
        await writer.keyboard.press("End")
        times: list[float] = []
        for number in range(REMOTE_EDITS):
            before = await reader.locator(field).first.input_value()
            seen = asyncio.create_task(
                reader.evaluate(
                    """([selector, before]) => new Promise((done) => {
                      const look = () => document.querySelector(selector).value === before
                        ? requestAnimationFrame(look) : done()
                      look() })""",
                    [field, before],
                )
            )
            await asyncio.sleep(0.05)
            begun = time.monotonic()
            await writer.keyboard.insert_text(chr(97 + number % 26))
            await seen
            times.append((time.monotonic() - begun) * 1000)
    times.sort()
    return {
        "verb": "browser",
        "what": "remote edit to paint",
        "p50_ms": round(times[len(times) // 2], 1),
        "p95_ms": round(times[int(len(times) * 0.95)], 1),
    }


async def _reconnect(browser: Browser, server: LiveServer) -> dict[str, object]:
    """200 edits made without a network, from the mended cable to "All changes saved"."""
    async with Cable(server.port) as cable, _context(browser) as context:
        page = await _page(context, 1)
        await page.goto(cable.http + "/menus/asia-bistro")
        field = page.locator("[data-item] textarea, [data-item] input").first
        await field.click()
        await cable.cut()
        for number in range(EDITS):
            await page.keyboard.insert_text(chr(97 + number % 26))
        await page.get_by_text("Offline").first.wait_for(timeout=WAIT_MS)
        begun = time.monotonic()
        await cable.mend()
        await page.evaluate("window.dispatchEvent(new Event('online'))")
        await page.get_by_text("All changes saved").first.wait_for(timeout=WAIT_MS)
        took = time.monotonic() - begun
    return {
        "verb": "browser",
        "what": f"reconnect until {EDITS} edits are saved",
        "ms": round(took * 1000),
    }


@asynccontextmanager
async def _context(browser: Browser) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    context.set_default_timeout(WAIT_MS)
    try:
        yield context
    finally:
        await context.close()


async def _page(context: BrowserContext, throttle: float) -> Page:
    page = await context.new_page()
    await page.add_init_script(OBSERVE)
    if throttle != 1:
        session = await context.new_cdp_session(page)
        await session.send("Emulation.setCPUThrottlingRate", {"rate": throttle})
    return page


def _medians(results: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: round(median(one[name] for one in results), 3) for name in results[0]}
