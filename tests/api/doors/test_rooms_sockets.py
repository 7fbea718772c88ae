"""Sending a crowd away: everybody is told, and they come back spread over time."""

from __future__ import annotations

import pytest

from api.doors.rooms_sockets import RoomsSockets
from collab.errors import MirepoixError, Overloaded, RightWithdrawn, TokenEnded


class Connection:
    def __init__(self) -> None:
        self.told: list[MirepoixError] = []

    def end(self, error: MirepoixError) -> None:
        self.told.append(error)


def crowd(count: int, draw: float) -> tuple[RoomsSockets, list[Connection]]:
    sockets, connections = RoomsSockets(lambda: draw), [Connection() for _ in range(count)]
    for one in connections:
        sockets.add(one)
    return sockets, connections


@pytest.mark.parametrize(
    ("count", "window_ms"), [(0, 500), (1, 500), (100, 500), (200, 1000), (1000, 5000)]
)
def test_the_window_grows_with_the_crowd(count: int, window_ms: int) -> None:
    assert crowd(count, 0.0)[0].after_ms() == 0
    assert crowd(count, 0.5)[0].after_ms() == window_ms // 2
    assert window_ms * 0.99 <= crowd(count, 0.999)[0].after_ms() < window_ms


async def test_everybody_is_told_once_and_the_last_waits_as_long_as_the_first() -> None:
    sockets, connections = crowd(1000, 0.5)
    error = Overloaded("full")
    await sockets.send_away(error)
    assert [one.told for one in connections] == [[error]] * 1000
    for one in connections[:-1]:
        sockets.remove(one)
        sockets.remove(one)
    assert len(sockets) == 1
    assert sockets.after_ms() == 2500


@pytest.mark.parametrize(
    ("error", "code", "comes_back"),
    [
        (Overloaded("full"), 1013, True),
        (MirepoixError("slow", reason="too_slow"), 1013, True),
        (TokenEnded("over"), 4401, False),
        (RightWithdrawn("no"), 4403, False),
    ],
)
def test_bye_says_whether_to_come_back(error: MirepoixError, code: int, comes_back: bool) -> None:
    bye = crowd(1, 0.5)[0].bye(error)
    assert (bye.code, bye.reconnect, bye.after_ms) == (code, comes_back, 250 if comes_back else 0)
    assert bye.reason.startswith(error.reason)
