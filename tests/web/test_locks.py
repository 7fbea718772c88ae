"""Fields that somebody holds: others see who and how long, may ask for them, and get them."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.web.bistro import Bistro
from tests.web.conftest import Hire
from tests.web.editor_page import EditorPage


async def test_held_price_shows_who_holds_it_and_is_released_when_asked_for(
    bistro: Bistro, hire: Hire
) -> None:
    ana, ben = await hire(bistro, "Ana"), await hire(bistro, "Ben")
    await ana.price("soup").focus()
    await ana.price("soup").fill("9.50")
    badge = ben.lock_badge("soup")
    await expect(badge).to_contain_text("Ana is editing")
    left = badge.locator(".lock-time")
    await expect(left).to_have_text(re.compile(r"^[123]?\d s left$"))
    await expect(left).not_to_have_text(await left.inner_text())
    await expect(ana.lock_badge("soup")).to_have_count(0)

    await badge.get_by_role("button", name="Ask to release").click()
    await expect(ben.toast("Ana was asked to release the field.")).to_be_visible()
    question = ana.page.get_by_role("alertdialog", name="Ben asks for the price of Soup")
    await question.get_by_role("button", name="Release").click()
    await expect(question).to_have_count(0)
    await expect(badge).to_have_count(0)
    await expect(ben.price("soup")).to_have_value("9.50")  # what she had typed is not lost
    await expect(ana.price("soup")).not_to_be_focused()

    await ben.price("soup").focus()
    await expect(ana.lock_badge("soup")).to_contain_text("Ben is editing")


async def test_whoever_is_asked_may_keep_the_field(bistro: Bistro, hire: Hire) -> None:
    ana, ben = await hire(bistro, "Ana"), await hire(bistro, "Ben")
    await ana.price("soup").focus()
    badge = ben.lock_badge("soup")
    await badge.get_by_role("button", name="Ask to release").click()
    question = ana.page.get_by_role("alertdialog")
    await question.get_by_role("button", name="Keep 1 min").click()
    await expect(question).to_have_count(0)
    await expect(ana.price("soup")).to_be_focused()
    await ana.page.keyboard.type("8")
    await expect(badge).to_contain_text("Ana is editing")


async def test_field_that_nobody_touches_any_more_is_given_back(bistro: Bistro, hire: Hire) -> None:
    ben = await hire(bistro, "Ben")
    ana = await hire(bistro, "Ana")
    page = await ana.person.tab()
    await page.clock.install()
    elsewhere = EditorPage(ana.person, bistro, page)
    await elsewhere.open()
    await elsewhere.price("soup").focus()
    await expect(ben.lock_badge("soup")).to_contain_text("Ana is editing")
    await page.clock.fast_forward("00:31")
    await expect(ben.lock_badge("soup")).to_have_count(0)


async def test_field_of_somebody_who_is_gone_opens_by_itself(bistro: Bistro, hire: Hire) -> None:
    ana, ben = await hire(bistro, "Ana"), await hire(bistro, "Ben")
    await ana.price("soup").focus()
    await expect(ben.lock_badge("soup")).to_contain_text("Ana is editing")
    await ana.person.cable.cut()
    await expect(ben.lock_badge("soup")).to_have_count(0)
