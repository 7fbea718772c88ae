"""Schedules: who wins, by the clock on the wall, also when clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collab.errors import StructureRefused
from collab.versions.schedule import (
    Publication,
    Window,
    check_window,
    effective,
    next_change,
    zone_of,
)

BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # its clocks jump by half an hour
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def at(text: str, zone: ZoneInfo = BERLIN, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def publication(
    number: int,
    daily: tuple[str, str] | None = None,
    starts: datetime = LONG_AGO,
    ends: datetime | None = None,
) -> Publication:
    """They are made in the order of their numbers."""
    first, last = daily or (None, None)
    made = LONG_AGO + timedelta(seconds=number)
    return Publication(f"p{number}", number, Window(starts, ends, first, last), made, "ann")


def number_at(publications: list[Publication], moment: datetime) -> int | None:
    found = effective(publications, moment, BERLIN)
    return None if found is None else found.number


def test_nothing_is_shown_before_anything_is_published():
    assert effective([], LONG_AGO, BERLIN) is None
    assert next_change([], LONG_AGO, BERLIN) is None


def test_latest_one_wins_and_rolling_back_is_publishing_again():
    both = [publication(1), publication(2)]
    assert number_at(both, at("2026-01-05 12:00")) == 2
    again = Publication("p9", 1, Window(LONG_AGO), LONG_AGO + timedelta(hours=1), "ann")
    assert number_at([*both, again], at("2026-01-05 12:00")) == 1


def test_cancelled_one_does_not_count():
    late = publication(2)
    gone = Publication(late.id, 2, late.window, late.created_at, "ann", LONG_AGO)
    assert number_at([publication(1), gone], at("2026-01-05 12:00")) == 1


def test_start_counts_and_end_does_not():
    start, end = at("2026-02-14 10:00"), at("2026-02-14 23:00")
    both = [publication(1), publication(2, starts=start, ends=end)]
    second = timedelta(seconds=1)
    shown = [number_at(both, moment) for moment in (start - second, start, end - second, end)]
    assert shown == [1, 2, 2, 1]
    assert next_change(both, start - second, BERLIN) == start
    assert next_change(both, start, BERLIN) == end
    assert next_change(both, end, BERLIN) is None


def test_breakfast_beats_an_everyday_menu_that_was_published_later():
    both = [publication(1, ("07:00", "11:00")), publication(2)]
    walls = ("06:59", "07:00", "10:59", "11:00")
    assert [number_at(both, at(f"2026-01-05 {wall}")) for wall in walls] == [2, 1, 1, 2]
    assert next_change(both, at("2026-01-05 06:59"), BERLIN) == at("2026-01-05 07:00")
    assert next_change(both, at("2026-01-05 12:00"), BERLIN) == at("2026-01-06 07:00")


def test_window_past_midnight():
    both = [publication(1), publication(2, ("22:00", "02:00"))]
    walls = ("21:59", "22:00", "23:59")
    assert [number_at(both, at(f"2026-01-05 {wall}")) for wall in walls] == [1, 2, 2]
    assert [number_at(both, at(f"2026-01-06 0{hour}:00")) for hour in (1, 2)] == [2, 1]
    assert next_change(both, at("2026-01-05 23:00"), BERLIN) == at("2026-01-06 02:00")


def test_window_up_to_midnight():
    both = [publication(1), publication(2, ("22:00", "24:00"))]
    assert number_at(both, at("2026-01-05 23:59")) == 2
    assert next_change(both, at("2026-01-05 23:00"), BERLIN) == at("2026-01-06 00:00")


def test_daily_window_of_a_publication_that_starts_later():
    both = [publication(1), publication(2, ("07:00", "11:00"), starts=at("2026-03-01 12:00"))]
    assert next_change(both, at("2026-01-05 06:00"), BERLIN) == at("2026-03-02 07:00")


def test_window_that_begins_in_the_skipped_hour_begins_with_the_jump():
    both = [publication(1), publication(2, ("02:30", "05:00"))]
    jump = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)  # 02:00 becomes 03:00
    assert number_at(both, jump - timedelta(seconds=1)) == 1
    assert number_at(both, jump) == 2
    assert next_change(both, at("2026-03-29 01:00"), BERLIN) == jump
    assert next_change(both, jump, BERLIN) == at("2026-03-29 05:00")


def test_window_inside_the_skipped_hour_does_not_come_that_day():
    both = [publication(1), publication(2, ("02:10", "02:50"))]
    assert next_change(both, at("2026-03-28 02:50"), BERLIN) == at("2026-03-30 02:10")


def test_window_inside_the_hour_that_comes_twice_comes_twice():
    both = [publication(1), publication(2, ("02:00", "02:30"))]
    moment, shown = at("2026-10-25 01:00"), []
    for _ in range(4):
        found = next_change(both, moment, BERLIN)
        assert found is not None
        moment = found
        shown.append((moment, number_at(both, moment)))
    assert shown == [
        (at("2026-10-25 02:00"), 2),
        (at("2026-10-25 02:30"), 1),
        (at("2026-10-25 02:00", fold=1), 2),
        (at("2026-10-25 02:30", fold=1), 1),
    ]


def test_hour_that_comes_twice_takes_a_window_back():
    both = [publication(1), publication(2, ("02:30", "06:00"))]
    back = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)  # 03:00 becomes 02:00
    assert next_change(both, at("2026-10-25 02:30"), BERLIN) == back
    assert number_at(both, back) == 1
    assert next_change(both, back, BERLIN) == at("2026-10-25 02:30", fold=1)


publications = st.lists(
    st.builds(
        lambda number, daily, start, length: publication(
            number,
            daily,
            starts=START + timedelta(minutes=start),
            ends=None if length is None else START + timedelta(minutes=start + length),
        ),
        st.integers(1, 4),
        st.none()
        | st.sampled_from(
            [("02:00", "02:30"), ("01:30", "03:15"), ("23:00", "02:15"), ("12:00", "24:00")]
        ),
        st.integers(-3000, 3000),
        st.none() | st.integers(1, 4000),
    ),
    max_size=3,
    unique_by=lambda one: one.number,
)
START = datetime(2026, 1, 1, tzinfo=UTC)
JUMPS = [
    (BERLIN, datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
    (BERLIN, datetime(2026, 10, 25, 1, 0, tzinfo=UTC)),
    (LORD_HOWE, datetime(2026, 4, 4, 15, 0, tzinfo=UTC)),
    (LORD_HOWE, datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
    (ZoneInfo("UTC"), datetime(2026, 6, 1, tzinfo=UTC)),
]


@given(publications, st.sampled_from(JUMPS), st.integers(-2000, 2000))
def test_next_change_is_the_first_minute_that_differs(drawn, place, minutes):
    zone, jump = place
    shift = jump - START
    moved = [
        Publication(
            one.id,
            one.number,
            Window(
                one.window.starts_at + shift,
                one.window.ends_at and one.window.ends_at + shift,
                one.window.daily_from,
                one.window.daily_to,
            ),
            one.created_at,
            "ann",
        )
        for one in drawn
    ]
    moment = jump + timedelta(minutes=minutes)
    now = effective(moved, moment, zone)
    found = next_change(moved, moment, zone)
    for minute in range(1, 1500):
        later = moment + timedelta(minutes=minute)
        if found == later:
            assert effective(moved, later, zone) != now
            return
        assert effective(moved, later, zone) == now, later
    assert found is None or found > moment + timedelta(minutes=1499)


@pytest.mark.parametrize(
    "window",
    [
        Window(LONG_AGO, LONG_AGO),
        Window(LONG_AGO, None, "07:00", None),
        Window(LONG_AGO, None, None, "07:00"),
        Window(LONG_AGO, None, "7:00", "11:00"),
        Window(LONG_AGO, None, "24:00", "11:00"),
        Window(LONG_AGO, None, "07:00", "24:01"),
        Window(LONG_AGO, None, "07:00", "07:00"),
    ],
)
def test_window_that_never_applies_is_refused(window):
    with pytest.raises(StructureRefused) as raised:
        check_window(window)
    assert raised.value.reason == "bad_window"


def test_windows_that_apply_pass():
    check_window(Window(LONG_AGO))
    check_window(Window(LONG_AGO, LONG_AGO + timedelta(hours=1), "22:00", "02:00"))
    check_window(Window(LONG_AGO, None, "22:00", "24:00"))


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "Europe", "\0"])
def test_time_zone_that_does_not_exist_is_refused(name):
    with pytest.raises(StructureRefused) as raised:
        zone_of(name)
    assert raised.value.reason == "bad_time_zone"


def test_time_zone_that_exists_is_found():
    assert zone_of("Europe/Berlin").key == "Europe/Berlin"
