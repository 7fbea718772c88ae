"""The operations page: numbers, charts, and the tables of rooms and connections."""

from __future__ import annotations

import re

from playwright.async_api import Locator, expect

from tests.web.person import Person


class OpsPage:
    """The first tab of somebody, with the operations page in it."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.page = person.page

    async def open(self) -> None:
        await self.person.open("/ops", self.page)
        await expect(self.page.get_by_role("tab", name="Rooms")).to_be_visible()

    async def show(self, tab: str) -> None:
        await self.page.get_by_role("tab", name=tab).click()

    def row(self, words: str) -> Locator:
        """A row of the table that is shown."""
        return self.page.locator("tbody").get_by_role("row").filter(has_text=words)

    def chart(self, title: str) -> Locator:
        charts = self.page.get_by_role("region", name="The last minutes").get_by_role("figure")
        return charts.filter(has_text=title)

    async def act(self, row: Locator, action: str, yes: str) -> None:
        """Choose an action of a row, and say yes to the question."""
        await row.get_by_role("button", name=re.compile("^Actions for")).click()
        await self.page.get_by_role("menuitem", name=action).click()
        await self.page.get_by_role("dialog").get_by_role("button", name=yes, exact=True).click()

    def toast(self, words: str) -> Locator:
        return self.page.get_by_role("region", name="Messages").get_by_text(words)
