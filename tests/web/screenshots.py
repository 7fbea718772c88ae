"""The pictures of the documentation: `python -m tests.web.screenshots [name...]`.

Starts a server, fills it with an evening at the osteria, lets people work, and writes
docs/screenshots/*.png. Names: those pictures only whose names begin so; their scenes run whole.
WEB_PAGES: pages that web/build.mjs wrote elsewhere. It is always about half past seven in there:
the browsers live in the time zone where it is now.
"""

from __future__ import annotations

import asyncio
import io
import os
import re
import shutil
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import aiohttp
from PIL import Image, ImageDraw
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from tests.live.server import ROOT, LiveServer
from tests.web.measures import painted
from tests.web.osteria import Osteria
from tests.web.person import Person

FOLDER: Final = ROOT / "docs" / "screenshots"
ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--force-device-scale-factor=1",
    "--hide-scrollbars",
)
DESKTOP: Final = {"width": 1280, "height": 800}
TABLET: Final = {"width": 768, "height": 1024}
PHONE: Final = {"width": 390, "height": 844}
COLOURS: Final = 192
# What stands where content is still on its way.
LOADING: Final = ".skeleton, .is-loading, [aria-busy=true]"
CALM_MS: Final = 180_000  # for the figures of a machine that has just started eight browsers
EVENING: Final = 19  # o'clock

Visit = Callable[..., Awaitable[Person]]


class Studio:
    """Browsers, people, and where the pictures go."""

    def __init__(
        self, browser: Browser, osteria: Osteria, stack: AsyncExitStack, only: list[str]
    ) -> None:
        self.osteria = osteria
        self._browser = browser
        self._stack = stack
        self._only = only

    async def person(self, name: str, *roles: str, **options: Any) -> Person:
        """Somebody with a browser of their own, signed in when they have a role."""
        chosen = {
            "timezone_id": evening_zone(),
            "viewport": DESKTOP,
            "reduced_motion": "reduce",
            **options,
        }
        person = Person(self._browser, self.osteria.server.port, name, chosen)
        await self._stack.enter_async_context(person)
        if roles:
            await self.osteria.admit(person, *roles)
        return person

    async def take(self, page: Page, name: str) -> None:
        """A picture of what the window shows."""
        if self._only and not name.startswith(tuple(self._only)):
            return
        await loaded(page)
        await painted(page)
        save(Image.open(io.BytesIO(await page.screenshot())), name)


async def loaded(page: Page) -> None:
    """Wait until nothing stands for what is still to come: no grey lines, no empty pictures."""
    await expect(page.locator(LOADING)).to_have_count(0)
    await page.wait_for_function(
        "document.readyState === 'complete' && [...document.images].every((one) => one.complete)"
    )


