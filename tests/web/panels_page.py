"""The panels beside a menu: publishing, versions, history, files, the details of a dish."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from playwright.async_api import FilePayload, Locator, Page, expect

from tests.web.editor_page import EditorPage

FORMATS: Final = (
    "Mirepoix (JSON)",
    "schema.org (JSON-LD)",
    "Square catalog (JSON)",
    "Spreadsheet (CSV)",
)


class PanelsPage:
    """The panels of one window with a menu."""

    def __init__(self, editor: EditorPage) -> None:
        self.editor = editor
        self.page: Page = editor.page
        self.panel = editor.panel

    async def open(self, tool: str, heading: str | None = None) -> Locator:
        """Open a panel with one of the further tools; its heading is the tool's name mostly."""
        await self.choose(tool)
        await expect(
            self.panel.get_by_role("heading", name=heading or tool, level=2)
        ).to_be_visible()
        return self.panel

    async def choose(self, tool: str) -> None:
        """Press one of the further tools."""
        await self.page.get_by_role("button", name="More tools").click()
        menu = self.page.get_by_role("menu")
        await menu.locator("[role^=menuitem]").filter(has_text=tool).click()

    async def open_publishing(self) -> Locator:
        """What guests would see anew, and when."""
        tools = self.page.get_by_role("toolbar", name="Tools")
        await tools.get_by_role("button", name="Publish").click()
        await expect(self.panel.get_by_role("heading", name="Publish", level=2)).to_be_visible()
        return self.panel

    async def open_version(self, number: int) -> Locator:
        """One of the kept versions."""
        await self.open("Versions")
        await self.version(number).get_by_role("button").click()
        await expect(
            self.panel.get_by_role("heading", name=f"Version {number}", level=2)
        ).to_be_visible()
        return self.panel

    async def open_kitchen_details(self, dish: str) -> Locator:
        """The third tab of a dish."""
        await self.editor.row(dish).get_by_role("button", name="Actions for").click()
        await self.page.get_by_role("menuitem", name="Details…").click()
        await self.panel.get_by_role("tab", name="Kitchen").click()
        return self.panel

    def version(self, number: int) -> Locator:
        """A line in the list of versions."""
        return self.panel.locator(".versions > li").filter(has_text=f"v{number}")

    def difference(self, thing: str) -> Locator:
        """What differs of a dish or section."""
        return self.panel.locator(".part").filter(has_text=thing)

    async def press(self, name: str) -> None:
        """Press a button of the panel."""
        await self.panel.get_by_role("button", name=name, exact=True).click()

    async def confirm(self, name: str) -> None:
        """Press a button of the question that stands in the middle."""
        await self.page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()

    async def export(self, format: str, folder: Path) -> Path:
        """Download the menu; the file."""
        await self.panel.get_by_label("Format").first.select_option(label=format)
        async with self.page.expect_download() as coming:
            await self.press("Download")
        download = await coming.value
        file = folder / download.suggested_filename
        await download.save_as(file)
        return file

    async def choose_file(self, file: Path | FilePayload) -> None:
        """Choose a file in the open panel, as from the device."""
        await self.panel.locator("input[type=file]").set_input_files(file)

    @property
    def preview(self) -> Locator:
        """What an import would do."""
        return self.panel.locator(".preview")
