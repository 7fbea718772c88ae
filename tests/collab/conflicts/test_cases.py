"""Conflicts over time: opened, changed, ended by somebody, coming back."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count

from collab.conflicts.book import Delta
from collab.conflicts.cases import Cases, Ending
from collab.conflicts.kinds import Conflict, ConflictKind, Severity

NOW = datetime(2026, 1, 2, tzinfo=UTC)
PRICES = Conflict(
    "prices/items/soup/price",
    ConflictKind.PRICES,
    Severity.ERROR,
    "items",
    "soup",
    "price",
    ({"value": 450, "user": "ann", "ms": 1},),
)
SOUP = ("items", "soup")


def cases() -> Cases:
    numbers = count(1)
    return Cases((), lambda: f"c{next(numbers)}")


def test_conflict_is_opened_once_and_told() -> None:
    book = cases()
    (row,), (event,) = book.follow(Delta(opened=(PRICES,)), {}, NOW)
    assert (row.id, row.key, row.closed_at) == ("c1", PRICES.key, None)
    assert event.type == "conflict.opened" and event.body["id"] == "c1"
    assert book.standing() == [row]


def test_edit_that_ends_a_conflict_is_kept_with_its_author() -> None:
    book = cases()
    book.follow(Delta(opened=(PRICES,)), {}, NOW)
    endings = {SOUP: Ending("bob", None)}
    (row,), (event,) = book.follow(Delta(closed=(PRICES,)), endings, NOW)
    assert (row.resolved_by, row.resolution, row.closed_at) == ("bob", {"by": "edit"}, NOW)
    assert (event.type, event.actor) == ("conflict.closed", "bob")
    assert not book.standing()


def test_resolution_that_names_the_conflict_is_kept_and_another_one_is_not() -> None:
    book = cases()
    book.follow(Delta(opened=(PRICES,)), {}, NOW)
    own = {SOUP: Ending("bob", {"conflict": "c1", "keep": 0})}
    (row,), _ = book.follow(Delta(closed=(PRICES,)), own, NOW)
    assert row.resolution == {"conflict": "c1", "keep": 0}
    book.follow(Delta(opened=(PRICES,)), {}, NOW)
    foreign = {SOUP: Ending("bob", {"conflict": "other", "keep": 0})}
    (row,), _ = book.follow(Delta(closed=(PRICES,)), foreign, NOW)
    assert (row.id, row.resolution) == ("c2", {"by": "edit"})


def test_conflict_that_went_away_by_itself_says_so() -> None:
    book = cases()
    book.follow(Delta(opened=(PRICES,)), {}, NOW)
    (row,), (event,) = book.follow(Delta(closed=(PRICES,)), {}, NOW)
    assert row.resolved_by is None and event.body["resolution"] == {"by": "itself"}


def test_opened_menu_is_compared_with_what_the_store_says() -> None:
    book = cases()
    (row,), _ = book.follow(Delta(opened=(PRICES,)), {}, NOW)
    again = Cases([row], lambda: "new")
    assert not again.compare({PRICES.key: PRICES})
    assert again.compare({}).closed == (PRICES,)
    other = Conflict("x", ConflictKind.NAMES, Severity.WARNING, "items", "roll", "name:de")
    delta = again.compare({PRICES.key: PRICES, "x": other})
    assert delta.opened == (other,) and not delta.closed


def test_resolution_by_an_edit_of_another_part_is_kept_too() -> None:
    book = cases()
    book.follow(Delta(opened=(PRICES,)), {}, NOW)
    endings = {("sections", "s"): Ending("bob", {"conflict": "c1", "choice": "restore"})}
    (row,), _ = book.follow(Delta(closed=(PRICES,)), endings, NOW)
    assert (row.resolved_by, row.resolution) == ("bob", {"conflict": "c1", "choice": "restore"})
