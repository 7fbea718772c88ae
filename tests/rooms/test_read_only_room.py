"""A room that an operator made read-only: who is told, what is refused, and what comes back."""

from __future__ import annotations

from typing import Any

import pytest
from pycrdt import Text

from collab.errors import RightWithdrawn
from collab.identity import Access


def test_edit_is_shown_to_nobody_and_saved_nowhere(house: Any) -> None:
    ann, bo = house.meet("ann"), house.meet("bo")
    house.room.set_read_only(True)
    ann.type("mine")
    house.settle(ann, bo)
    assert (bo.text, ann.acknowledged) == ("", [])
    assert not house.log.stored().updates
    assert house.meter.reasons["read_only"] >= 1


def test_everybody_is_told_once_when_it_begins_and_when_it_ends(house: Any) -> None:
    ann, vi = house.meet("ann"), house.meet("vi", access=Access.READ)
    house.room.set_read_only(True)
    house.room.set_read_only(True)
    assert ann.notices == vi.notices == ["access_changed"]
    house.room.set_read_only(False)
    assert ann.notices == vi.notices == ["access_changed", "access_changed"]
    assert ann.seat.may_write and not vi.seat.may_write


def test_what_was_refused_comes_back_when_writing_is_possible_again(house: Any) -> None:
    ann, bo = house.meet("ann"), house.meet("bo")
    house.room.set_read_only(True)
    ann.type("mine")
    house.settle(ann, bo)
    house.room.set_read_only(False)
    house.settle(ann, bo)
    assert (bo.text, house.room.is_read_only) == ("mine", False)
    assert house.log.stored().updates


def test_whoever_comes_later_may_not_write_either(house: Any) -> None:
    house.room.set_read_only(True)
    late = house.meet("late")
    late.type("no")
    house.settle(late)
    assert not house.log.stored().updates


def test_door_with_a_way_of_its_own_says_it_too(house: Any) -> None:
    said: list[bool] = []
    ann = house.meet("ann", hocuspocus=True)
    ann.seat.access_changed = said.append
    house.room.set_read_only(True)
    house.room.set_read_only(False)
    assert said == [False, True]


def test_server_does_not_write_for_others_meanwhile(house: Any) -> None:
    house.room.set_read_only(True)
    with pytest.raises(RightWithdrawn) as refusal:
        house.room.edit(lambda doc: doc.get("t", type=Text).insert(0, "x"), "ann")
    assert refusal.value.reason == "read_only_room"


def test_room_knows_when_it_was_saved_last_and_how_busy_it_is(house: Any) -> None:
    ann = house.meet("ann")
    assert house.room.saved_at is None
    for _ in range(20):
        ann.type("x")
    house.settle(ann)
    assert house.room.saved_at == house.time.clock.utc()
    house.pass_seconds(1)
    assert house.room.turns.rate.per_second(house.time.seconds, 10) == 2.0