def save(picture: Image.Image, name: str) -> None:
    """Write it small: a page has few colours."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    small = picture.convert("RGB").quantize(
        COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
    )
    small.save(FOLDER / f"{name}.png", optimize=True)


def evening_zone() -> str:
    """A time zone in which it is evening."""
    ahead = EVENING - datetime.now(UTC).hour
    ahead = ahead - 24 if ahead > 14 else ahead + 24 if ahead < -12 else ahead
    return "Etc/GMT" if ahead == 0 else f"Etc/GMT{-ahead:+d}"


# -- the editor ------------------------------------------------------------------------------------


async def editor(studio: Studio) -> None:
    """Three people at one menu, its panels, and a pulled cable."""
    osteria = studio.osteria
    mara = await studio.person("Mara Conti", "manager")
    ben = await studio.person("Ben Okafor", "editor")
    lea = await studio.person("Léa Martin", "translator")
    hers = await open_menu(mara, osteria)
    his = await open_menu(ben, osteria)
    theirs = await open_menu(lea, osteria)
    await field(theirs, "burrata/desc/en").focus()
    await field(his, "octopus/desc/en").focus()
    await field(his, "octopus/desc/en").press("End")
    await his.keyboard.insert_text(", grilled lemon")
    await expect(hers.locator(".visitor")).to_have_count(2)
    await studio.take(hers, "editor")
    await hers.emulate_media(color_scheme="dark")
    await open_panel(hers, "History")
    await studio.take(hers, "editor-history-dark")
    await hers.emulate_media(color_scheme="light")
    await hers.get_by_role("button", name="Actions for Burrata with grilled peach").click()
    await hers.get_by_role("menuitem", name="Details…").click()
    await studio.take(hers, "editor-details")
    await field(his, "bass/price").fill("28.50")
    await field(his, "bass/price").press("Enter")
    await open_panel(hers, "Publish")
    await expect(
        hers.get_by_role("complementary", name="Panel").get_by_text("28.50")
    ).to_be_visible()
    await studio.take(hers, "editor-publish")
    await hers.keyboard.press("Escape")
    await field(his, "burrata/price").focus()
    await field(his, "burrata/price").fill("14")
    await expect(hers.locator('[data-item="burrata"] .lock-badge')).to_be_visible()
    await studio.take(hers, "editor-lock")
    await field(his, "burrata/price").press("Escape")
    await his.locator("body").click(position={"x": 640, "y": 790})
    await conflict(studio, mara, hers, his)
    await hers.goto(f"{mara.cable.http}/menus/{osteria.id}?lang=ar")
    await expect(field(hers, "octopus/price")).to_be_visible()
    await studio.take(hers, "editor-rtl")
    await small_editors(studio)


async def conflict(studio: Studio, mara: Person, hers: Page, his: Page) -> None:
    """Both change one price while a cable is out."""
    await mara.cable.cut()
    for page, amount in ((hers, "15.50"), (his, "16")):
        await field(page, "octopus/price").fill(amount)
        await field(page, "octopus/price").press("Enter")
    await expect(hers.locator(".pill-words")).to_have_text(re.compile("^Offline"), timeout=30_000)
    await studio.take(hers, "editor-offline")
    await mara.mend()
    await expect(hers.locator('[data-item="octopus"]').get_by_role("article")).to_be_visible()
    await hers.get_by_role("button", name=re.compile("to settle")).click()
    await studio.take(hers, "editor-conflict")
    await hers.get_by_role("button", name=re.compile("^Keep")).first.click()
    await hers.keyboard.press("Escape")


async def small_editors(studio: Studio) -> None:
    phone = await studio.person("Mara Conti", "manager", viewport=PHONE, has_touch=True)
    page = await open_menu(phone, studio.osteria)
    await studio.take(page, "editor-phone")
    tablet = await studio.person(
        "Mara Conti", "manager", viewport=TABLET, has_touch=True, color_scheme="dark"
    )
    page = await open_menu(tablet, studio.osteria)
    await page.get_by_role("button", name="Second language").click()
    await studio.take(page, "editor-tablet-dark")


async def open_menu(person: Person, osteria: Osteria) -> Page:
    page = await person.open(f"/menus/{osteria.id}")
    await expect(page.locator("[data-item]").first).to_be_visible()
    await expect(page.locator(".pill-words")).to_have_text("All changes saved")
    return page


def field(page: Page, path: str) -> Locator:
    return page.locator(f'[data-path="items/{path}"]')


async def open_panel(page: Page, name: str) -> None:
    await page.get_by_role("toolbar", name="Tools").get_by_role("button", name=name).click()
    await expect(
        page.get_by_role("complementary", name="Panel").get_by_role("heading").first
    ).to_be_visible()


# -- the evening -----------------------------------------------------------------------------------


async def kitchen(studio: Studio) -> None:
    """The rail with every age, a station on a tablet, what is sold out, and paper."""
    cora = await studio.person("Cora", "kitchen")
    page = await open_kitchen(cora)
    await studio.take(page, "kitchen")
    await page.get_by_role("button", name="Sold out").first.click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await studio.take(page, "kitchen-sold-out")
    await page.keyboard.press("Escape")
    tablet = await studio.person("Dan", "kitchen", viewport=TABLET, has_touch=True)
    page = await open_kitchen(tablet)
    await page.get_by_role("button", name="Cold", exact=True).click()
    await studio.take(page, "kitchen-tablet")
    await tablet.cable.cut()
    await expect(page.locator(".banner").filter(has_text="Use paper")).to_be_visible(timeout=40_000)
    await studio.take(page, "kitchen-offline")
    await tablet.mend()


async def open_kitchen(person: Person) -> Page:
    page = await person.open("/kitchen?restaurant=lucciola")
    await page.get_by_role("button", name="Start without sound").click()
    await expect(page.get_by_role("article").first).to_be_visible()
    return page


async def guests(studio: Studio) -> None:
    """Three at table 7: a welcome, the menu, a dish, a shared list, the bill."""
    osteria = studio.osteria
    ida = await studio.person("Ida", viewport=PHONE, has_touch=True)
    tom = await studio.person("Tom", viewport=PHONE, has_touch=True, color_scheme="dark")
    noa = await studio.person("Noa", viewport=TABLET, has_touch=True)
    page = await ida.open(f"/t/{osteria.code}")
    await page.get_by_label("Your name").fill("Ida")
    await studio.take(page, "guest-welcome")
    hers = await sit(ida, osteria)
    his = await sit(tom, osteria)
    theirs = await sit(noa, osteria)
    await add(his, "Gnocchi with brown butter")
    await add(his, "Bread from our oven")
    await add(theirs, "Octopus and potato")
    await add(theirs, "Sparkling water, 0.75 l")
    await add(hers, "Burrata with grilled peach")
    await expect(hers.locator(".guest-people .avatar")).to_have_count(3)
    await expect(hers.locator(".bar-count")).to_have_text("5")
    await studio.take(hers, "guest-menu")
    await hers.get_by_role("button", name="Add Rib-eye, 300 g").click()
    await hers.get_by_role("dialog").get_by_text("Medium", exact=True).click()
    await hers.get_by_role("dialog").get_by_text("Charred greens").click()
    await studio.take(hers, "guest-dish")
    await hers.get_by_role("dialog").get_by_role("button", name=re.compile("^Add ·")).click()
    await expect(his.locator(".bar-count")).to_have_text("6")
    await his.get_by_role("button", name=re.compile("^Our order")).click()
    await studio.take(his, "guest-order-dark")
    await his.keyboard.press("Escape")
    await hers.locator(".bar-send").click()
    await expect(theirs.locator(".round")).to_be_visible()
    await studio.take(theirs, "guest-tablet")
    await expect(hers.locator(".round")).to_have_count(0)
    await expect(hers.locator(".bar-count")).to_have_count(1)
    await hers.get_by_role("button", name=re.compile("^Our order")).click()
    await hers.get_by_role("button", name="Bill").click()
    await expect(hers.get_by_role("dialog", name="Bill")).to_be_visible()
    await studio.take(hers, "guest-bill")
    await ida.open(f"/t/{osteria.code}?lang=ar")
    await expect(hers.locator(".dishes").first).to_be_visible()
    await studio.take(hers, "guest-rtl")


async def sit(person: Person, osteria: Osteria) -> Page:
    page = await person.open(f"/t/{osteria.code}")
    await page.get_by_label("Your name").fill(person.name)
    await page.get_by_role("button", name="Show me the menu").click()
    await expect(page.locator(".dishes").first).to_be_visible()
    return page


async def add(page: Page, dish: str) -> None:
    await page.get_by_role("button", name=f"Add {dish}").click()


# -- around ----------------------------------------------------------------------------------------


async def office(studio: Studio) -> None:
    """Home, settings, operations while people work, and the doors."""
    osteria = studio.osteria
    mara = await studio.person("Mara Conti", "owner")
    ben = await open_menu(await studio.person("Ben Okafor", "editor"), osteria)
    await open_menu(await studio.person("Léa Martin", "translator"), osteria)
    await open_kitchen(await studio.person("Cora", "kitchen"))
    page = await mara.open("/")
    await expect(page.get_by_role("link", name=re.compile("Summer evening"))).to_be_visible()
    await studio.take(page, "home")
    await mara.open("/settings?tab=tables")
    await expect(page.locator("li.row").first).to_be_visible()
    await studio.take(page, "settings-tables")
    await page.get_by_role("button", name="New QR code").first.click()
    await expect(page.get_by_role("dialog").get_by_role("img")).to_be_visible()
    await studio.take(page, "settings-table-code")
    await mara.open("/settings?tab=access")
    await page.get_by_role("button", name="Make a sign-in link").click()
    form = page.get_by_role("dialog")
    await form.get_by_label("For whom").fill("Grill tablet")
    await form.get_by_role("button", name="Kitchen", exact=True).click()
    await studio.take(page, "settings-invite")
    watching = await mara.open("/ops")
    await expect(watching.get_by_role("tab").first).to_be_visible()
    await expect(watching.locator("tbody tr").first).to_be_visible()
    await field(ben, "water/desc/en").focus()
    await ben.keyboard.type("From the spring behind the house", delay=60)
    # The browsers that came have kept the machine busy, and the page says so for a while.
    calm = watching.get_by_text("Everything is running well")
    await expect(calm).to_be_visible(timeout=CALM_MS)
    async with asyncio.TaskGroup() as work:
        # The time until something is saved stands there only while something is.
        work.create_task(ben.keyboard.type(", lightly sparkling, in a bottle" * 6, delay=60))
        await expect(watching.get_by_text(re.compile(r"^half in \d"))).to_be_visible()
        await expect(calm).to_be_visible(timeout=CALM_MS)
        await studio.take(watching, "operations")
    small = await studio.person(
        "Mara Conti", "owner", viewport=PHONE, color_scheme="dark", has_touch=True
    )
    page = await small.open("/settings?tab=stations")
    await expect(page.locator("li.row").first).to_be_visible()
    await studio.take(page, "settings-phone-dark")
    nobody = await studio.person("Nobody", viewport=PHONE)
    ticket = await osteria.ticket("Cora", "kitchen")
    page = await nobody.open(f"/enter?ticket={ticket}")
    await studio.take(page, "sign-in")


async def lan(studio: Studio) -> None:
    """The page on which a device learns to trust the server."""
    with tempfile.TemporaryDirectory() as folder:
        async with lan_server(Path(folder)) as address:
            someone = await studio.person("Someone", viewport=PHONE)
            await someone.page.goto(address)
            await studio.take(someone.page, "lan-set-up")


@asynccontextmanager
async def lan_server(folder: Path) -> AsyncIterator[str]:
    """A server with --lan-tls; the address of its set-up page."""
    ports = [free_port(), free_port()]
    command = [
        sys.executable, "-m", "api", "serve", "--lan-tls", "--lan-name", "menu.local",
        "--port", str(ports[0]), "--lan-http-port", str(ports[1]),
        "--database", str(folder / "lan.db"),
    ]  # fmt: skip
    devnull = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdout=devnull, stderr=devnull
    )
    address = f"http://127.0.0.1:{ports[1]}/"
    try:
        async with aiohttp.ClientSession() as session:
            for _ in range(300):
                try:
                    async with session.get(address):
                        break
                except aiohttp.ClientError:
                    await asyncio.sleep(0.05)
        yield address
    finally:
        process.terminate()
        await process.wait()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def compose_service() -> None:
    """A guest's phone before the kitchen, for the head of the README."""
    kitchen, phone = (
        Image.open(FOLDER / f"{name}.png").convert("RGB") for name in ("kitchen", "guest-menu")
    )
    height = 640
    phone = phone.resize(
        (round(phone.width * height / phone.height), height), Image.Resampling.LANCZOS
    )
    margin, rim, corner = 36, 8, 34
    left = phone.width - margin
    size = (left + kitchen.width + margin, kitchen.height + margin * 2)
    picture = Image.new("RGB", size, "#efe9dc")
    picture.paste(kitchen, (left, margin), rounded(kitchen.size, 14))
    frame = Image.new("RGB", (phone.width + rim * 2, phone.height + rim * 2), "#24211c")
    frame.paste(phone, (rim, rim), rounded(phone.size, corner - rim))
    place = (margin // 2, picture.height - frame.height - margin // 2)
    picture.paste(frame, place, rounded(frame.size, corner))
    save(picture, "service")


def rounded(size: tuple[int, int], radius: int) -> Image.Image:
    """A mask with round corners; drawn large, so that they are smooth."""
    large = Image.new("L", (size[0] * 4, size[1] * 4))
    ImageDraw.Draw(large).rounded_rectangle((0, 0, *large.size), radius * 4, fill=255)
    return large.resize(size, Image.Resampling.LANCZOS)


SCENES: Final = {
    "editor": editor, "kitchen": kitchen, "guest": guests, "home": office, "settings": office,
    "operations": office, "sign-in": office, "lan": lan,
}  # fmt: skip


async def main(only: list[str]) -> None:
    pages = {"pages": os.environ["WEB_PAGES"]} if "WEB_PAGES" in os.environ else {}
    wanted = dict.fromkeys(
        scene
        for name, scene in SCENES.items()
        if not only or any(one.startswith(name) for one in only)
    )
    with tempfile.TemporaryDirectory() as folder:
        async with (
            LiveServer(Path(folder), supervised=False, settings=pages) as server,
            async_playwright() as playwright,
        ):
            browser = await playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=list(ARGUMENTS)
            )
            osteria = Osteria(server, "lucciola")
            await osteria.furnish()
            await osteria.evening()
            for scene in wanted:
                async with AsyncExitStack() as stack:
                    await scene(Studio(browser, osteria, stack, only))
            await browser.close()
    if (FOLDER / "kitchen.png").exists() and (FOLDER / "guest-menu.png").exists():
        compose_service()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
