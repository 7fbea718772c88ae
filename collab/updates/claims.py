"""What updates say about where their items lie, before the document holds them.

An item is claimed with one link: a root type, a parent, or a neighbour in the same container.
Several updates may claim the same ids, and cut into other pieces, because every peer joins
neighbouring items of its own; the engine takes whichever it can place first and cuts the rest to
fit, so claims that overlap count as one claim that lies as deep as the deepest of them. Honest
claims of one id agree, since a link never changes; so they never run in circles either.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter, itemgetter
from typing import Protocol

from collab.errors import BadUpdate
from collab.updates.outline import Item, Link, UpdateOutline
from collab.updates.ranges import IdRanges

ASSUMED_DEPTH = 15  # of the container of what is named but nobody has

_ROOT, _PARENT = int(Link.ROOT), int(Link.PARENT)


class Known(Protocol):
    """What is known of the ids that the document holds, and of those that were claimed before."""

    def next_clock(self, client: int) -> int:
        """The first clock of a client that the document does not hold."""
        ...

    def knows(self, client: int, clock: int) -> bool:
        """Whether the document holds an id, or an update that waits claims or names it."""
        ...

    def container_of(self, client: int, clock: int) -> int:
        """How deep the container of a known id lies, never too low."""
        ...

    def claimed_depth(self, client: int, start: int, end: int) -> int:
        """How deep what waits claims these ids to lie at most; 0 when it does not claim them."""
        ...


class Claim:
    """Items of one client that overlap: neighbouring clocks in one container."""

    __slots__ = ("_depth", "_next", "client", "end", "items", "start")

    def __init__(self, item: Item) -> None:
        self.client, self.start, self.end = item[:3]
        self.items = [item]
        self._depth = 0  # the deepest link seen so far
        self._next = _UNSEEN  # the item whose link is to be seen next


class Claims:
    """The claims of some updates to ids that the document does not hold, each resolved once.

    known: what is known without them. outlines: the updates; what they claim below the document's
    clocks is left out.
    """

    def __init__(self, known: Known, outlines: Sequence[UpdateOutline]) -> None:
        self.missing: set[tuple[int, int]] = set()  # ids linked to that nobody has
        self._known = known
        self._limit_missing = _LIMIT_MISSING * len(outlines)
        self._brought = IdRanges(block for outline in outlines for block in outline.blocks)
        self._claims = _together(item for outline in outlines for item in outline.items)

    def __iter__(self) -> Iterator[Claim]:
        for client, claims in self._claims.items():
            next_clock = self._known.next_clock(client)
            yield from (claim for claim in claims if claim.end > next_clock)

    def container_depth(self, claim: Claim) -> int:
        """How deep the container of a claim lies at most.

        Raises BadUpdate (reason "origin_not_before_item") when items refer to each other in a
        circle, ("too_many_missing") when they name very many ids that nobody has.
        """
        # A loop, not a recursion: a text typed by two people is one long chain of origins.
        path = [claim]
        while path:
            linked = self._see_links(path[-1])
            if linked is None:
                path.pop()
            elif linked._next == _UNSEEN:
                path.append(linked)
            else:
                raise _circle()
        return claim._depth

    def _see_links(self, claim: Claim) -> Claim | None:
        """Go on with a claim's links; the first one to a claim that is not resolved, or None."""
        if claim._next == _UNSEEN:
            claim._depth, claim._next = self._depth_at_least(claim), 0
        while claim._next < len(claim.items):
            item = claim.items[claim._next]
            linked = self._claim_linked(item)
            if linked is claim:
                if item[4] == _PARENT or item[7] >= item[1]:
                    raise _circle()
            elif linked is None:
                claim._depth = max(claim._depth, self._depth_beyond(item))
            elif linked._next < len(linked.items):
                return linked
            else:
                claim._depth = max(claim._depth, linked._depth + (item[4] == _PARENT))
            claim._next += 1
        return None

    def _depth_at_least(self, claim: Claim) -> int:
        client, start, end = claim.client, claim.start, claim.end
        depth = self._known.claimed_depth(client, start, end)
        next_clock = self._known.next_clock(client)
        if start < next_clock < end:
            # The engine cuts the known part off; the rest follows its last id.
            depth = max(depth, self._known.container_of(client, next_clock - 1))
        return depth

    def _claim_linked(self, item: Item) -> Claim | None:
        client, clock = item[6:8]
        if item[4] == _ROOT or clock < self._known.next_clock(client):
            return None
        claims = self._claims.get(client, ())
        index = bisect_right(claims, clock, key=_start) - 1
        return claims[index] if index >= 0 and clock < claims[index].end else None

    def _depth_beyond(self, item: Item) -> int:
        client, clock = item[6:8]
        if item[4] == _ROOT:
            return 0
        is_parent = item[4] == _PARENT
        if self._known.knows(client, clock) or self._brought.contains(client, clock):
            return self._known.container_of(client, clock) + is_parent
        self.missing.add((client, clock))
        if len(self.missing) > self._limit_missing:
            raise BadUpdate("The update lacks too many ids.", reason="too_many_missing")
        return ASSUMED_DEPTH + is_parent


def _together(items: Iterable[Item]) -> dict[int, list[Claim]]:
    """Put overlapping items into one claim; the claims of every client ascend."""
    by_client: dict[int, list[Item]] = {}
    for item in items:
        by_client.setdefault(item[0], []).append(item)
    claims: dict[int, list[Claim]] = {}
    for client, mine in by_client.items():
        mine.sort(key=_clock)  # one update's ascend already, which costs next to nothing
        made = claims[client] = [Claim(mine[0])]
        for item in mine[1:]:
            last = made[-1]
            if item[1] < last.end:
                last.items.append(item)
                last.end = max(last.end, item[2])
            else:
                made.append(Claim(item))
    return claims


def _circle() -> BadUpdate:
    return BadUpdate("Items refer to each other.", reason="origin_not_before_item")


_UNSEEN = -1
_LIMIT_MISSING = 10_000  # per update
_clock = itemgetter(1)
_start = attrgetter("start")
