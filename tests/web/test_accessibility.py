"""Every screen for everybody: axe in light and dark, a keyboard alone, fingers, 200 %, 320 pixels,
right to left, four languages, and no motion for those who asked for none."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from tests.live.conftest import check_log
from tests.live.server import LiveServer
from tests.web.conftest import PAGES
from tests.web.measures import Survey, axe, cut, small_targets
from tests.web.osteria import MENU, Osteria
from tests.web.person import Person

FINGER_IN_KITCHEN: Final = 48
CALM_FINGERS: Final = {"reduced_motion": "reduce", "has_touch": True}
PATHS: Final = ("/", "/menus/lucciola", "/kitchen", "/settings", "/ops")
# Names, and words that are the same in two languages.
SAME_EVERYWHERE: Final = {
    "Osteria Lucciola",
    "Summer evening",
    *(section["name"]["en"] for section in MENU["sections"]),
    *(item["name"]["en"] for section in MENU["sections"] for item in section["items"]),
    *(group["name"]["en"] for group in MENU["modifiers"]),
}
PANEL: Final = "aside[aria-label=Panel]"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def osteria(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Osteria]:
    """A restaurant in the middle of its evening; what a test changes, the others may see."""
    folder = tmp_path_factory.mktemp("osteria")
    async with LiveServer(folder, supervised=False, settings=PAGES) as server:
        osteria = Osteria(server, "lucciola")
        await osteria.furnish()
        await osteria.evening()
        yield osteria
    check_log(server)


Come = Callable[..., Awaitable[Person]]


@pytest_asyncio.fixture(loop_scope="session")
async def come(browser: Browser, osteria: Osteria) -> AsyncIterator[Come]:
    """Makes people of the staff: `ana = await come("Ana", "manager")`; no role: nobody we know."""
    people: list[Person] = []

    async def come(name: str, *roles: str, **options: object) -> Person:
        person = Person(browser, osteria.server.port, name, {**CALM_FINGERS, **options})
        people.append(await person.__aenter__())
        if roles:
            await osteria.admit(person, *roles)
        return person

    yield come
    for person in people:
        await person.__aexit__(None, None, None)
    for person in people:
        assert person.complaints == [], f"{person.name}'s pages complained"


# -- every screen and its states -------------------------------------------------------------------


async def test_editor_and_its_panels(osteria: Osteria, come: Come) -> None:
    survey = Survey()
    mara = await come("Mara", "manager")
    page = await open_editor(mara, osteria)
    await survey.look(page, "board")
    row = page.locator('[data-item="octopus"]')
    await row.get_by_role("button", name=re.compile("^Actions")).click()
    await survey.look(page, "menu of a dish")
    await page.get_by_role("menuitem", name="Move to…").click()
    await survey.look(page, "move to")
    await page.keyboard.press("Escape")
    await row.get_by_role("button", name=re.compile("^Actions")).click()
    await page.get_by_role("menuitem", name="Details…").click()
    await expect(panel(page).get_by_role("heading", level=2)).to_be_visible()
    await survey.look(page, "details", within=PANEL)
    await page.get_by_role("button", name="History").first.click()
    await expect(panel(page).get_by_role("heading", name="History")).to_be_visible()
    await survey.look(page, "history", within=PANEL)
    await page.get_by_role("button", name="Publish").first.click()
    await expect(panel(page).get_by_role("heading", level=2)).to_contain_text("Publish")
    await survey.look(page, "publish", within=PANEL)
    for name in ("Versions", "Recently deleted", "Import and export"):
        await page.get_by_role("button", name="More tools").click()
        await page.get_by_role("menuitem", name=name).click()
        await expect(panel(page).get_by_role("heading", name=name)).to_be_visible()
        await survey.look(page, name, within=PANEL)
    await page.keyboard.press("Escape")
    await page.set_viewport_size({"width": 320, "height": 640})
    await page.get_by_role("button", name=re.compile("All changes saved")).click()
    await expect(page.get_by_role("heading", name="What is saved")).to_be_visible()
    found = await axe(page) + await small_targets(page, 44) + await cut(page, 320, 640)
    assert found == []
    await page.keyboard.press("Escape")
    survey.finish()


async def test_editor_that_asks_and_editor_that_only_reads(osteria: Osteria, come: Come) -> None:
    survey = Survey()
    mara, ben = await come("Mara", "manager"), await come("Ben", "editor")
    hers, his = await open_editor(mara, osteria), await open_editor(ben, osteria)
    await mara.cable.cut()
    for page, price in ((hers, "15"), (his, "16")):
        field = page.locator('[data-path="items/octopus/price"]')
        await field.fill(price)
        await field.press("Enter")
    await expect(hers.locator(".pill-words")).to_have_text(re.compile("^Offline|^Reconnecting"))
    await survey.look(hers, "offline")
    await mara.mend()
    await expect(hers.locator('[data-item="octopus"]').get_by_role("article")).to_be_visible()
    await survey.look(hers, "conflict card")
    await hers.get_by_role("button", name=re.compile("to settle")).click()
    await survey.look(hers, "to settle", within=PANEL)
    await his.locator('[data-path="items/octopus/price"]').focus()
    await expect(hers.locator(".lock-badge")).to_be_visible()
    await survey.look(hers, "locked field")
    reader = await open_editor(await come("Vera", "viewer"), osteria)
    await survey.look(reader, "read only")
    await hers.get_by_role("button", name=re.compile("^Keep")).first.click()
    survey.finish()


async def test_kitchen_and_its_panels(osteria: Osteria, come: Come) -> None:
    survey = Survey(least_target=FINGER_IN_KITCHEN)
    cora = await come("Cora", "kitchen")
    page = await cora.open("/kitchen?restaurant=lucciola")
    await expect(page.get_by_role("button", name="Start without sound")).to_be_visible()
    await survey.look(page, "start")
    await page.get_by_role("button", name="Start without sound").click()
    await expect(page.get_by_role("article").first).to_be_visible()
    await survey.look(page, "board")
    await page.get_by_role("button", name="All day").click()
    await survey.look(page, "all day")
    await page.get_by_role("button", name="All day").click()
    for name in ("Recall", "Sold out", "Help", "Settings"):
        await page.get_by_role("button", name=name, exact=True).first.click()
        await expect(page.get_by_role("dialog")).to_be_visible()
        await survey.look(page, name)
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.get_by_role("button", name=re.compile("^More for")).first.click()
    await survey.look(page, "menu of a ticket")
    survey.finish()


async def test_guest_from_the_door_to_the_bill(osteria: Osteria, come: Come) -> None:
    survey = Survey(least_target=FINGER_IN_KITCHEN)
    ida = await come("Ida", viewport={"width": 390, "height": 844})
    page = await ida.open(f"/t/{osteria.code}")
    await expect(page.get_by_label("Your name")).to_be_visible()
    await survey.look(page, "welcome")
    await page.get_by_label("Your name").fill("Ida")
    await page.get_by_role("button", name="Show me the menu").click()
    await expect(page.locator(".dishes").first).to_be_visible()
    await survey.look(page, "menu")
    for name in ("What I eat", "Options", "Service", "At the table"):
        await page.get_by_role("button", name=name).click()
        await expect(page.get_by_role("dialog")).to_be_visible()
        await survey.look(page, name)
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.get_by_role("button", name="Add Rib-eye").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await survey.look(page, "dish")
    await page.get_by_label("Medium").check()
    await page.get_by_role("button", name=re.compile("^Add ·")).click()
    await page.get_by_role("button", name=re.compile("^Our order|Our order")).click()
    await survey.look(page, "order")
    await page.get_by_role("dialog").get_by_role("button", name=re.compile("^Send round")).click()
    await expect(page.locator(".round")).to_be_visible()
    await survey.look(page, "countdown")
    await expect(page.locator(".round")).to_have_count(0)
    await page.get_by_role("button", name=re.compile("^Our order")).click()
    await page.get_by_role("button", name="Bill").click()
    await expect(page.get_by_role("dialog", name="Bill")).to_be_visible()
    await survey.look(page, "bill")
    survey.finish()


async def test_home_settings_and_operations(osteria: Osteria, come: Come) -> None:
    survey = Survey()
    mara = await come("Mara", "owner")
    page = await mara.open("/")
    await expect(page.get_by_role("link", name=re.compile("Summer evening"))).to_be_visible()
    await survey.look(page, "home")
    for name in ("Import", "New menu", re.compile("Tables & guests")):
        await page.get_by_role("button", name=name).click()
        await expect(page.get_by_role("dialog")).to_be_visible()
        await survey.look(page, f"home, {name}")
        await page.keyboard.press("Escape")
    for tab in ("restaurant", "tables", "stations", "staff", "access", "security"):
        await mara.open(f"/settings?tab={tab}")
        await expect(page.get_by_role("tabpanel").get_by_role("heading").first).to_be_visible()
        await expect(page.locator(".skeleton, .spinner")).to_have_count(0)
        await survey.look(page, f"settings, {tab}")
    await page.get_by_role("tab", name="Tables").click()
    await page.get_by_role("button", name="New QR code").first.click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await survey.look(page, "settings, code of a table")
    await mara.open("/ops")
    await expect(page.get_by_role("tab").first).to_be_visible()
    for tab in await page.get_by_role("tab").all():
        await tab.click()
        await survey.look(page, f"operations, {await tab.inner_text()}")
    survey.finish()


async def test_doors(osteria: Osteria, come: Come) -> None:
    survey = Survey()
    nobody = await come("Nobody")
    page = await nobody.open("/enter?ticket=x~y")
    await survey.look(page, "enter")
    survey.finish()


# -- without a mouse -------------------------------------------------------------------------------


async def test_dish_is_found_made_priced_moved_and_published_by_keys(
    osteria: Osteria, come: Come
) -> None:
    mara = await come("Mara", "manager", viewport={"width": 1280, "height": 1600})
    page = await open_editor(mara, osteria)
    keys = page.keyboard
    search = page.get_by_role("searchbox", name="Search the menu")
    async with asyncio.timeout(15):  # keys work a moment after the first dish is there
        while not await search.evaluate("(field) => field === document.activeElement"):
            await keys.press("/")
    await search.fill("")
    await is_seen(page)
    await keys.type("gnocchi")
    await expect(page.locator(".search-count")).to_have_text("1 dish")
    await keys.press("Escape")
    field = page.locator('[data-path="items/bread/name/en"]')
    await field.focus()
    await is_seen(page)
    await keys.press("Alt+ArrowUp")
    before = page.locator('[data-item="bread"] ~ [data-item="soup"], [data-item="soup"]').first
    await expect(before).to_be_visible()
    await expect(page.locator("[data-item]").nth(2)).to_have_attribute("data-item", "bread")
    menu = page.get_by_role("button", name="Actions for Bread from our oven")
    await menu.focus()
    await keys.press("Enter")
    await expect(page.get_by_role("menuitem", name="Details…")).to_be_focused()
    await keys.press("ArrowDown")
    await keys.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await stays_inside(page)
    await keys.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(menu).to_be_focused()
    await keys.press("Control+z")
    await expect(page.locator("[data-item]").nth(3)).to_have_attribute("data-item", "bread")
    publish = page.get_by_role("button", name="Publish", exact=True)
    await publish.focus()
    await is_seen(page)
    await keys.press("Enter")
    await expect(panel(page).get_by_role("heading", name="Publish", exact=True)).to_be_visible()


async def test_table_is_made_by_keys(osteria: Osteria, come: Come) -> None:
    mara = await come("Mara", "manager")
    page = await mara.open("/settings?tab=tables")
    add = page.get_by_role("button", name="New table")
    await add.focus()
    await is_seen(page)
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Name or number")).to_be_focused()
    await is_seen(page)
    await stays_inside(page)
    await page.keyboard.press("Escape")
    await expect(add).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Name or number")).to_be_focused()
    await page.keyboard.type("21")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.locator("li.row").filter(has_text="21")).to_be_visible()


async def test_ticket_is_bumped_and_recalled_by_keys(osteria: Osteria, come: Come) -> None:
    cora = await come("Cora", "kitchen")
    await osteria.orders_of("t5", {"item": "spritz"})
    page = await cora.open("/kitchen?restaurant=lucciola")
    start = page.get_by_role("button", name="Start without sound")
    await start.focus()
    await is_seen(page)
    await page.keyboard.press("Enter")
    tickets = page.get_by_role("article")
    await expect(tickets.first).to_be_visible()
    first = await tickets.first.get_attribute("data-key")
    await page.keyboard.press("1")
    await expect(page.locator("article[aria-current]")).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(page.locator(f'[data-key="{first}"]')).to_have_count(0)
    await page.keyboard.press("r")
    await expect(page.locator(f'[data-key="{first}"]')).to_be_visible()


async def test_guest_chooses_a_dish_by_keys(osteria: Osteria, come: Come) -> None:
    ida = await come("Ida")
    page = await ida.open(f"/t/{osteria.code}")
    await expect(page.get_by_label("Your name")).to_be_visible()
    await page.get_by_label("Your name").focus()
    await is_seen(page)
    await page.keyboard.type("Ida")
    await page.keyboard.press("Enter")
    add = page.get_by_role("button", name="Add Rib-eye, 300 g")
    await add.focus()
    await is_seen(page)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await stays_inside(page)
    await page.get_by_label("Medium").focus()
    await is_seen(page)
    await page.keyboard.press("Space")
    await page.get_by_role("button", name=re.compile("^Add ·")).focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    choosing = page.get_by_role("region", name="Choosing", exact=True)
    await expect(choosing.get_by_text("Rib-eye, 300 g")).not_to_have_count(0)


# -- other languages -------------------------------------------------------------------------------


async def test_screens_read_from_right_to_left_and_nothing_is_cut(
    osteria: Osteria, come: Come
) -> None:
    mara = await come("Mara", "owner")
    found = []
    for path in PATHS:
        page = await settled(mara, f"{path}?lang=ar")
        assert await page.evaluate("document.documentElement.dir") == "rtl"
        found += [f"{path}: {one}" for one in await cut(page, 1280, 800)]
        found += [f"{path}: {one}" for one in await cut(page, 390, 844)]
    assert found == []
    name = page.locator("body")
    await settled(mara, f"{PATHS[1]}?lang=ar")
    name = page.locator('[data-path="items/octopus/name/en"]')
    assert await name.evaluate("field => getComputedStyle(field).direction") == "ltr"


async def test_no_screen_speaks_english_in_another_language(osteria: Osteria, come: Come) -> None:
    mara = await come("Mara", "owner")
    for path in PATHS:
        english = await words(await settled(mara, f"{path}?lang=en"))
        for language in ("de", "es", "fr"):
            page = await settled(mara, f"{path}?lang={language}")
            assert await page.evaluate("document.documentElement.lang") == language
            # One word may be the same in two languages, such as "Messages"; a sentence is not.
            same = {one for one in english & await words(page) if " " in one} - SAME_EVERYWHERE
            assert same == set(), f"{path} in {language}"
            if language == "de":
                assert await cut(page, 390, 844) == [], path


async def test_table_speaks_the_language_of_its_guest(osteria: Osteria, come: Come) -> None:
    english = await guest_words(await come("Gus"), osteria, "en")
    for language in ("de", "es", "fr"):
        spoken = await guest_words(await come(f"Gus {language}"), osteria, language)
        for state, said in english.items():
            assert said != set(), state
            same = {one for one in said & spoken[state] if " " in one} - SAME_EVERYWHERE
            assert same == set(), f"{state} in {language}"


# -- helpers ---------------------------------------------------------------------------------------


async def guest_words(guest: Person, osteria: Osteria, language: str) -> dict[str, set[str]]:
    """What a new guest reads from the code on the table to the list, state by state."""
    page = await settled(guest, f"/t/{osteria.code}?lang={language}")
    found = {"welcome": await words(page)}
    await page.locator(".welcome-form input").fill(guest.name)
    await page.keyboard.press("Enter")
    await expect(page.locator(".dish-open").first).to_be_visible()
    assert await page.evaluate("document.documentElement.lang") == language
    await page.wait_for_load_state("networkidle")
    found["menu"] = await words(page)
    sheet = page.locator("dialog[open]")
    for state, opener in (
        ("dish", page.locator(".dish-open").filter(has_text="300 g")),
        ("filter", page.locator(".menu-tools button").last),
        ("people", page.locator(".guest-people")),
        ("options", page.locator(".guest-people + button")),
        ("service", page.locator(".guest-header button").last),
    ):
        await opener.click()
        await expect(sheet).to_be_visible()
        found[state] = await words(page)
        await page.keyboard.press("Escape")
        await expect(sheet).to_have_count(0)
    return found


async def open_editor(person: Person, osteria: Osteria) -> Page:
    page = await person.open(f"/menus/{osteria.id}")
    await expect(page.locator(".pill-words")).to_have_text("All changes saved")
    await expect(page.locator('[data-item="octopus"]')).to_be_visible()
    return page


def panel(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Panel")


async def is_seen(page: Page) -> None:
    """Whatever has the focus shows it: by an outline, a shadow or the frame around it."""
    shown = await page.evaluate(
        """() => [document.activeElement, document.activeElement.parentElement].some((one) => {
          const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one)
          return (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none'
        })"""
    )
    assert shown, await page.evaluate("document.activeElement.outerHTML.slice(0, 200)")


async def stays_inside(page: Page) -> None:
    """Tab goes round in an open dialog, never to what lies behind."""
    for _ in range(12):
        await page.keyboard.press("Tab")
        inside = await page.evaluate(
            """document.activeElement === document.body
            || document.activeElement.closest('dialog') !== null"""
        )
        assert inside, await page.evaluate("document.activeElement.outerHTML.slice(0, 200)")


async def settled(person: Person, path: str) -> Page:
    """A page in its language, with everything that it loads first."""
    page = await person.open(path)
    await expect(page.locator("main, .board").first).to_be_visible()
    await page.wait_for_load_state("networkidle")
    return page


async def words(page: Page) -> set[str]:
    """What stands on a page and was not written by people: texts with a real word in them."""
    found: list[str] = await page.evaluate(
        """() => {
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
          const written = '[dir=auto], bdi, script, noscript, code, option, time, .outline'
          const found = []
          while (walker.nextNode()) {
            const { parentElement: parent, textContent } = walker.currentNode
            if (parent.closest(written) !== null) continue
            if (parent.checkVisibility()) found.push(textContent.trim())
          }
          for (const one of document.querySelectorAll('[aria-label], [placeholder]')) {
            if (one.closest('[dir=auto]') === null && one.checkVisibility())
              found.push(one.getAttribute('placeholder') ?? one.getAttribute('aria-label'))
          }
          return found
        }"""
    )
    return {one for one in found if re.search(r"[A-Za-z]{4}", one)}
