"""The panels of the editor: publishing, versions, history, files, photos, strict locks, marks."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

from PIL import Image
from playwright.async_api import WebSocketRoute, expect

from tests.web.bistro import Bistro
from tests.web.conftest import Hire
from tests.web.editor_page import EditorPage
from tests.web.panels_page import FORMATS, PanelsPage

LATER = re.compile(r'("schema": ?)\d+')


async def shown(bistro: Bistro) -> dict[str, int]:
    """The prices that guests see, by dish."""
    menu = await bistro.asked("GET", f"/menus/{bistro.menu}/published")
    return {item["id"]: item["price"] for one in menu["sections"] for item in one["items"]}


async def publish(bistro: Bistro) -> None:
    """Show guests the menu as it stands."""
    await bistro.asked("POST", f"/menus/{bistro.menu}/versions", {})


async def change_price(bistro: Bistro, dish: str, price: int) -> None:
    """A price, as a program sets it."""
    change = {"sections": {"dishes": {"items": {dish: {"price": price}}}}}
    await bistro.asked("PATCH", f"/menus/{bistro.menu}", change)


def of_a_later_schema(frame: str | bytes) -> str | bytes:
    """The same, except that menus have a schema that no page knows yet."""
    return LATER.sub(r"\g<1>99", frame) if isinstance(frame, str) else frame


async def test_publishing_shows_what_changes_and_rolling_back_takes_it_away_from_guests(
    bistro: Bistro, hire: Hire
) -> None:
    await publish(bistro)
    ana, ben = await hire(bistro, "Ana"), await hire(bistro, "Ben")
    hers, his = PanelsPage(ana), PanelsPage(ben)
    await his.open("Versions")
    await expect(his.version(1)).to_contain_text("Guests see it")
    panel = await hers.open_publishing()
    await expect(panel).to_contain_text("Guests see everything as it is now.")
    await expect(panel.get_by_role("button", name="Publish now")).to_be_disabled()

    await ana.set_price("soup", "12")
    change = hers.difference("Soup")
    await expect(change.locator("del")).to_contain_text("€9.00")
    await expect(change.locator("ins")).to_contain_text("€12.00")
    assert (await shown(bistro))["soup"] == 900
    await hers.press("Publish now")
    await expect(ana.toast("Published v2")).to_be_visible()
    assert (await shown(bistro))["soup"] == 1200
    await expect(his.version(2)).to_contain_text("Guests see it")
    await expect(his.version(1)).not_to_contain_text("Guests see it")

    await hers.press("Show an older version again…")
    await hers.version(1).get_by_role("button").click()
    await hers.press("Show to guests")
    await hers.confirm("Show to guests")
    await expect(ana.toast("Guests see v1 again.")).to_be_visible()
    assert (await shown(bistro))["soup"] == 900
    await expect(his.version(1)).to_contain_text("Guests see it")
    await expect(ben.price("soup")).to_have_value("12.00")  # what is edited stays


async def test_nobody_publishes_what_they_have_not_seen(bistro: Bistro, hire: Hire) -> None:
    await publish(bistro)
    ana = await hire(bistro, "Ana")
    panels = PanelsPage(ana)
    panel = await panels.open_publishing()
    button = panel.get_by_role("button", name="Publish now")
    await ana.set_price("soup", "12")
    await expect(panels.difference("Soup").locator("ins")).to_contain_text("€12.00")
    await expect(button).to_be_enabled()

    await ana.person.cable.cut()
    await ana.set_price("soup", "13")
    await expect(button).to_be_disabled()
    await panels.open("History")
    await expect(panel.get_by_role("button", name="Try again")).to_be_visible()
    await panels.open_publishing()
    await expect(panel.get_by_role("button", name="Try again")).to_be_visible()
    await expect(button).to_be_disabled()
    await ana.person.mend()
    await expect(panels.difference("Soup").locator("ins")).to_contain_text("€13.00")
    await expect(button).to_be_enabled()


async def test_ending_what_guests_see_is_asked_first(bistro: Bistro, hire: Hire) -> None:
    await publish(bistro)
    panels = PanelsPage(await hire(bistro, "Ana"))
    panel = await panels.open_publishing()
    await panels.version(1).get_by_role("button", name="End").click()
    question = panels.page.get_by_role("dialog", name="End v1?")
    await expect(question).to_contain_text("Guests then see no menu")
    await panels.confirm("Cancel")
    assert await shown(bistro) != {}
    await panels.version(1).get_by_role("button", name="End").click()
    await panels.confirm("End")
    await expect(panels.editor.toast("Ended.")).to_be_visible()
    await expect(panel).to_contain_text("Guests see nothing yet")
    panels.editor.person.forgive("404 (Not Found)")  # the answer for a menu nobody is shown


async def test_scheduled_version_is_listed_and_guests_do_not_see_it_before_its_time(
    bistro: Bistro, hire: Hire
) -> None:
    await publish(bistro)
    await change_price(bistro, "soup", 1200)
    ana = await hire(bistro, "Ana")
    panels = PanelsPage(ana)
    panel = await panels.open_publishing()
    await panel.get_by_text("At a later time, or for a while").click()
    await panel.get_by_label("From (empty: now)").fill("2090-05-04T10:00")
    await panel.get_by_label("Until (empty: open)").fill("2090-05-03T10:00")
    await expect(panel).to_contain_text("The end must come after the beginning.")
    await expect(panel.get_by_role("button", name="Publish as planned")).to_be_disabled()
    await panel.get_by_label("Until (empty: open)").fill("2090-05-05T10:00")
    await panels.press("Publish as planned")
    await expect(panels.version(2)).to_contain_text("4 May")
    await expect(panels.version(1)).to_contain_text("guests see it now")
    assert (await shown(bistro))["soup"] == 900

    await panels.version(2).get_by_role("button", name="End").click()
    question = ana.page.get_by_role("dialog", name="End v2?")
    await expect(question).to_contain_text("not be shown to guests any more")
    await panels.confirm("End")
    await expect(panels.version(2)).to_have_count(0)
    listed = await bistro.asked("GET", f"/menus/{bistro.menu}/publications")
    assert [one["version"] for one in listed["publications"]] == [1]


async def test_field_put_back_from_the_history_is_a_new_edit_that_others_see(
    bistro: Bistro, hire: Hire
) -> None:
    ana, ben = await hire(bistro, "Ana"), await hire(bistro, "Ben")
    await ana.set_price("soup", "12")
    await ana.set_price("salad", "13")
    await expect(ben.price("salad")).to_have_value("13.00")
    history = await ben.open_history()
    entry = history.locator(".stretch-thing").filter(has_text="Soup").locator(".entry")
    await entry.get_by_role("button", name="Put back what was there before").click()
    for somebody in (ana, ben):
        await expect(somebody.price("soup")).to_have_value("9.00")
        await expect(somebody.price("salad")).to_have_value("13.00")
    newest = history.locator(".stretch").first
    await expect(newest).to_contain_text("Ben")
    await expect(newest).to_contain_text("brought back")
    await expect(newest.locator("del")).to_contain_text("€12.00")
    await expect(newest.locator("ins")).to_contain_text("€9.00")


async def test_dish_and_then_the_whole_menu_come_back_from_a_version_as_new_edits(
    bistro: Bistro, hire: Hire
) -> None:
    await publish(bistro)
    ana, ben = await hire(bistro, "Ana"), await hire(bistro, "Ben")
    for dish in ("soup", "salad", "squid"):
        await change_price(bistro, dish, 1500)
    await expect(ana.price("squid")).to_have_value("15.00")
    before = len(await bistro.history())
    panels = PanelsPage(ana)
    await panels.open_version(1)
    await panels.difference("Soup").get_by_role("button", name="Bring back").click()
    await expect(ben.price("soup")).to_have_value("9.00")
    await expect(panels.difference("Soup")).to_have_count(0)
    await expect(ben.price("salad")).to_have_value("15.00")

    await panels.press("Bring back everything")
    await panels.confirm("Bring back everything")
    await expect(ben.price("salad")).to_have_value("9.10")
    await expect(ben.price("squid")).to_have_value("9.20")
    await expect(panels.panel).to_contain_text("Both are the same.")
    added = (await bistro.history())[: len(await bistro.history()) - before]
    assert {(one["item"], one["after"]) for one in added} == {
        ("soup", 900),
        ("salad", 910),
        ("squid", 920),
    }


async def test_differences_between_two_versions_are_shown(bistro: Bistro, hire: Hire) -> None:
    await publish(bistro)
    await change_price(bistro, "steak", 2500)
    await publish(bistro)
    await change_price(bistro, "sorbet", 100)
    ana = await hire(bistro, "Ana")
    panels = PanelsPage(ana)
    panel = await panels.open_version(1)
    await expect(panels.difference("Sorbet")).to_be_visible()
    await panel.get_by_label("Compared with").select_option("2")
    await expect(panels.difference("Sorbet")).to_have_count(0)
    change = panels.difference("Steak")
    await expect(change.locator("del")).to_contain_text("€9.30")
    await expect(change.locator("ins")).to_contain_text("€25.00")
    await expect(change.get_by_role("button")).to_have_count(0)  # only now can be changed


async def test_import_names_what_would_change_before_anything_does(
    bistro: Bistro, hire: Hire, tmp_path: Path
) -> None:
    ana, ben = await hire(bistro, "Ana"), await hire(bistro, "Ben")
    panels = PanelsPage(ana)
    await panels.open("Import and export")
    file = await panels.export("Mirepoix (JSON)", tmp_path)
    menu = json.loads(file.read_text())
    [soup, salad, *_] = menu["sections"][0]["items"]
    soup["price"] = 1250
    salad["name"] = "Green salad"
    menu["sections"][0]["items"].append({"id": "tea", "name": "Tea", "price": 300})
    file.write_text(json.dumps(menu))
    await panels.choose_file(file)
    await expect(panels.preview).to_contain_text("The file has 6 dishes in 1 sections.")
    await expect(panels.difference("Soup").locator("ins")).to_contain_text("€12.50")
    await expect(panels.difference("Green salad").locator("ins")).to_contain_text("Green")
    await expect(panels.difference("Tea")).to_contain_text("new")
    assert (await bistro.dishes())["soup"]["price"] == 900

    await panels.press("Import")
    await expect(ben.price("soup")).to_have_value("12.50")
    await expect(ben.name("salad")).to_have_value("Green salad")
    await expect(ben.price("tea")).to_have_value("3.00")

    unusable = tmp_path / "menu.json"
    unusable.write_text("{")
    await panels.choose_file(unusable)
    await expect(panels.panel.get_by_role("alert")).not_to_be_empty()
    await expect(panels.preview).to_have_count(0)
    ana.person.forgive("status of 400")


async def test_every_exported_file_comes_in_again_without_a_change(
    bistro: Bistro, hire: Hire, tmp_path: Path
) -> None:
    ana = await hire(bistro, "Ana")
    panels = PanelsPage(ana)
    await panels.open("Import and export")
    for format in FORMATS:
        file = await panels.export(format, tmp_path)
        assert "Soup" in file.read_text()
        await panels.choose_file(file)
        await expect(panels.preview).to_contain_text(file.name)
        await expect(panels.preview).to_contain_text("Everything in it is here already.")
        importing = panels.panel.get_by_role("button", name="Import", exact=True)
        await expect(importing).to_be_disabled()


async def test_photo_appears_in_both_windows(bistro: Bistro, hire: Hire) -> None:
    ana, ben = await hire(bistro, "Ana"), await hire(bistro, "Ben")
    hers = PanelsPage(ana)
    await hers.open_kitchen_details("soup")
    photo = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(photo, "JPEG")
    upload = {"name": "soup.jpg", "mimeType": "image/jpeg", "buffer": photo.getvalue()}
    await hers.choose_file(upload)
    for somebody in (ana, ben):
        picture = somebody.row("soup").locator(".thumb img")
        await expect(picture).to_be_visible()
        await expect(picture).to_have_js_property("complete", True)
        assert await picture.evaluate("picture => picture.naturalWidth") > 0
    await expect(hers.panel.get_by_role("img", name="Photo of the dish")).to_be_visible()

    await hers.choose_file({**upload, "buffer": b"no photo"})
    await expect(hers.panel.get_by_role("alert")).not_to_be_empty()
    await expect(ben.row("soup").locator(".thumb")).to_have_count(1)
    ana.person.forgive("status of 4")
    await hers.press("Remove")
    await expect(ben.row("soup").locator(".thumb")).to_have_count(0)


async def test_strict_locks_set_back_what_somebody_writes_into_a_held_field(
    bistro: Bistro, hire: Hire
) -> None:
    ana, ben = await hire(bistro, "Ana"), await hire(bistro, "Ben")
    await PanelsPage(ana).choose("Strict locks")
    notice = "Strict locks are on"
    for somebody in (ana, ben):
        await expect(somebody.page.get_by_text(notice)).to_be_visible()
    # Ben does not hear that Ana takes the field, so his page lets him write into it.
    ben.person.cable.hold_answers()
    known = (await bistro.asked("GET", f"/menus/{bistro.menu}/events"))["events"][-1]["offset"]
    await ana.price("soup").focus()
    later = f"/menus/{bistro.menu}/events?after={known}&wait_seconds=10"
    [taken, *_] = (await bistro.asked("GET", later))["events"]
    assert taken["type"] == "lock.taken"
    await ben.set_price("soup", "12")
    ben.person.cable.release()
    await expect(ben.toast("Somebody else holds this field.")).to_be_visible()
    for somebody in (ana, ben):
        await expect(somebody.price("soup")).to_have_value("9.00")
    assert (await bistro.dishes())["soup"]["price"] == 900

    await PanelsPage(ana).choose("Strict locks")
    for somebody in (ana, ben):
        await expect(somebody.page.get_by_text(notice)).to_have_count(0)


async def test_dish_that_needs_a_look_carries_a_mark_with_words(bistro: Bistro, hire: Hire) -> None:
    ana, ben = await hire(bistro, "Ana"), await hire(bistro, "Ben")
    mark = ben.row("soup").get_by_role("button", name="Free of charge")
    await expect(mark).to_have_count(0)
    await ana.set_price("soup", "0")
    await mark.click()
    await expect(ben.panel).to_contain_text("Soup costs nothing.")
    await ana.set_price("soup", "9")
    await expect(mark).to_have_count(0)


async def test_menu_gets_another_title(bistro: Bistro, hire: Hire) -> None:
    ana = await hire(bistro, "Ana")
    await PanelsPage(ana).choose("Rename the menu")
    dialog = ana.page.get_by_role("dialog", name="Rename the menu")
    await dialog.get_by_label("Title of the menu").fill("Winter")
    await dialog.get_by_role("button", name="Rename").click()
    await expect(ana.page.get_by_role("heading", name="Winter")).to_be_visible()
    ben = await hire(bistro, "Ben")
    await expect(ben.page.get_by_role("heading", name="Winter")).to_be_visible()


async def test_page_that_is_older_than_the_menu_says_so_and_keeps_what_is_written(
    bistro: Bistro, hire: Hire
) -> None:
    ana = await hire(bistro, "Ana")
    later = await ana.person.tab()

    def meet(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(lambda frame: socket.send(of_a_later_schema(frame)))

    await later.route_web_socket("**/*", meet)
    await ana.person.open(bistro.path, later)
    await expect(later.get_by_text("The server is newer than this page.")).to_be_visible()
    editor = EditorPage(ana.person, bistro, later)
    await editor.set_price("soup", "12")
    await expect(editor.price("soup")).to_have_value("12.00")
    assert (await bistro.dishes())["soup"]["price"] == 900


async def test_history_names_people_who_have_gone(bistro: Bistro, hire: Hire) -> None:
    ben = await hire(bistro, "Ben")
    await ben.set_price("soup", "12")
    await ben.has_nothing_waiting()
    await ben.person.cable.cut()
    ana = await hire(bistro, "Ana")
    await expect(ana.person_here("Ben")).to_have_count(0)
    history = await ana.open_history()
    await expect(history.locator(".stretch").first).to_contain_text("Ben")
    await expect(history.get_by_label("By whom")).to_contain_text("Ben")
    cora = await hire(bistro, "Cora", "viewer")  # may not read the list of staff
    history = await cora.open_history()
    await expect(history.locator(".stretch").first).to_contain_text("Ben")
