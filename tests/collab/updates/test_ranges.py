"""Merged ranges of ids, against a model of plain sets."""

from hypothesis import given
from hypothesis import strategies as st

from collab.updates.ranges import IdRanges

CLOCKS = st.integers(0, 24)
RANGES = st.lists(st.tuples(st.integers(1, 3), CLOCKS, CLOCKS), max_size=20)


def ids(ranges: list[tuple[int, int, int]]) -> set[tuple[int, int]]:
    return {(client, clock) for client, start, end in ranges for clock in range(start, end)}


@given(RANGES, st.integers(1, 3), CLOCKS, CLOCKS)
def test_it_behaves_like_a_set_of_ids(
    ranges: list[tuple[int, int, int]], client: int, start: int, end: int
) -> None:
    merged, model = IdRanges(ranges), ids(ranges)
    asked = {(client, clock) for clock in range(start, end)}
    assert ids(list(merged)) == model
    assert set(merged.clients()) == {client for client, _ in model}
    assert merged.contains(client, start) == ((client, start) in model)
    assert merged.covers(client, start, end) == (asked <= model)
    assert merged.overlaps(client, start, end) == bool(asked & model)
    within = [(client, *part) for part in merged.within(client, start, end)]
    assert ids(within) == asked & model
    assert bool(merged) == bool(model)


@given(RANGES)
def test_ranges_are_ascending_and_never_touch(ranges: list[tuple[int, int, int]]) -> None:
    merged = IdRanges(ranges)
    for _, parts in merged.items():
        assert all(start < end for start, end in parts)
        assert all(parts[i][1] < parts[i + 1][0] for i in range(len(parts) - 1))
    assert len(merged) == len(list(merged))


@given(RANGES, RANGES)
def test_union_holds_what_is_in_either_and_leaves_both_alone(
    first: list[tuple[int, int, int]], second: list[tuple[int, int, int]]
) -> None:
    left, right = IdRanges(first), IdRanges(second)
    both = left.union(right)
    assert both == IdRanges(first + second)
    assert (left, right) == (IdRanges(first), IdRanges(second))
    assert left.covers(1, 0, 0)


def test_it_shows_its_ranges() -> None:
    assert repr(IdRanges([(7, 0, 2), (7, 2, 3)])) == "IdRanges([(7, 0, 3)])"
    assert IdRanges() != []
