"""The command line's way in and out, on a file that no server uses."""

from __future__ import annotations

import json

import pytest

from api.config import Config
from api.exchange import export_menu, import_menu
from api.menu_formats import FormatName
from collab.errors import DocumentGone, StructureRefused
from tests.collab.sample_menus import SAMPLE, without_ids


@pytest.fixture
def config(tmp_path):
    return Config(database=str(tmp_path / "menus.db"))


async def test_sample_goes_in_and_comes_out_whole(config):
    done = await import_menu(config, SAMPLE, "bistro", "lunch")
    assert (done.is_new, done.changes, done.sections, done.items) == (True, 0, 24, 255)
    exported = json.loads((await export_menu(config, "lunch")).content)
    assert without_ids(exported) == json.loads(SAMPLE.read_bytes())


async def test_second_import_is_merged_and_saved(config, tmp_path):
    await import_menu(config, SAMPLE, "bistro", "lunch")
    exported = json.loads((await export_menu(config, "lunch")).content)
    exported["sections"][3]["items"][2]["price"] = 12345
    file = tmp_path / "changed.json"
    file.write_text(json.dumps(exported))
    done = await import_menu(config, file, "bistro", "lunch")
    assert (done.is_new, done.changes) == (False, 1)
    again = json.loads((await export_menu(config, "lunch")).content)
    assert again == exported


async def test_menu_of_another_restaurant_is_refused(config):
    await import_menu(config, SAMPLE, "bistro", "lunch")
    with pytest.raises(StructureRefused, match="bistro"):
        await import_menu(config, SAMPLE, "other", "lunch")


async def test_unknown_menu_is_said(config):
    with pytest.raises(DocumentGone, match="lunch"):
        await export_menu(config, "lunch")


async def test_spreadsheet_goes_out_and_comes_in_again(config, tmp_path):
    await import_menu(config, SAMPLE, "bistro", "lunch")
    file = tmp_path / "lunch.csv"
    exported = await export_menu(config, "lunch", FormatName.CSV, decimal_comma=True)
    file.write_bytes(exported.content)
    done = await import_menu(config, file, "bistro", "lunch", FormatName.CSV)
    assert (done.is_new, done.changes, done.report) == (False, 0, ())
    copied = await import_menu(config, file, "bistro", "copy", FormatName.CSV)
    assert (copied.is_new, copied.items) == (True, 255)
