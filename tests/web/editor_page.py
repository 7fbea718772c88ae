"""The menu editor as somebody sees it: its fields, the pill, people, cards and panels."""

from __future__ import annotations

import re
from typing import Final

from playwright.async_api import Locator, Page, expect

from tests.web.bistro import Bistro
from tests.web.person import Person

SAVED: Final = "All changes saved"
# Notes each text of the pill, also those of an earlier load of this tab.
WATCH_PILL: Final = """
(() => {
  const texts = JSON.parse(sessionStorage.getItem('pill') ?? '[]')
  const look = () => {
    const words = document.querySelector('.pill-words')?.textContent
    if (!words || words === texts.at(-1)) return
    texts.push(words)
    sessionStorage.setItem('pill', JSON.stringify(texts))
  }
  const watch = { subtree: true, childList: true, characterData: true }
  new MutationObserver(look).observe(document, watch)
})()
"""


class EditorPage:
    """One tab with a menu open in it."""

    def __init__(self, person: Person, bistro: Bistro, page: Page | None = None) -> None:
        self.person = person
        self.bistro = bistro
        self.page = page or person.page

    async def open(self) -> None:
        """Open the menu and wait until the server has been heard."""
        await self.page.add_init_script(WATCH_PILL)
        await self.person.open(self.bistro.path, self.page)
        await expect(self.page.locator(".board:not(.is-loading)")).to_be_visible()
        await self.is_saved()

    # -- the pill ------------------------------------------------------------------------------

    @property
    def pill(self) -> Locator:
        """What the light says."""
        return self.page.locator(".pill-words")

    async def is_saved(self) -> None:
        """Wait until the light says that the server has everything."""
        await expect(self.pill).to_have_text(SAVED)

    async def has_nothing_waiting(self) -> None:
        """Wait for the words behind the light, which come without its short delay."""
        await self.page.locator(".pill").click()
        words = "Nothing is waiting. Everything you did is on the server."
        await expect(self.page.get_by_text(words)).to_be_visible()
        await self.page.keyboard.press("Escape")

    async def try_again(self) -> None:
        """Press "Retry now" behind the light."""
        await self.page.locator(".pill").click()
        await self.button("Retry now").click()
        await self.page.keyboard.press("Escape")

    async def is_kept_for_offline(self) -> None:
        """Wait until the service worker keeps this page."""
        await self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    async def pill_texts(self) -> list[str]:
        """Everything that it has said in this tab."""
        texts: list[str] = await self.page.evaluate(
            "JSON.parse(sessionStorage.getItem('pill') ?? '[]')"
        )
        return texts

    # -- fields --------------------------------------------------------------------------------

    def name(self, dish: str) -> Locator:
        return self._field(dish, "name/en")

    def description(self, dish: str) -> Locator:
        return self._field(dish, "desc/en")

    def price(self, dish: str) -> Locator:
        return self._field(dish, "price")

    def _field(self, dish: str, field: str) -> Locator:
        return self.page.locator(f'[data-path="items/{dish}/{field}"]')

    def row(self, dish: str) -> Locator:
        return self.page.locator(f'[data-item="{dish}"]')

    async def set_price(self, dish: str, price: str) -> None:
        """Type a price and leave the field."""
        field = self.price(dish)
        await field.click()
        await field.fill(price)
        await field.press("Enter")

    async def place_caret(self, field: Locator, start: int, end: int | None = None) -> None:
        """Put the caret somewhere in a field, or select a stretch; in UTF-16 units."""
        await field.focus()
        await field.evaluate(
            "(field, [start, end]) => field.setSelectionRange(start, end)", [start, end or start]
        )

    async def selection(self, field: Locator) -> tuple[str, str, str]:
        """What stands before, in and behind the selection of a field."""
        parts: list[str] = await field.evaluate(
            "({ value, selectionStart: start, selectionEnd: end }) =>"
            " [value.slice(0, start), value.slice(start, end), value.slice(end)]"
        )
        return parts[0], parts[1], parts[2]

    # -- other people --------------------------------------------------------------------------

    def person_here(self, name: str) -> Locator:
        """The disc of somebody in the head of the page."""
        people = self.page.get_by_role("list", name=re.compile("here$"))
        return people.get_by_role("img", name=re.compile(f"^{re.escape(name)}"))

    def ring(self, field: Locator) -> Locator:
        """The ring around a field that somebody else is in."""
        return self.page.locator(".spot.is-occupied").filter(has=field)

    def visitor(self, field: Locator) -> Locator:
        """The name beside that ring."""
        return self.ring(field).locator(".visitor")

    def lock_badge(self, dish: str) -> Locator:
        """Who holds the price of a dish."""
        return self.row(dish).locator(".lock-badge")

    # -- questions and panels ------------------------------------------------------------------

    def card(self, dish: str) -> Locator:
        """The question about a dish, in place."""
        return self.row(dish).get_by_role("article")

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("button", name=name)

    @property
    def panel(self) -> Locator:
        """What stands beside the board."""
        return self.page.get_by_role("complementary", name="Panel")

    async def open_history(self) -> Locator:
        """The list of who changed what."""
        tools = self.page.get_by_role("toolbar", name="Tools")
        await tools.get_by_role("button", name="History").click()
        await expect(self.panel.get_by_role("heading", name="History")).to_be_visible()
        return self.panel

    def toast(self, words: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("region", name="Messages").get_by_text(words)
