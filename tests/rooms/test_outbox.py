"""Frames and the way out of one connection."""

from __future__ import annotations

from typing import Any

import pytest

from rooms.frames import binary_frame, join_frames
from rooms.outbox import Outbox


class Wire:
    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.buffered = 0
        self.closing = False

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def get_write_buffer_size(self) -> int:
        return self.buffered

    def is_closing(self) -> bool:
        return self.closing

    def abort(self) -> None:
        self.closing = True


@pytest.mark.parametrize(
    ("size", "head"),
    [
        (0, b"\x82\x00"),
        (125, b"\x82\x7d"),
        (126, b"\x82\x7e\x00\x7e"),
        (65_535, b"\x82\x7e\xff\xff"),
        (65_536, b"\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"),
    ],
)
def test_frames_have_the_shortest_head(size: int, head: bytes) -> None:
    assert binary_frame(b"x" * size) == head + b"x" * size


def test_bodies_are_joined_with_the_prefix_before_each() -> None:
    assert join_frames(b"p", [b"a", b"bc"]) == b"\x82\x02pa\x82\x03pbc"
    assert join_frames(b"p", []) == b""


def test_a_connection_is_full_above_its_limit_and_has_room_well_below() -> None:
    wire = Wire()
    outbox = Outbox(wire, limit_bytes=1000)
    seen: list[Any] = []
    for wire.buffered in (0, 250, 251, 1000, 1001):
        seen.append((outbox.is_full, outbox.has_room))
    assert seen == [(False, True), (False, True), (False, False), (False, False), (True, False)]


def test_nothing_is_written_to_a_closed_connection() -> None:
    wire = Wire()
    outbox = Outbox(wire)
    outbox.write(b"1")
    outbox.abort()
    outbox.write(b"2")
    assert wire.written == [b"1"]


def test_a_peer_is_stuck_after_thirty_seconds_without_progress_only() -> None:
    wire = Wire()
    outbox = Outbox(wire, limit_bytes=1000, slow_seconds=30)
    wire.buffered = 5000
    assert not outbox.is_stuck(0)
    assert not outbox.is_stuck(29.9)
    wire.buffered = 4999
    assert not outbox.is_stuck(30)
    assert not outbox.is_stuck(59.9)
    wire.buffered = 6000  # more was promised meanwhile: no progress
    assert outbox.is_stuck(60)
    outbox.recovered()
    assert not outbox.is_stuck(100)
