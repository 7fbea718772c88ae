"""Rooms as clients write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collab.errors import ProtocolViolation
from collab.room_names import LIMIT_CHARACTERS, RoomKind, RoomName, parse_room

NAMES = {
    "menu:lunch": RoomName(RoomKind.MENU, "lunch"),
    "menu:lunch:events": RoomName(RoomKind.MENU_EVENTS, "lunch"),
    "kitchen:bistro": RoomName(RoomKind.KITCHEN, "bistro"),
    "kitchen:bistro:bar": RoomName(RoomKind.KITCHEN, "bistro", "bar"),
    "order:o1": RoomName(RoomKind.ORDER, "o1"),
    "user:ann": RoomName(RoomKind.USER, "ann"),
    "stock:bistro": RoomName(RoomKind.STOCK, "bistro"),
    "floor:bistro": RoomName(RoomKind.FLOOR, "bistro"),
    "presence:bistro": RoomName(RoomKind.PRESENCE, "bistro"),
}


@pytest.mark.parametrize("text", NAMES)
def test_every_room_has_one_name(text: str) -> None:
    room = parse_room(text)
    assert room == NAMES[text] and str(room) == text


def test_streams_are_called_like_rooms_but_users_belong_to_a_restaurant() -> None:
    for text, room in NAMES.items():
        expected = "user:bistro:ann" if room.kind is RoomKind.USER else text
        assert room.stream("bistro") == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "menu",
        "menu:",
        "menu::events",
        "kitchen:",
        "kitchen::bar",
        "kitchen:bistro:",
        "table:t1",
        "menu_events:lunch",
        "order:a\x00",
        "order:a\nb",
        "order:\ud800",
        "order:" + "x" * LIMIT_CHARACTERS,
    ],
)
def test_anything_else_is_no_room(text: str) -> None:
    with pytest.raises(ProtocolViolation) as caught:
        parse_room(text)
    assert caught.value.reason == "bad_room"


@given(st.text(st.characters(codec=None)) | st.text("menu:kitchenordr", max_size=20))
def test_a_name_is_refused_or_written_back_the_same(text: str) -> None:
    try:
        room = parse_room(text)
    except ProtocolViolation:
        return
    assert str(room) == text
