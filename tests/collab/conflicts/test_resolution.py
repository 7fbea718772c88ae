"""Every resolution ends its conflict, as an ordinary edit of a real document."""

from __future__ import annotations

from typing import Any

import pytest

from collab.conflicts.issues import issues
from collab.conflicts.kinds import Conflict, Facts
from collab.conflicts.resolution import Keep, Remedy, Take, Value, resolve
from collab.edits.changes import Change, SetMeta
from collab.edits.writing import edit_of
from collab.errors import StructureRefused
from collab.menus.menu import Menu
from collab.menus.reading import read_menu
from tests.collab.conflicts.test_issues import CASES, document_of, facts_of

LATER_MS = 1_900_000_000_000


def case_of(name: str) -> dict[str, Any]:
    return next(case for case in CASES if case["name"] == name)


def after(name: str, choice: Any) -> tuple[Conflict, Menu, list[Conflict]]:
    """The first conflict of a shared case, the menu after its resolution, what is still wrong."""
    case = case_of(name)
    document = document_of(case["document"])
    facts = facts_of(case["facts"])
    conflict = issues(read_menu(document), case["published"], facts)[0]
    changes = resolve(conflict, read_menu(document), choice)
    document.changed_by(edit_of(changes, "mia", LATER_MS))
    menu = read_menu(document)
    return conflict, menu, issues(menu, case["published"], Facts(facts.text_edits, ()))


def soup(menu: Menu) -> Any:
    return next(item for item in (*menu.live_items(), *menu.deleted_items) if item.id == "soup")


@pytest.mark.parametrize(
    ("name", "choice", "price"),
    [
        ("two prices at once", Keep(0), 1250),
        ("two prices at once", Keep(1), 1150),
        ("two prices at once", Value(1200), 1200),
        ("no price", Value(300), 300),
        ("a negative price", Value(300), 300),
        ("a price with a fraction", Value(450), 450),
        ("no variation left and no price", Value(900), 900),
        ("a price of more than ten times", Keep(1), 450),
        ("edited by another after it was deleted", Take(Remedy.RESTORE), 500),
        ("edited by another after it was deleted", Keep(1), 500),
    ],
)
def test_choice_of_a_price_ends_the_conflict(name, choice, price):
    conflict, menu, left = after(name, choice)
    assert soup(menu).price == price
    assert not soup(menu).is_deleted
    assert conflict.key not in [one.key for one in left]


@pytest.mark.parametrize(
    ("name", "choice"),
    [
        ("two who disagree about an allergen", Keep(1)),
        ("two who disagree about a diet", Value(True)),
        ("two move one item", Keep(1)),
        ("a quiet field written offline long ago", Keep(0)),
        ("two replace one text", Keep(1)),
        ("edited by another after it was deleted", Take(Remedy.KEEP_DELETED)),
        ("edited by another after it was deleted", Keep(0)),
        ("deleted and restored at once", Keep(0)),
        ("deleted and restored at once", Keep(1)),
        ("a variation edited after it was deleted", Take(Remedy.RESTORE)),
        ("an item moved into a section that was deleted", Take(Remedy.RESTORE)),
        ("an item moved into a section that was deleted", Take(Remedy.MOVE, "mains")),
        ("an item of a section that nobody knows", Take(Remedy.MOVE, "soups")),
        ("two items of one name in one section", Take(Remedy.MERGE)),
        ("two items of one name in one section", Take(Remedy.MERGE, "soup")),
        ("two items of one name in one section", Value("Brühe", "soup")),
        ("no variation left and no price", Take(Remedy.RESTORE, "l")),
        ("more options are asked for than allowed", Value(1)),
        ("an option that is needed is deleted", Take(Remedy.RESTORE, "rice")),
        ("an option that is needed is deleted", Value(0)),
        ("another currency than guests see", Keep(1)),
    ],
)
def test_remedy_leaves_nothing_open(name, choice):
    _, _, left = after(name, choice)
    assert left == []


def test_keeping_one_of_two_that_disagree_about_a_deletion_does_what_it_says():
    _, kept, _ = after("deleted and restored at once", Keep(0))
    _, gone, _ = after("deleted and restored at once", Keep(1))
    assert (soup(kept).is_deleted, soup(gone).is_deleted) == (False, True)


def test_merged_items_are_deleted_not_lost():
    _, menu, _ = after("two items of one name in one section", Take(Remedy.MERGE, "soup"))
    assert [item.id for item in menu.deleted_items] == ["broth"]


def test_another_item_is_renamed_when_it_is_named():
    _, menu, _ = after("two items of one name in one section", Value("Brühe", "soup"))
    assert soup(menu).name == {"de": "Brühe"}


def test_note_and_text_keep_their_locale():
    conflict, menu, _ = after("two replace one text", Value("Bouillon"))
    assert (conflict.field, soup(menu).name) == ("name:de", {"de": "Bouillon"})


def test_currency_is_a_setting_of_the_menu():
    case = case_of("another currency than guests see")
    menu = read_menu(document_of(case["document"]))
    (conflict,) = issues(menu, case["published"])
    changes: list[Change] = [SetMeta("currency", "EUR")]
    assert resolve(conflict, menu, Keep(1)) == changes


@pytest.mark.parametrize(
    ("name", "choice"),
    [
        ("two prices at once", Keep(2)),
        ("two prices at once", Keep(-1)),
        ("two prices at once", Take(Remedy.RESTORE)),
        ("no price", Take(Remedy.MERGE)),
        ("no price", Keep(0)),
        ("a negative price", Keep(0)),
        ("edited by another after it was deleted", Value(3)),
        ("two replace one text", Value(3)),
        ("two replace one text", Value("BrühePotage")),
        ("an item of a section that nobody knows", Take(Remedy.RESTORE)),
        ("an item of a section that nobody knows", Take(Remedy.MOVE)),
        ("an item of a section that nobody knows", Take(Remedy.MOVE, "lost")),
        ("two items of one name in one section", Value("Brühe", "other")),
        ("two items of one name in one section", Take(Remedy.MERGE, "other")),
        ("no variation left and no price", Take(Remedy.RESTORE, "m")),
        ("no variation left and no price", Take(Remedy.RESTORE)),
        ("a name is missing in one locale", Value("x")),
    ],
)
def test_choice_that_cannot_end_the_conflict_is_refused(name, choice):
    with pytest.raises(StructureRefused) as raised:
        after(name, choice)
    assert raised.value.reason == "bad_choice"
