"""The cable is out, or the server is gone: nothing is lost, and the light tells the truth."""

from __future__ import annotations

import re
from typing import Final

from playwright.async_api import expect

from tests.web.bistro import Bistro
from tests.web.conftest import Hire
from tests.web.editor_page import SAVED, EditorPage

TWENTY: Final = tuple(f"Dish-{number}" for number in range(20))
OFFLINE: Final = "Offline \N{EN DASH} 20 changes saved on this device"


async def test_twenty_edits_survive_a_reload_without_network_and_the_light_tells_the_truth(
    bistro: Bistro, hire: Hire
) -> None:
    large = Bistro(bistro.server, f"{bistro.menu}-large")
    await large.write_menu(TWENTY)
    ana, ben = await hire(large, "Ana"), await hire(large, "Ben")
    await ana.is_kept_for_offline()

    ana.person.cable.hold()
    await ana.set_price("dish-0", "1")
    await expect(ana.pill).to_have_text("Saving…")
    await expect(ana.pill).to_have_text("Still saving… (1)")
    ana.person.cable.release()
    await ana.is_saved()

    await ana.person.cable.cut()
    for number, name in enumerate(TWENTY):
        await ana.set_price(name.lower(), f"{20 + number}.50")
    await ana.page.reload()  # at once: what was edited last may not be stored yet
    for number, name in enumerate(TWENTY):
        await expect(ana.price(name.lower())).to_have_value(f"{20 + number}.50")
    await expect(ana.pill).to_have_text(OFFLINE, timeout=25_000)
    assert (await large.dishes())["dish-0"]["price"] == 100, "the cable was not out"

    await ana.person.mend()
    await ana.is_saved()
    stored = await large.dishes()
    for number, name in enumerate(TWENTY):
        assert stored[name.lower()]["price"] == 2050 + 100 * number
        await expect(ben.price(name.lower())).to_have_value(f"{20 + number}.50")
    assert_in_order(
        await ana.pill_texts(),
        SAVED,
        "Saving…",
        "Still saving… (1)",
        SAVED,
        "Reconnecting…",
        OFFLINE,
        re.compile(r"Sending \d+ of 20…"),
        SAVED,
    )


async def test_server_killed_before_it_answered_has_every_edit_once(
    own_bistro: Bistro, hire: Hire
) -> None:
    ana, ben = await hire(own_bistro, "Ana"), await hire(own_bistro, "Ben")
    ana.person.cable.hold_answers()
    await ana.place_caret(ana.description("soup"), 0)
    await ana.page.keyboard.insert_text("Hot. ")
    await expect(ben.description("soup")).to_have_value("Hot. The soup of the day")
    await ben.is_saved()  # so it is stored; she does not know
    ana.person.cable.hold()
    await ana.page.keyboard.insert_text("Very. ")
    await ana.set_price("soup", "9.50")
    await expect(ana.pill).not_to_have_text(SAVED)
    await own_bistro.server.kill()
    ana.person.cable.release()
    await own_bistro.server.start()
    for somebody in (ana, ben):
        await somebody.try_again()
        await expect(somebody.description("soup")).to_have_value("Hot. Very. The soup of the day")
        await expect(somebody.price("soup")).to_have_value("9.50")
        await somebody.is_saved()
    soup = (await own_bistro.dishes())["soup"]
    assert (soup["description"], soup["price"]) == ("Hot. Very. The soup of the day", 950)
    prices = [one for one in await own_bistro.history() if one["field"] == "price"]
    assert [(one["before"], one["after"]) for one in prices] == [(900, 950)]


async def test_what_the_light_calls_saved_survives_a_kill(own_bistro: Bistro, hire: Hire) -> None:
    ana = await hire(own_bistro, "Ana")
    server = own_bistro.server
    for number in (1, 2):
        await ana.set_price("soup", f"{number}.50")
        await ana.place_caret(ana.description("soup"), 0)
        await ana.page.keyboard.insert_text(f"{number} ")
        await ana.has_nothing_waiting()
        shown = await ana.description("soup").input_value()
        await server.kill()
        await ana.person.cable.cut()  # nothing of hers may come afterwards
        await server.start()
        soup = (await own_bistro.dishes())["soup"]
        assert (soup["price"], soup["description"]) == (100 * number + 50, shown)
        await ana.person.mend()


async def test_two_tabs_edit_without_network_and_everything_arrives_once(
    bistro: Bistro, hire: Hire
) -> None:
    ana, ben = await hire(bistro, "Ana"), await hire(bistro, "Ben")
    second = EditorPage(ana.person, bistro, await ana.person.tab())
    await second.open()
    await ana.person.cable.cut()
    await ana.set_price("soup", "9.50")
    await second.set_price("salad", "8.50")
    await second.place_caret(second.description("soup"), 0)
    await second.page.keyboard.insert_text("Hot. ")
    # They hear each other without the server.
    await expect(ana.description("soup")).to_have_value("Hot. The soup of the day")
    await expect(second.price("soup")).to_have_value("9.50")
    await second.page.close()
    await ana.person.mend()
    await ana.is_saved()
    for somebody in (ana, ben):
        await expect(somebody.price("soup")).to_have_value("9.50")
        await expect(somebody.price("salad")).to_have_value("8.50")
        await expect(somebody.description("soup")).to_have_value("Hot. The soup of the day")
    dishes = await bistro.dishes()
    assert (dishes["soup"]["price"], dishes["salad"]["price"]) == (950, 850)


def assert_in_order(texts: list[str], *wanted: str | re.Pattern[str]) -> None:
    """These were said in this order; anything may have been said between them."""
    rest = iter(texts)
    for one in wanted:
        found = any(one == text if isinstance(one, str) else one.fullmatch(text) for text in rest)
        assert found, f"{one} is missing, or said at another time, in {texts}"
