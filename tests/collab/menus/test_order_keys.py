"""Order keys: the same as those of fractional-indexing, and always room for one more."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collab.menus.order_keys import (
    DIGITS,
    is_key,
    key_between,
    keys,
    keys_between,
    last_key,
    rearranged,
)

# What fractional-indexing answers to the same questions.
KNOWN = [
    (None, None, "a0"),
    (None, "a0", "Zz"),
    (None, "Zz", "Zy"),
    ("a0", None, "a1"),
    ("a1", None, "a2"),
    ("a0", "a1", "a0V"),
    ("a1", "a2", "a1V"),
    ("a0V", "a1", "a0l"),
    ("Zz", "a0", "ZzV"),
    ("Zz", "a1", "a0"),
    (None, "Y00", "Xzzz"),
    ("bzz", None, "c000"),
    ("a0", "a0V", "a0G"),
    ("a0", "a0G", "a08"),
    ("b125", "b129", "b127"),
    ("a0", "a1V", "a1"),
    ("Zz", "a01", "a0"),
    (None, "a0V", "a0"),
    (None, "b999", "b99"),
    (None, "A000000000000000000000000001", "A000000000000000000000000000V"),
    ("zzzzzzzzzzzzzzzzzzzzzzzzzzy", None, "zzzzzzzzzzzzzzzzzzzzzzzzzzz"),
    ("zzzzzzzzzzzzzzzzzzzzzzzzzzz", None, "zzzzzzzzzzzzzzzzzzzzzzzzzzzV"),
]


@pytest.mark.parametrize(("before", "after", "expected"), KNOWN)
def test_keys_are_those_of_fractional_indexing(before, after, expected):
    assert key_between(before, after) == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a1", "a0"),
        ("a0", "a0"),
        ("a00", None),
        ("a00", "a1"),
        ("0", "1"),
        ("", None),
        ("b0", None),
        ("a!", None),
        ("a0", "ä0"),
        (None, "A" + "0" * 26),
    ],
)
def test_what_is_no_key_or_out_of_order_is_refused(before, after):
    with pytest.raises(ValueError):
        key_between(before, after)


def test_first_keys_of_a_list_count_upwards():
    assert keys(3) == ["a0", "a1", "a2"]
    assert keys(63)[-2:] == ["az", "b00"]
    assert keys(2, after="a5") == ["a6", "a7"]
    assert keys(0) == []


def test_greatest_key_is_found_among_what_is_none():
    assert last_key(["a1", "zzz no key", "b00", "~~~"]) == "b00"
    assert last_key(["", "a00"]) is None


@given(st.integers(min_value=0, max_value=3000))
def test_counted_keys_are_keys_in_order(count):
    made = keys(count)
    assert len(made) == count
    assert made == sorted(set(made))
    assert all(map(is_key, made))


@given(st.lists(st.floats(min_value=0, max_value=1, exclude_max=True), max_size=120))
def test_there_is_always_room_for_one_more(places):
    ordered: list[str] = []
    for place in places:
        at = int(place * (len(ordered) + 1))
        before = ordered[at - 1] if at > 0 else None
        after = ordered[at] if at < len(ordered) else None
        new = key_between(before, after)
        assert is_key(new)
        ordered.insert(at, new)
    assert ordered == sorted(set(ordered))


@given(st.lists(st.text(alphabet=DIGITS, max_size=6), min_size=2, max_size=6))
def test_keys_with_random_fractions_have_room_between_them(fractions):
    found = sorted({f"a5{fraction}V" for fraction in fractions})
    for before, after in pairwise(found):
        assert before < key_between(before, after) < after


def test_inserting_at_the_same_place_a_thousand_times_stays_in_order():
    before, after = "a0", "a1"
    for _ in range(1000):
        new = key_between(before, after)
        assert before < new < after
        after = new


@given(
    st.integers(0, 40), st.sampled_from([(None, None), (None, "a0"), ("a0", "a1"), ("Zz", "a0V")])
)
def test_keys_between_are_in_order_and_short(count, ends):
    made = keys_between(*ends, count)
    assert len(made) == count
    line = [end for end in (ends[0], *made, ends[1]) if end is not None]
    assert line == sorted(set(line))
    assert all(is_key(key) and len(key) <= 6 for key in made)


_known = st.dictionaries(
    st.sampled_from("abcdefgh"), st.sampled_from(["a0", "a1", "a1V", "a2", "", "zz!", "Zz"])
)


@given(_known, st.permutations("abcdefgh"), st.integers(0, 8))
def test_rearranged_keys_sort_as_wanted(known, order, count):
    wanted = order[:count]
    new = rearranged(wanted, known)
    keys = {**known, **new}
    assert sorted(wanted, key=lambda id: (keys[id], id)) == wanted
    assert all(is_key(key) for key in new.values())
    assert set(new) >= set(wanted) - set(known)


@given(st.permutations(range(7)))
def test_as_few_keys_change_as_possible(order):
    known = {str(place): key for place, key in enumerate(keys(7))}
    wanted = [str(place) for place in order]
    rises = (
        len(rise)
        for size in range(8)
        for rise in combinations(order, size)
        if list(rise) == sorted(rise)
    )
    assert len(rearranged(wanted, known)) == 7 - max(rises)


def test_what_is_in_order_keeps_even_odd_keys():
    assert rearranged(["x", "y", "z"], {"x": "", "y": "a0", "z": "a0"}) == {}
