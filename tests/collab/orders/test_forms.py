"""What is refused by its form alone, and that nothing a client sends can break a batch."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collab.orders.command import Actor, Outcome
from collab.orders.forms import FORMS, AddLine, OptionChoice, read_form
from collab.orders.refusal import CODES, Refusal
from tests.collab.orders.evening import GUEST, MANAGER, command, fired

DISH: dict[str, object] = {"line": "l1", "item": "soup", "menu": "menu", "menu_version": 1}
PAY: dict[str, object] = {"payment": "p", "amount": 1, "method": "cash"}


def test_a_whole_line_is_read() -> None:
    form = read_form(
        "line.add",
        {**DISH, "quantity": 99, "options": [{"group": "g", "option": "o", "quantity": 2}],
         "note": "kein Salz 🧂", "seat": " 3 ", "variation": None, "expected": 0},
    )  # fmt: skip
    assert form == AddLine(
        "l1", "menu", "soup", 1, 99, None, (OptionChoice("g", "o", 2),), 1, "3", "kein Salz 🧂", 0
    )


@pytest.mark.parametrize(
    ("type", "body"),
    [
        ("line.add", {}),
        ("line.add", {**DISH, "price": 1}),
        ("line.add", {**DISH, "line": ""}),
        ("line.add", {**DISH, "line": "a" * 65}),
        ("line.add", {**DISH, "line": "a b"}),
        ("line.add", {**DISH, "line": "l1\n"}),
        ("line.add", {**DISH, "line": 1}),
        ("line.add", {**DISH, "item": "a\x00"}),
        ("line.add", {**DISH, "item": "\ud800"}),
        ("line.add", {**DISH, "item": "x" * 201}),
        ("line.add", {**DISH, "quantity": 0}),
        ("line.add", {**DISH, "quantity": 100}),
        ("line.add", {**DISH, "quantity": 1.0}),
        ("line.add", {**DISH, "quantity": True}),
        ("line.add", {**DISH, "quantity": "1"}),
        ("line.add", {**DISH, "menu_version": 2**31}),
        ("line.add", {**DISH, "menu_version": None}),
        ("line.add", {**DISH, "note": "x" * 501}),
        ("line.add", {**DISH, "note": "a\x07"}),
        ("line.add", {**DISH, "note": "a\u2028b"}),
        ("line.add", {**DISH, "note": "\udc80"}),
        ("line.add", {**DISH, "course": 21}),
        ("line.add", {**DISH, "options": {}}),
        ("line.add", {**DISH, "options": ["fries"]}),
        ("line.add", {**DISH, "options": [{"group": "g"}]}),
        ("line.add", {**DISH, "options": [{"group": "g", "option": "o", "price": 0}]}),
        ("line.add", {**DISH, "options": [{"group": "g", "option": "o"}] * 51}),
        ("line.add", {**DISH, "expected": -1}),
        ("line.add", {**DISH, "accept_price": 1}),
        ("line.change", {"line": "l1", "options": []}),
        ("order.open", {"table": "t/1"}),
        ("order.open", {"table": "t1", "restaurant": "x"}),
        ("order.place", {"lines": ["l1"] * 201}),
        ("order.place", {"lines": [None]}),
        ("order.place", {"lines": "l1"}),
        ("order.reopen", {"force": True}),
        ("order.close", {"force": 1}),
        ("note.add", {"note": "n1", "text": "  "}),
        ("note.add", {"note": "n1"}),
        ("payment.record", {**PAY, "amount": 0}),
        ("payment.record", {**PAY, "amount": 10**9 + 1}),
        ("payment.record", {**PAY, "amount": -5}),
        ("payment.record", {**PAY, "method": ""}),
        ("payment.record", {**PAY, "tip": 0.5}),
        ("order.explode", {}),
        ("", {}),
    ],
)
def test_a_body_that_does_not_fit_is_refused_with_a_sentence(
    type: str, body: dict[str, object]
) -> None:
    evening = fired()
    result = evening.do(type, MANAGER, **body)
    assert (result.outcome, result.code) == (Outcome.REJECTED, "bad_command"), result
    assert result.reason is not None and result.reason.endswith(".")


@pytest.mark.parametrize(
    "body",
    [
        {"target": "soup"},
        {"target": "item:"},
        {"target": "dish:soup"},
        {"target": "item:a\x00"},
        {"target": "item:soup", "until": "tomorrow"},
        {"target": "item:soup", "until": 10**18},
        {"target": "item:soup", "until": -1},
    ],
)
def test_what_is_sold_out_has_to_be_named(body: dict[str, object]) -> None:
    assert fired().refused("item.86", order=None, **body) == "bad_command"


def test_commands_belong_into_their_rooms() -> None:
    evening = fired()
    assert evening.refused("item.86", order="o1", target="item:soup") == "bad_command"
    assert evening.refused("order.place", order=None) == "bad_command"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
names = st.sampled_from(sorted({name for form in FORMS.values() for name in form.__slots__}))


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(FORMS)) | st.text(max_size=12),
    st.dictionaries(names | st.text(max_size=5), json_values | st.just("l1"), max_size=8),
    st.sampled_from([MANAGER, GUEST]),
    st.sampled_from(["o1", None, "\x00", ""]),
)
def test_no_body_whatever_breaks_a_batch(
    type: str, body: dict[str, object], actor: Actor, order: str | None
) -> None:
    evening = fired()
    one = command("same", "line.start", MANAGER, "o1", line="l1")
    odd = command("odd", type, actor, order)
    odd = odd.__class__(odd.id, odd.restaurant_id, type, order, body, odd.actor, odd.fingerprint)
    settlement = evening.settle([odd, one])
    assert settlement.results[1].outcome in (Outcome.OK, Outcome.NOOP, Outcome.REJECTED)
    code = settlement.results[0].code
    assert code is None or code in CODES


def test_what_is_refused_by_form_is_no_form() -> None:
    assert isinstance(read_form("line.start", {"line": "l1", "by": "me"}), Refusal)
