"""New languages and short order keys."""

from __future__ import annotations

import pytest
from pycrdt import Map, Text

from collab.edits.changes import SetMeta, SetRegister
from collab.edits.upkeep import REBALANCE_FROM_CHARACTERS, plan_locale, plan_rebalance
from collab.errors import StructureRefused
from collab.menus.order_keys import key_between
from collab.menus.plain_menu import PlainItem, PlainMenu, PlainSection, PlainVariation
from collab.menus.reading import read_menu
from tests.collab.sample_menus import client_of, exchange, menu_document, write

SOUP = PlainItem({"de": "Suppe"}, id="soup", variations=(PlainVariation({"de": "klein"}, "v"),))
ROLL = PlainItem({"de": "Rolle"}, id="roll")
MENU = PlainMenu("de", "EUR", sections=(PlainSection({"de": "S"}, id="s", items=(SOUP, ROLL)),))


def test_new_language_has_a_text_in_everything_the_deleted_too():
    document = menu_document(MENU)
    write(document, [SetRegister("items", "roll", "deleted", True)])
    changes = plan_locale(read_menu(document), "en")
    assert changes[0] == SetMeta("locales", ["de", "en"])
    write(document, changes)
    for root, id in (("sections", "s"), ("items", "soup"), ("items", "roll")):
        fields = document.engine().get(root, type=Map)[id]
        assert isinstance(fields["name"]["en"], Text)
        assert isinstance(fields["desc"]["en"], Text)
    assert read_menu(document).locales == ("de", "en")
    assert plan_locale(read_menu(document), "en") == []


def test_language_that_is_none_is_refused():
    with pytest.raises(StructureRefused, match="language tag"):
        plan_locale(read_menu(menu_document(MENU)), "not one")


def test_long_keys_become_short_and_keep_the_order():
    document, client = client_of(MENU)
    long = "a0"
    while len(long) <= REBALANCE_FROM_CHARACTERS:
        long = key_between("a0", long if long != "a0" else "a1")
    items = client.get("items", type=Map)
    with client.transaction():
        items["roll"]["loc@zz"] = [["s", "a0"], "bo", 9]
        items["soup"]["loc@zz"] = [["s", long], "bo", 9]
        items["soup"]["var:v:pos@zz"] = [long, "bo", 9]
    exchange(document, client)
    changes = plan_rebalance(read_menu(document))
    write(document, changes, ms=10)
    menu = read_menu(document)
    assert [item.id for item in menu.sections[0].items] == ["roll", "soup"]
    assert all(len(item.place[1]) < 4 for item in menu.sections[0].items)
    assert len(menu.sections[0].items[1].variations[0].order_key) < 4
    assert plan_rebalance(menu) == []


def test_short_keys_are_left_alone():
    assert plan_rebalance(read_menu(menu_document(MENU))) == []
