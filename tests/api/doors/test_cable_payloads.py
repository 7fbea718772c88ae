"""Orders in the words of the original: every status, money twice, one rounding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from api.doors import cable_payloads as shown
from api.doors.cable_actions import (
    Wish,
    command_id_of,
    wishes_for_station,
    wishes_for_status,
)
from api.doors.cable_fields import edit_of_field
from collab.errors import ProtocolViolation, StructureRefused
from collab.locks import read_field
from collab.named_edits import (
    Delete,
    NamedEdit,
    Restore,
    SetCurrency,
    SetField,
    Target,
    WriteText,
)
from collab.orders.order import ChosenOption, Line, LineState, Note, Order, Payment
from collab.orders.tickets import tickets_of

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
DRAFT, PLACED, FIRED = LineState.DRAFT, LineState.PLACED, LineState.FIRED
PREPARING, READY, SERVED = LineState.PREPARING, LineState.READY, LineState.SERVED
REJECTED, VOIDED = LineState.REJECTED, LineState.VOIDED


def line(number: int, state: LineState, **fields: object) -> Line:
    known = Line(
        id=f"l{number}",
        item_id="soup",
        quantity=1,
        menu_id="lunch",
        menu_version=1,
        unit_price=450,
        name={"en": "Soup", "de": "Suppe"},
        station="kitchen",
        state=state,
        batch=0 if state is DRAFT else 1,
        placed_at=None if state is DRAFT else NOON,
        fired_at=None if state in (DRAFT, PLACED) else NOON,
    )
    return replace(known, **fields)  # type: ignore[arg-type]


def order(*lines: Line, **fields: object) -> Order:
    known = Order(
        id="o1",
        restaurant_id="bistro",
        table_id="t1",
        currency="EUR",
        opened_by="wil",
        opened_at=NOON,
        business_day=date(2026, 1, 2),
        last_seq=7,
        lines={one.id: one for one in lines},
    )
    return replace(known, **fields)  # type: ignore[arg-type]


def of(*states: LineState, **fields: object) -> Order:
    return order(*(line(number, state) for number, state in enumerate(states)), **fields)


def paid(amount: int) -> Payment:
    return Payment("p1", amount, "cash", "wil", NOON, tip=50)


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
    (item,) = shown.ticket_payload(ticket, "Window", "de")["items"]  # type: ignore[misc]
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


# -- actions ------------------------------------------------------------------------------------

TICKET = "o1.1.1.kitchen"


@pytest.mark.parametrize(
    ("whole", "status", "wishes"),
    [
        (of(DRAFT), "ordered", [("order.place", {})]),
        (of(FIRED), "ordered", []),
        (of(FIRED), "preparing", [("ticket.start", {"ticket": TICKET})]),
        (of(PREPARING), "preparing", []),
        (of(PREPARING, READY), "preparing", []),
        (of(READY), "preparing", [("ticket.recall", {"ticket": TICKET})]),
        (of(FIRED), "ready", [("ticket.bump", {"ticket": TICKET})]),
        (of(READY), "ready", []),
        (of(READY, SERVED, FIRED), "delivered", [("line.serve", {"line": "l0"})]),
        (of(SERVED), "billrequested", [("bill.request", {})]),
        (of(SERVED, is_bill_requested=True), "billrequested", []),
        (of(SERVED, payments=(paid(450),)), "paid", []),
        (of(SERVED), "closed", [("order.close", {})]),
        (of(SERVED, closed_at=NOON), "closed", []),
    ],
)
def test_setting_a_status_is_the_commands_that_reach_it(
    whole: Order, status: str, wishes: list[tuple[str, dict[str, str]]]
) -> None:
    found = wishes_for_status(whole, status, "cash")
    assert [(wish.type, wish.body) for wish in found] == wishes


def test_paid_is_what_is_still_owed() -> None:
    (wish,) = wishes_for_status(of(SERVED, SERVED, payments=(paid(100),)), "paid", "card")
    assert wish.type == "payment.record"
    assert (wish.body["amount"], wish.body["method"]) == (800, "card")


@pytest.mark.parametrize("status", ["opened", "removed", "burnt", ""])
def test_a_status_that_nobody_can_set_is_refused(status: str) -> None:
    with pytest.raises(ProtocolViolation):
        wishes_for_status(of(FIRED), status, "cash")


@pytest.mark.parametrize(
    ("state", "step", "type"),
    [
        (FIRED, ("ordered", "preparing"), "ticket.start"),
        (FIRED, ("ordered", "ready"), "ticket.bump"),
        (PREPARING, ("preparing", "ready"), "ticket.bump"),
        (READY, ("ready", "preparing"), "ticket.recall"),
        (READY, ("ready", "collected"), "line.serve"),
    ],
)
def test_a_station_advances_the_tickets_that_stand_where_it_says(
    state: LineState, step: tuple[str, str], type: str
) -> None:
    assert [wish.type for wish in wishes_for_station(of(state), "kitchen", *step)] == [type]
    assert wishes_for_station(of(state), "bar", *step) == ()
    assert wishes_for_station(of(SERVED), "kitchen", *step) == ()


def test_a_step_that_there_is_not_is_refused() -> None:
    with pytest.raises(ProtocolViolation):
        wishes_for_station(of(READY), "kitchen", "ordered", "collected")


def test_keys_of_several_commands_depend_on_what_they_are_about_only() -> None:
    first, second = Wish("ticket.bump", {"ticket": "a"}), Wish("ticket.bump", {"ticket": "b"})
    keys = {command_id_of("k", one, is_only=False) for one in (first, second)}
    assert len(keys) == 2
    assert command_id_of("k", second, is_only=False) in keys
    assert command_id_of("k", first, is_only=True) == "k"
    assert all(len(key) <= 64 for key in keys)


# -- fields of a menu ---------------------------------------------------------------------------

ITEM = Target(item="soup")


@pytest.mark.parametrize(
    ("path", "value", "edit"),
    [
        ("items/soup/price", 450, SetField(ITEM, "price", 450)),
        ("items/soup/price", None, SetField(ITEM, "price", None)),
        ("items/soup/prep_s", 60, SetField(ITEM, "preparation_seconds", 60)),
        ("items/soup/hidden", True, SetField(ITEM, "hidden", True)),
        ("items/soup/allergen:Sesam", "may", SetField(ITEM, "allergen:Sesam", "may")),
        ("items/soup/tag:spicy", True, SetField(ITEM, "trait:spicy", True)),
        ("items/soup/name:de", "Suppe", WriteText(ITEM, "name", "Suppe", "de")),
        ("items/soup/desc:de", "", WriteText(ITEM, "description", "", "de")),
        ("items/soup/note", "x", WriteText(ITEM, "note", "x")),
        ("items/soup/deleted", True, Delete(ITEM)),
        ("items/soup/deleted", False, Restore(ITEM)),
        (
            "items/soup/var:big:price",
            5,
            SetField(Target(item="soup", variation="big"), "price", 5),
        ),
        (
            "items/soup/var:big:name:de",
            "x",
            WriteText(Target(item="soup", variation="big"), "name", "x", "de"),
        ),
        (
            "modgroups/g/opt:rice:price",
            5,
            SetField(Target(group="g", option="rice"), "price", 5),
        ),
        ("modgroups/g/name:de", "x", WriteText(Target(group="g"), "name", "x", "de")),
        ("modgroups/g/max", 2, SetField(Target(group="g"), "max", 2)),
        ("sections/s/name:de", "x", WriteText(Target(section="s"), "name", "x", "de")),
        ("sections/s/station", "bar", SetField(Target(section="s"), "station", "bar")),
        ("meta/currency", "CHF", SetCurrency("CHF")),
    ],
)
def test_a_path_and_a_value_are_one_edit(path: str, value: object, edit: NamedEdit) -> None:
    assert edit_of_field(read_field(path), value) == edit


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("items/soup/loc", ["s", "a"]),
        ("items/soup/order", {}),
        ("items/soup/mod:g", True),
        ("items/soup/var:big:pos", "a"),
        ("items/soup/name:de", 5),
        ("items/soup/deleted", "yes"),
        ("sections/s/pos", "a"),
        ("meta/currency", None),
        ("meta/schema", 2),
    ],
)
def test_what_cannot_be_set_by_a_path_is_refused(path: str, value: object) -> None:
    try:
        field = read_field(path)
    except ProtocolViolation:
        return  # it is no field at all
    with pytest.raises(StructureRefused):
        edit_of_field(field, value)
