"""Prices come from the version that counts, whatever a client says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from collab.orders.command import Outcome
from collab.orders.order import ChosenOption
from tests.collab.orders.evening import (
    BISTRO,
    GUEST,
    MENU,
    NOON,
    TERMS,
    WAITER,
    Evening,
    on_sale,
    seated,
)

RARE = {"group": "doneness", "option": "rare"}
SOUP: dict[str, object] = {"line": "l1", "item": "soup", "menu": "menu", "menu_version": 1}
GRACE = timedelta(seconds=TERMS.price_grace_seconds)


def after_price_rise(seconds_after_opening: float, ago: timedelta = timedelta(0)) -> Evening:
    """Order o1 was opened at noon; version 2 came so much later, and that is `ago` by now."""
    evening = seated()
    ended = NOON + timedelta(seconds=seconds_after_opening)
    evening.menu = on_sale(2, {1: ended})
    evening.now = ended + ago
    return evening


def test_names_prices_tax_and_allergens_are_copied_into_the_line() -> None:
    evening = seated()
    evening.add("l1", quantity=2)
    line = evening.order.lines["l1"]
    assert (line.unit_price, line.options_price, line.price) == (650, 0, 1300)
    assert line.name == {"en": "Soup", "de": "Suppe"}
    assert (line.tax, line.station, line.menu_version) == (1900, "kitchen", 1)
    assert (line.allergens, line.may_contain) == (("celery",), ("milk",))


def test_without_a_version_the_price_is_what_guests_see_now() -> None:
    evening = after_price_rise(60)
    wish = {name: value for name, value in SOUP.items() if name != "menu_version"}
    assert evening.do("line.add", **wish).code is None
    line = evening.order.lines["l1"]
    assert (line.menu_version, line.unit_price) == (2, evening.menu.lists[2].items["soup"].price)
    old = evening.menu.lists[1].items["soup"].price
    refused = evening.do("line.add", **{**wish, "line": "l2", "expected": old})
    assert refused.code == "price_changed", "what the screen said still counts"


def test_options_and_variations_are_priced() -> None:
    evening = seated()
    sides = {"group": "sides", "option": "fries", "quantity": 2}
    evening.add("l1", "steak", options=[RARE, sides], quantity=3)
    line = evening.order.lines["l1"]
    assert line.options == (
        ChosenOption("doneness", "rare", 1, {"en": "rare"}, 0),
        ChosenOption("sides", "fries", 2, {"en": "Fries"}, 350),
    )
    assert (line.options_price, line.price, line.tax) == (700, 3 * 3100, 700)
    evening.add("l2", "pizza", variation="large")
    assert evening.order.lines["l2"].price == 1100
    assert evening.order.lines["l2"].variation_name == {"en": "large"}
    assert evening.add("l3", "beer").seq == 4
    assert evening.order.lines["l3"].station == "bar"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"item": "nothing"}, "unknown_item"),
        ({"menu": "other"}, "unknown_item"),
        ({"item": "pizza"}, "not_for_sale"),
        ({"item": "pizza", "variation": "huge"}, "unknown_item"),
        ({"item": "soup", "variation": "large"}, "unknown_item"),
        ({"item": "steak"}, "bad_modifiers"),
        ({"item": "steak", "options": [RARE, RARE]}, "bad_modifiers"),
        ({"item": "steak", "options": [{**RARE, "quantity": 2}]}, "bad_modifiers"),
        (
            {"item": "steak", "options": [RARE, {"group": "doneness", "option": "done"}]},
            "bad_modifiers",
        ),
        (
            {"item": "steak",
             "options": [RARE, {"group": "sides", "option": "fries", "quantity": 4}]},
            "bad_modifiers",
        ),
        ({"item": "steak", "options": [{"group": "sides", "option": "rare"}]}, "bad_modifiers"),
        ({"item": "soup", "options": [RARE]}, "bad_modifiers"),
        ({"item": "soup", "expected": 649}, "price_changed"),
    ],
)  # fmt: skip
def test_what_is_not_on_the_menu_that_way_is_refused(body: dict[str, object], code: str) -> None:
    assert seated().refused("line.add", **{**SOUP, **body}) == code


def test_waiters_order_what_is_hidden_and_guests_do_not() -> None:
    evening = seated()
    for item in ("secret", "stray", "eggs"):
        assert evening.refused("line.add", GUEST, **{**SOUP, "item": item}) == "not_for_sale"
        evening.add(f"w-{item}", item)


@pytest.mark.parametrize(
    ("at", "is_served"),
    [
        (datetime(2026, 3, 5, 6, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 5, 7, 0, tzinfo=UTC), True),  # 8:00 in Berlin
        (datetime(2026, 3, 5, 9, 59, tzinfo=UTC), True),
        (datetime(2026, 3, 5, 10, 0, tzinfo=UTC), False),
        (datetime(2026, 3, 6, 8, 0, tzinfo=UTC), False),  # a Friday
    ],
)
def test_guests_order_breakfast_in_its_hours(at: datetime, is_served: bool) -> None:
    evening = seated()
    evening.now = at
    evening.visits = {
        key: replace(one, expires_at=at + timedelta(hours=1)) for key, one in evening.visits.items()
    }
    result = evening.do("line.add", GUEST, **{**SOUP, "item": "eggs"})
    assert result.outcome is (Outcome.OK if is_served else Outcome.REJECTED)
    assert result.code == (None if is_served else "not_for_sale")


def test_who_sat_before_pays_the_old_price_within_the_grace() -> None:
    evening = after_price_rise(60, GRACE)
    evening.add("l1")
    assert evening.order.lines["l1"].menu_version == 1
    assert evening.order.lines["l1"].price == 650


@pytest.mark.parametrize(
    "evening",
    [after_price_rise(60, GRACE + timedelta(seconds=1)), after_price_rise(-1), after_price_rise(0)],
    ids=["after the grace", "opened afterwards", "opened at that moment"],
)
def test_others_confirm_the_new_price(evening: Evening) -> None:
    result = evening.do("line.add", **{**SOUP, "quantity": 2})
    assert (result.outcome, result.code) == (Outcome.REJECTED, "price_changed")
    assert result.current == {
        "unit_price": 750,
        "options_price": 0,
        "price": 1500,
        "version": 2,
        "old": 650,
        "new": 750,
    }
    assert not evening.order.lines
    evening.add("l1", accept_price=True)
    evening.add("l2", expected=750)
    evening.add("l3", menu_version=2)
    assert {line.unit_price for line in evening.order.lines.values()} == {750}
    assert {line.menu_version for line in evening.order.lines.values()} == {2}


def test_another_version_counts_as_long_as_the_price_is_the_same() -> None:
    evening = after_price_rise(-1)
    evening.add("l1", "pizza", variation="small")
    assert evening.order.lines["l1"].menu_version == 2


def test_a_version_that_was_never_shown_gives_no_price_of_its_own() -> None:
    evening = seated()
    result = evening.do("line.add", **{**SOUP, "menu_version": 2})
    assert result.code == "price_changed"
    assert evening.refused("line.add", **{**SOUP, "menu_version": 77}) == "price_changed"
    evening.add("l1", menu_version=77, expected=650)
    assert evening.order.lines["l1"].menu_version == 1


def test_a_menu_of_others_without_publication_or_in_another_currency_is_not_for_sale() -> None:
    evening = seated()
    evening.menu = replace(on_sale(), effective=None)
    assert evening.refused("line.add", **SOUP) == "not_for_sale"
    evening.menu = replace(on_sale(), restaurant_id="elsewhere")
    assert evening.refused("line.add", **SOUP) == "unknown_item"
    evening.menu = on_sale()
    evening.terms = replace(TERMS, currency="CHF")
    evening.done("order.open", WAITER, "o2", table="t2")
    assert evening.refused("line.add", WAITER, "o2", **SOUP) == "not_for_sale"
    assert evening.orders["o2"].currency == "CHF" and MENU["currency"] == "EUR"
    assert (BISTRO, "t2") in evening.tables


def test_changing_a_draft_prices_it_anew_only_when_the_dish_is_chosen_anew() -> None:
    evening = seated()
    evening.add("l1", "steak", options=[RARE])
    evening.menu = on_sale(2)
    evening.done("line.change", line="l1", quantity=2, note="well", seat="4", course=2)
    line = evening.order.lines["l1"]
    assert (line.price, line.note, line.seat, line.course) == (4800, "well", "4", 2)
    fries = {"group": "sides", "option": "fries"}
    body = {"line": "l1", "menu": "menu", "menu_version": 2, "options": [RARE, fries]}
    evening.done("line.change", **body)
    line = evening.order.lines["l1"]
    assert (line.unit_price, line.options_price, line.quantity) == (2500, 350, 2)
    assert (line.note, line.course, line.added_by) == ("well", 2, "wanda")
    assert evening.do("line.change", line="l1", quantity=2).outcome is Outcome.NOOP
