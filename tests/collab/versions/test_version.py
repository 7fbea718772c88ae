"""Versions: fingerprints, what guests see, and thinning with age."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from collab.versions.version import (
    Version,
    VersionKind,
    canonical_json,
    fingerprint,
    guests_view,
    thinned,
)

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
ONE = timedelta(hours=1)


def version(number: int, age: timedelta, kind: VersionKind = VersionKind.AUTOMATIC) -> Version:
    return Version(number, kind, None, "0" * 64, NOW - age, "ann")


def test_fingerprint_does_not_depend_on_the_order_of_keys():
    one = {"locale": "de", "sections": [{"id": "s", "name": "Süß"}]}
    other = {"sections": [{"name": "Süß", "id": "s"}], "locale": "de"}
    assert fingerprint(one) == fingerprint(other)
    assert canonical_json({"b": 1, "a": "ü"}) == '{"a":"ü","b":1}'.encode()
    assert fingerprint(one) != fingerprint({**one, "locale": "en"})


def test_guests_see_nothing_hidden_unplaced_or_for_the_staff():
    plain = {
        "locale": "de",
        "currency": "EUR",
        "sections": [
            {
                "id": "s",
                "name": "Suppen",
                "station": "wok",
                "items": [
                    {
                        "id": "a",
                        "name": "Suppe",
                        "price": 450,
                        "note": "salt!",
                        "station": "wok",
                        "preparation_seconds": 60,
                        "modifiers": ["g"],
                        "allergens": ["Sesam"],
                    },
                    {"id": "b", "name": "Neu", "price": 1, "hidden": True, "modifiers": ["h"]},
                ],
            }
        ],
        "unplaced": [{"id": "c", "name": "Weg", "price": 2}],
        "modifiers": [{"id": "g", "name": "Beilage"}, {"id": "h", "name": "Geheim"}],
    }
    assert guests_view(plain) == {
        "locale": "de",
        "currency": "EUR",
        "sections": [
            {
                "id": "s",
                "name": "Suppen",
                "items": [
                    {
                        "id": "a",
                        "name": "Suppe",
                        "price": 450,
                        "modifiers": ["g"],
                        "allergens": ["Sesam"],
                    }
                ],
            }
        ],
        "modifiers": [{"id": "g", "name": "Beilage"}],
    }


def test_guests_view_of_a_menu_without_groups_has_none():
    assert "modifiers" not in guests_view({"sections": [], "modifiers": [{"id": "g"}]})


def test_everything_of_the_last_day_is_kept():
    every_minute = [version(1000 - n, timedelta(minutes=n)) for n in range(200)]
    assert thinned(every_minute, NOW) == []


def test_of_an_older_hour_the_newest_is_kept():
    old = timedelta(days=2)
    minutes = (0, 10, 20, 70)
    versions = [version(9 - n, old + timedelta(minutes=m)) for n, m in enumerate(minutes)]
    # 12:00 | 11:50, 11:40 | 10:50
    assert thinned([version(99, timedelta(0)), *versions], NOW) == [7]


def test_of_an_older_day_the_newest_is_kept():
    old = timedelta(days=10)
    versions = [version(9 - n, old + n * ONE) for n in range(4)]
    assert thinned([version(99, timedelta(0)), *versions], NOW) == [6, 7, 8]


def test_of_an_older_month_the_newest_is_kept():
    old = timedelta(days=100)
    versions = [version(9 - n, old + timedelta(days=2 * n)) for n in range(3)]
    # 7 March, 5 March, 3 March
    assert thinned([version(99, timedelta(0)), *versions], NOW) == [7, 8]


def test_published_and_named_versions_are_kept_for_ever():
    old = timedelta(days=400)
    kinds = (VersionKind.PUBLISHED, VersionKind.NAMED, VersionKind.AUTOMATIC)
    versions = [version(n, old, kind) for n, kind in enumerate(kinds, 1)]
    assert thinned(versions, NOW) == []


def test_newest_of_all_is_kept_whatever_its_age():
    assert thinned([version(2, timedelta(days=999)), version(1, timedelta(days=999))], NOW) == [1]


@given(
    st.lists(st.integers(0, 300 * 24 * 60), min_size=1, max_size=60),
    st.integers(0, 60 * 24 * 60),
)
def test_thinning_today_takes_nothing_that_thinning_later_would_have_kept(minutes, wait):
    ages = sorted(minutes, reverse=True)
    versions = [version(n, timedelta(minutes=age)) for n, age in enumerate(ages, 1)]
    later = NOW + timedelta(minutes=wait)
    at_once = set(thinned(versions, later))
    first = set(thinned(versions, NOW))
    rest = [one for one in versions if one.number not in first]
    assert first | set(thinned(rest, later)) == at_once
    assert max(one.number for one in versions) not in first
