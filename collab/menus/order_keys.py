"""Order keys: short strings that sort, with room between any two of them.

A key is an integer part and a fraction, digits in ASCII order (0-9 A-Z a-z). The first letter of
the integer part says how long it is: `a` 2, `b` 3, ... `z` 27 upwards, `Z` 2, `Y` 3, ... `A` 27
downwards, so that keys of different length still sort as plain strings: Zz < a0 < az < b00.
A fraction never ends in `0`: there would be nothing between it and the same without the zero.
The format is that of the npm package fractional-indexing, which clients in a browser use; keys
with a random fraction behind them, which some clients add, are keys too.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
FIRST_KEY = "a0"

_VALUES = {digit: value for value, digit in enumerate(DIGITS)}
_SMALLEST_INTEGER = "A" + "0" * 26


def is_key(text: str) -> bool:
    """Whether `text` is an order key as this module makes them."""
    length = _integer_length(text[:1])
    return (
        0 < length <= len(text)
        and all(digit in _VALUES for digit in text)
        and text != _SMALLEST_INTEGER
        and (len(text) == length or not text.endswith("0"))
    )


def key_between(before: str | None, after: str | None) -> str:
    """A key that sorts after `before` and before `after`.

    None: there is nothing on that side. Raises ValueError when one of them is no key, or when
    they are not in order.
    """
    for key in (before, after):
        if key is not None and not is_key(key):
            raise ValueError(f"{key!r} is not an order key")
    if before is None:
        return FIRST_KEY if after is None else _before(after)
    if after is None:
        return _after(before)
    if before >= after:
        raise ValueError(f"{before!r} does not sort before {after!r}")
    integer, fraction = _parts(before)
    upper_integer, upper_fraction = _parts(after)
    if integer == upper_integer:
        return integer + _midpoint(fraction, upper_fraction)
    next_integer = _increment(integer)
    if next_integer is not None and next_integer < after:
        return next_integer
    return integer + _midpoint(fraction, None)


def keys(count: int, after: str | None = None) -> list[str]:
    """`count` keys in order. after: the key they follow; None for the first keys of a list.

    Raises ValueError when `after` is no key.
    """
    made: list[str] = []
    for _ in range(count):
        after = key_between(after, None)
        made.append(after)
    return made


def keys_between(before: str | None, after: str | None, count: int) -> list[str]:
    """`count` keys in order between two, each as short as can be. Raises ValueError as above."""
    if count == 0:
        return []
    if after is None:
        return keys(count, before)
    middle = key_between(before, after)
    left = (count - 1) // 2
    return [
        *keys_between(before, middle, left),
        middle,
        *keys_between(middle, after, count - 1 - left),
    ]


def rearranged(wanted: Sequence[str], known: Mapping[str, str]) -> dict[str, str]:
    """The fewest new keys that bring ids into an order.

    wanted: ids, each once. known: id -> key of those that have one.
    Returns id -> new key; with these, sorting by (key, id) gives `wanted`.
    """
    places = [(known[id], id) for id in wanted if id in known]
    if len(places) == len(wanted) and places == sorted(places):
        return {}
    staying = _longest_rise([place for place in places if is_key(place[0])])
    made: dict[str, str] = {}
    before: str | None = None
    start = 0
    while start < len(wanted):
        if wanted[start] in staying:
            before = known[wanted[start]]
            start += 1
            continue
        end = start
        # Nothing fits between two equal keys, so what has the key `before` too moves on.
        while end < len(wanted) and not (
            wanted[end] in staying and (before is None or known[wanted[end]] > before)
        ):
            end += 1
        after = known[wanted[end]] if end < len(wanted) else None
        made.update(zip(wanted[start:end], keys_between(before, after, end - start), strict=True))
        before = made[wanted[end - 1]]
        start = end
    return made


def last_key(existing: Iterable[str]) -> str | None:
    """The greatest of `existing` that is a key; None when none is.

    A client may have written anything where a key belongs; nothing can follow that for sure.
    """
    return max((key for key in existing if is_key(key)), default=None)


def _longest_rise(places: Sequence[tuple[str, str]]) -> set[str]:
    """The ids of the longest subsequence that is in order already."""
    ends: list[tuple[str, str]] = []  # smallest end of a rise of length 1, 2, ...
    ending: list[int] = []  # the index of each of them
    previous: list[int] = []
    for index, place in enumerate(places):
        length = bisect_left(ends, place)
        previous.append(ending[length - 1] if length else -1)
        ends[length : length + 1] = [place]
        ending[length : length + 1] = [index]
    rise: set[str] = set()
    index = ending[-1] if ending else -1
    while index >= 0:
        rise.add(places[index][1])
        index = previous[index]
    return rise


def _integer_length(head: str) -> int:
    """How many characters the integer part has; 0 when no key begins like that."""
    if "a" <= head <= "z":
        return ord(head) - ord("a") + 2
    if "A" <= head <= "Z":
        return ord("Z") - ord(head) + 2
    return 0


def _parts(key: str) -> tuple[str, str]:
    length = _integer_length(key[0])
    return key[:length], key[length:]


def _after(key: str) -> str:
    integer, fraction = _parts(key)
    return _increment(integer) or integer + _midpoint(fraction, None)


def _before(key: str) -> str:
    integer, fraction = _parts(key)
    if integer == _SMALLEST_INTEGER:
        return integer + _midpoint("", fraction)
    if fraction:
        return integer
    previous = _decrement(integer)
    if previous == _SMALLEST_INTEGER:
        # The smallest integer alone is no key: nothing could come before it.
        return previous + _midpoint("", None)
    return previous


def _increment(integer: str) -> str | None:
    """The next integer part; None after the last."""
    head, digits = integer[0], integer[1:]
    stripped = digits.rstrip("z")
    if stripped:
        raised = DIGITS[_VALUES[stripped[-1]] + 1]
        return head + stripped[:-1] + raised + "0" * (len(digits) - len(stripped))
    if head == "z":
        return None
    next_head = "a" if head == "Z" else chr(ord(head) + 1)
    return next_head + "0" * (_integer_length(next_head) - 1)


def _decrement(integer: str) -> str:
    """The integer part before; never asked of the smallest."""
    head, digits = integer[0], integer[1:]
    stripped = digits.rstrip("0")
    if stripped:
        lowered = DIGITS[_VALUES[stripped[-1]] - 1]
        return head + stripped[:-1] + lowered + "z" * (len(digits) - len(stripped))
    previous_head = "Z" if head == "a" else chr(ord(head) - 1)
    return previous_head + "z" * (_integer_length(previous_head) - 1)


def _midpoint(low: str, high: str | None) -> str:
    """A fraction between two; low < high, None is above everything. Neither ends in `0`."""
    if high is not None:
        shared = 0
        while shared < len(high) and (low[shared : shared + 1] or "0") == high[shared]:
            shared += 1
        if shared:
            return high[:shared] + _midpoint(low[shared:], high[shared:])
    lower = _VALUES[low[0]] if low else 0
    upper = _VALUES[high[0]] if high is not None else len(DIGITS)
    if upper - lower > 1:
        return DIGITS[(lower + upper + 1) // 2]
    if high is not None and len(high) > 1:
        return high[0]
    return DIGITS[lower] + _midpoint(low[1:], None)
