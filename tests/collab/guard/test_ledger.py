"""One entry for each change of a field; letters are no history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

from collab.guard.findings import Changed
from collab.guard.ledger import Author, Ledger

NOW = datetime(2026, 1, 2, tzinfo=UTC)
ANN, BOB = Author("ann", "s1", "y"), Author("bob", "s2", "hocuspocus")


def ledger() -> Ledger:
    numbers = count(1)
    return Ledger(lambda: f"e{next(numbers)}")


def text(before: str, after: str, field: str = "name:de") -> Changed:
    return Changed("items", "soup", field, before, after)


def price(before: int, after: int) -> Changed:
    return Changed("items", "soup", "price", before, after)


def test_letters_within_half_a_minute_go_on_in_one_entry() -> None:
    book = ledger()
    book.record([text("", "S")], ANN, NOW)
    book.record([text("S", "Su")], ANN, NOW + timedelta(seconds=29))
    book.record([text("Su", "Sup")], ANN, NOW + timedelta(seconds=58))
    (entry,) = book.take()
    assert (entry.id, entry.before, entry.after) == ("e1", "", "Sup")
    assert (entry.since, entry.at) == (NOW, NOW + timedelta(seconds=58))


def test_pause_begins_a_new_entry() -> None:
    book = ledger()
    book.record([text("", "S")], ANN, NOW)
    book.record([text("S", "Su")], ANN, NOW + timedelta(seconds=31))
    assert [entry.id for entry in book.take()] == ["e1", "e2"]


def test_two_people_in_one_text_have_an_entry_each() -> None:
    book = ledger()
    book.record([text("", "S")], ANN, NOW)
    book.record([text("S", "S!")], BOB, NOW)
    book.record([text("S!", "Su!")], ANN, NOW)
    assert {(entry.user_id, entry.before, entry.after) for entry in book.take()} == {
        ("ann", "", "Su!"),
        ("bob", "S", "S!"),
    }


def test_every_price_is_an_entry() -> None:
    book = ledger()
    book.record([price(1, 2)], ANN, NOW)
    book.record([price(2, 3)], ANN, NOW)
    assert [(entry.before, entry.after) for entry in book.take()] == [(1, 2), (2, 3)]


def test_entry_that_goes_on_after_it_was_taken_comes_again_with_its_id() -> None:
    book = ledger()
    book.record([text("", "S")], ANN, NOW)
    (first,) = book.take()
    assert not book.has_news
    book.record([text("S", "Su")], ANN, NOW + timedelta(seconds=1))
    (again,) = book.take()
    assert again.id == first.id and again.after == "Su"


def test_name_of_a_modifier_group_is_a_register_and_every_write_an_entry() -> None:
    book = ledger()
    for before, after in (("", "a"), ("a", "b")):
        changed = Changed("modgroups", "g", "name:de", before, after)
        book.record([changed], ANN, NOW)
    assert len(book.take()) == 2
