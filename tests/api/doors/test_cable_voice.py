"""How a subscription listens while its client does not read, and what ends it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from api.doors.cable_voice import Hearing, Payload, Voice
from collab.errors import MirepoixError
from collab.records import NumberedEvent, StreamEvent
from rooms.listener import EventBatch

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


class Outbox:
    """An outbox that is as full as a test says."""

    is_full = False
    has_room = True


class Socket:
    """Remembers what was written."""

    def __init__(self) -> None:
        self.outbox = Outbox()
        self.written: list[bytes] = []

    def write(self, payload: bytes) -> None:
        self.written.append(payload)


class Scene:
    """One subscription that hears numbers and says them."""

    def __init__(self) -> None:
        self.socket = Socket()
        self.ended: list[MirepoixError] = []
        self.translated: list[int] = []
        socket: Any = self.socket
        voice = Voice(socket, "x", self.ended.append)
        self.hearing = Hearing(voice, self.translate)

    def translate(self, event: NumberedEvent) -> Iterable[Payload]:
        self.translated.append(event.offset)
        yield {"n": event.offset}


def batch(*offsets: int) -> EventBatch:
    event = StreamEvent("x", "ann", {}, NOON)
    return EventBatch("e", tuple(NumberedEvent(offset, event) for offset in offsets))


def test_events_are_said_in_their_order() -> None:
    scene = Scene()
    assert scene.hearing.show(batch(1, 2))
    assert scene.socket.written == [
        b'{"identifier":"x","message":{"n":1}}',
        b'{"identifier":"x","message":{"n":2}}',
    ]


def test_events_for_a_client_that_does_not_read_stay_in_their_log_untranslated() -> None:
    scene = Scene()
    scene.socket.outbox.is_full = True
    scene.socket.outbox.has_room = False
    assert not scene.hearing.show(batch(1, 2))
    assert (scene.socket.written, scene.translated) == ([], [])
    assert not scene.hearing.has_room
    scene.socket.outbox = Outbox()
    assert scene.hearing.has_room and scene.hearing.show(batch(1, 2))
    assert scene.translated == [1, 2]


def test_a_gap_sends_the_client_away_to_start_anew() -> None:
    scene = Scene()
    scene.hearing.gap("epoch", "e2", 5)
    assert [(error.reason, error.close_code) for error in scene.ended] == [("gap_epoch", 1013)]


def test_an_end_is_the_end_of_the_connection() -> None:
    scene = Scene()
    error = MirepoixError("reading too slowly", reason="too_slow")
    scene.hearing.end(error)
    assert scene.ended == [error]
