"""Every step of a line that exists, and every one that does not."""

from __future__ import annotations

import pytest

from collab.orders.command import Outcome
from collab.orders.order import LineState
from collab.orders.transitions import TRANSITIONS
from tests.collab.orders.evening import MANAGER, Evening, seated

STATES = [state.value for state in LineState]
# Command -> state before -> state after; "=": accepted, and nothing to do. Nothing else is.
STEPS: dict[str, dict[str, str]] = {
    "line.start": {"fired": "preparing", "preparing": "="},
    "line.ready": {"fired": "ready", "preparing": "ready", "ready": "="},
    "line.serve": {"ready": "served", "served": "="},
    "line.recall": {"ready": "preparing", "served": "ready", "preparing": "="},
    "line.reject": {"placed": "rejected", "fired": "rejected", "rejected": "="},
    "line.void": {
        "placed": "voided",
        "fired": "voided",
        "preparing": "voided",
        "ready": "voided",
        "served": "voided",
        "voided": "=",
    },
    "line.comp": {
        "placed": "placed",
        "fired": "fired",
        "preparing": "preparing",
        "ready": "ready",
        "served": "served",
    },
    "line.change": {"draft": "draft"},
    "line.remove": {"draft": "gone"},
}
WAYS = {
    "draft": [],
    "placed": ["course.hold", "order.place"],
    "fired": ["order.place"],
    "preparing": ["order.place", "line.start"],
    "ready": ["order.place", "line.ready"],
    "served": ["order.place", "line.ready", "line.serve"],
    "rejected": ["order.place", "line.reject"],
    "voided": ["order.place", "line.void"],
}


def with_line(state: str) -> Evening:
    evening = seated()
    evening.add("l1")
    for type in WAYS[state]:
        body: dict[str, object] = {"line": "l1"}
        if type == "order.place":
            body = {}
        elif type == "course.hold":
            body = {"course": 1}
        evening.done(type, MANAGER, **body)
    assert evening.states() == {"l1": state}
    return evening


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("type", STEPS)
def test_every_command_in_every_state(type: str, state: str) -> None:
    evening = with_line(state)
    extra = {"quantity": 7} if type == "line.change" else {}
    result = evening.do(type, MANAGER, line="l1", **extra)
    after = STEPS[type].get(state)
    if after is None:
        assert (result.outcome, result.code) == (Outcome.REJECTED, "wrong_state")
        assert result.current == {"line": "l1", "state": state}
        assert evening.states() == {"l1": state}
    elif after == "=":
        assert result.outcome is Outcome.NOOP and evening.states() == {"l1": state}
    else:
        assert result.outcome is Outcome.OK
        assert evening.states().get("l1", "gone") == after


@pytest.mark.parametrize("state", STATES)
def test_placing_and_firing_in_every_state(state: str) -> None:
    evening = with_line(state)
    result = evening.do("order.place", MANAGER, lines=["l1"])
    assert result.outcome is (Outcome.OK if state == "draft" else Outcome.NOOP)
    evening = with_line(state)
    evening.do("course.fire", MANAGER, course=1)
    assert evening.states()["l1"] == ("fired" if state == "placed" else state)
    evening = with_line(state)
    evening.do("course.hold", MANAGER, course=1)
    assert evening.states()["l1"] == ("placed" if state == "fired" else state)


def test_the_table_of_steps_is_the_one_of_the_design() -> None:
    steps = {
        (event, before.value, after.value)
        for event, moves in TRANSITIONS.items()
        for before, after in moves.items()
    }
    assert steps == {
        ("order.placed", "draft", "placed"),
        ("line.fired", "placed", "fired"),
        ("course.held", "fired", "placed"),
        ("line.started", "fired", "preparing"),
        ("line.ready", "fired", "ready"),
        ("line.ready", "preparing", "ready"),
        ("line.served", "ready", "served"),
        ("line.recalled", "ready", "preparing"),
        ("line.recalled", "served", "ready"),
        ("line.rejected", "draft", "rejected"),
        ("line.rejected", "placed", "rejected"),
        ("line.rejected", "fired", "rejected"),
        ("line.voided", "placed", "voided"),
        ("line.voided", "fired", "voided"),
        ("line.voided", "preparing", "voided"),
        ("line.voided", "ready", "voided"),
        ("line.voided", "served", "voided"),
    }
