"""Orders in the words of the original: every status, money twice, one rounding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from api.doors import cable_payloads as shown
from collab.orders.order import ChosenOption, LineState, Note
from collab.orders.tickets import tickets_of
from tests.api.doors.cable_orders_made import (
    DRAFT,
    FIRED,
    NOON,
    PLACED,
    PREPARING,
    READY,
    REJECTED,
    SERVED,
    VOIDED,
    line,
    of,
    order,
    paid,
)

# -- statuses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("states", "status"),
    [
        ((), "opened"),
        ((DRAFT,), "opened"),
        ((DRAFT, PLACED), "ordered"),
        ((FIRED, PLACED), "ordered"),
        ((FIRED, PREPARING), "preparing"),
        ((FIRED, READY), "preparing"),
        ((FIRED, SERVED), "preparing"),
        ((READY, READY), "ready"),
        ((READY, SERVED), "ready"),
        ((SERVED, SERVED), "delivered"),
        ((SERVED, VOIDED, REJECTED), "delivered"),
        ((VOIDED,), "opened"),
    ],
)
def test_the_status_of_an_order_is_that_of_its_dishes(
    states: tuple[LineState, ...], status: str
) -> None:
    assert shown.kitchen_status(of(*states)) == status
    assert shown.order_status(of(*states)) == status


def test_the_bill_counts_for_the_floor_and_not_for_the_kitchen() -> None:
    asked = of(READY, is_bill_requested=True)
    assert (shown.order_status(asked), shown.kitchen_status(asked)) == ("billrequested", "ready")
    settled = replace(asked, payments=(paid(450),))
    assert (shown.order_status(settled), shown.kitchen_status(settled)) == ("paid", "ready")
    closed = replace(settled, closed_at=NOON)
    assert (shown.order_status(closed), shown.kitchen_status(closed)) == ("closed", "closed")
    assert shown.order_status(of(is_bill_requested=False)) == "opened"


@pytest.mark.parametrize(
    ("states", "status"),
    [
        ((FIRED,), "ordered"),
        ((FIRED, PREPARING), "preparing"),
        ((READY, FIRED), "preparing"),
        ((READY, VOIDED), "ready"),
        ((SERVED, READY), "ready"),
        ((SERVED,), "collected"),
        ((VOIDED,), "removed"),
    ],
)
def test_the_status_of_a_ticket_is_that_of_its_dishes(
    states: tuple[LineState, ...], status: str
) -> None:
    (ticket,) = tickets_of(of(*states))
    assert shown.ticket_status(ticket) == status


def test_every_state_of_a_line_has_a_status_with_a_label() -> None:
    assert set(shown.LINE_STATUS) == set(LineState)
    assert set(shown.LINE_STATUS.values()) <= set(shown.LABELS)


# -- money --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "currency", "major"),
    [(1250, "EUR", 12.5), (10, "EUR", 0.1), (950, "JPY", 950.0), (1, "KWD", 0.001)],
)
def test_money_is_there_as_a_float_and_as_whole_minor_units(
    amount: int, currency: str, major: float
) -> None:
    whole = order(line(1, READY, unit_price=amount), currency=currency)
    payload = shown.order_payload(whole, None, with_money=True)
    assert (payload["total"], payload["total_cents"]) == (major, amount)


def test_the_tax_that_a_total_contains_is_rounded_once_a_rate() -> None:
    lines = [
        line(number, READY, unit_price=99, tax=1900 if number < 3 else 700) for number in range(5)
    ]
    totals = shown.state_payload(order(*lines, payments=(paid(100),)), "en", ())["totals"]
    assert isinstance(totals, dict)
    # 297 at 19 % hold 47.42, 198 at 7 % hold 12.95.
    assert (totals["tax_cents"], totals["nett_cents"], totals["gross_cents"]) == (60, 435, 495)
    assert (totals["tip_cents"], totals["paid_cents"]) == (50, 100)
    assert totals["currency"] == {"code": "EUR"}


def test_half_a_cent_of_tax_is_rounded_up() -> None:
    totals = shown.state_payload(order(line(1, READY, unit_price=3, tax=2000)), "en", ())["totals"]
    assert isinstance(totals, dict)
    assert totals["tax_cents"] == 1  # 0.5


def test_nothing_for_the_kitchen_speaks_of_money() -> None:
    whole = of(FIRED, payments=(paid(450),), is_bill_requested=True)
    payload = shown.order_payload(whole, "Window", with_money=False)
    (ticket,) = tickets_of(whole)
    words = str([payload, shown.ticket_payload(ticket, "Window", "en")])
    assert "cents" not in words and "450" not in words and "paid" not in words


# -- texts --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "locale", "text"),
    [
        ({"de": "Suppe", "en": "Soup"}, "de", "Suppe"),
        ({"de": "Suppe", "en": "Soup"}, "fr", "Soup"),
        ({"de": "Suppe", "it": "Zuppa"}, "fr", "Suppe"),
        ({"de": "", "it": "Zuppa"}, "de", "Zuppa"),
        ({}, "de", ""),
    ],
)
def test_a_text_is_in_the_language_asked_for_or_in_the_next_best(
    texts: Mapping[str, str], locale: str, text: str
) -> None:
    assert shown.text_in(texts, locale) == text


def test_a_ticket_says_what_a_cook_has_to_know() -> None:
    whole = order(
        line(
            1,
            FIRED,
            quantity=2,
            variation_id="big",
            variation_name={"en": "Big"},
            options=(
                ChosenOption("g", "a", 1, {"en": "No salt"}, 0),
                ChosenOption("g", "b", 2, {"en": "Egg"}, 100),
            ),
            allergens=("celery",),
            may_contain=("nuts",),
            note="hot!",
            course=2,
        )
    )
    (ticket,) = tickets_of(whole)
    payload: Any = shown.ticket_payload(ticket, "Window", "de")
    (item,) = payload["items"]
    assert item == {
        "id": "l1",
        "name": "Suppe",
        "quantity": 2,
        "size": "Big",
        "status": "ordered",
        "options": ["No salt", "2 x Egg"],
        "notes": ["hot!"],
        "allergens": ["celery"],
        "may_contain": ["nuts"],
        "course": 2,
        "seat": "",
    }


def test_only_the_notes_that_are_handed_in_are_shown() -> None:
    note = Note("n1", "hello", "guest-1", NOON)
    state = shown.state_payload(of(FIRED), "en", (note,))
    assert state["notes"] == [{"id": "n1", "text": "hello", "at": "2026-01-02T12:00:00.000Z"}]
    assert (state["session"], state["employeeId"], state["splitPlan"]) == (None, None, None)
