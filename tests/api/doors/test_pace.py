"""The allowance of one socket: bursts are free, excess waits, and only constant excess ends."""

import pytest

from api.doors.pace import Pace
from collab.errors import MirepoixError

FRAMES, BYTES, OVERLOAD = 10.0, 1000.0, 60.0


@pytest.fixture
def pace() -> Pace:
    return Pace(FRAMES, BYTES, OVERLOAD)


def test_a_second_of_the_rate_may_come_at_once(pace: Pace) -> None:
    assert [pace.spend(1, 0.0) for _ in range(10)] == [0.0] * 10
    assert pace.spend(1, 0.0) == pytest.approx(0.1)


def test_the_waits_add_up_to_the_rate(pace: Pace) -> None:
    now = 0.0
    for _ in range(100):
        now += pace.spend(1, now)
    assert now == pytest.approx(9.0)  # 100 frames at 10 a second, the first second for nothing


def test_large_frames_cost_what_their_bytes_cost(pace: Pace) -> None:
    assert pace.spend(1000, 0.0) == 0.0
    assert pace.spend(500, 0.0) == pytest.approx(0.5)


def test_one_who_stays_below_the_rate_never_waits(pace: Pace) -> None:
    assert all(pace.spend(50, n / 9) == 0.0 for n in range(10_000))


def test_a_pause_makes_everything_good(pace: Pace) -> None:
    for _ in range(50):
        pace.spend(1, 0.0)
    assert pace.spend(1, 100.0) == 0.0


def test_only_excess_without_a_pause_ends_the_socket(pace: Pace) -> None:
    now = 0.0
    with pytest.raises(MirepoixError) as caught:
        while now < 70:
            now += pace.spend(1, now)
    assert (caught.value.reason, caught.value.close_code) == ("overload", 1013)
    assert OVERLOAD <= now < OVERLOAD + 2


def test_excess_with_pauses_goes_on_for_ever(pace: Pace) -> None:
    now = 0.0
    for _ in range(20):
        for _ in range(300):
            now += pace.spend(1, now)
        now += 2.0
    assert now > 5 * OVERLOAD
