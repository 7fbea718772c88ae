"""What an update says about itself, without its content: which ids it brings, needs and deletes.

Ids are (client, clock). Ranges are half-open: (client, start, end) holds start <= clock < end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum


class Link(IntEnum):
    """Where an item says it belongs."""

    ROOT = 0  # directly in the root type of a name
    PARENT = 1  # directly in a nested type, named by its id
    ORIGIN = 2  # wherever the item with this id is (the wire names no container, no key)


# (client, start, end, content kind, link, root name, link client, link clock, key)
# content kind: 1 Deleted, 2 JSON, 3 Binary, 4 String, 5 Embed, 6 Format, 7 Type, 8 Any, 9 Doc.
# Root name: "" unless Link.ROOT. Link client and clock: 0 for Link.ROOT.
# Key: map key; None in a list or text, and whenever the link is an origin.
# A plain tuple, because one is made per item while typing; a dataclass costs five times as much.
Item = tuple[int, int, int, int, int, str, int, int, str | None]


@dataclass(slots=True)
class UpdateOutline:
    """The ids of one update that passed the structural check."""

    # Contiguous runs of structs; where the update skips clocks, a new run begins.
    blocks: list[tuple[int, int, int]]
    # Ids named as origin, right origin or parent that are not in `blocks`; may repeat.
    needs: list[tuple[int, int]]
    deletes: list[tuple[int, int, int]]
    # Ranges whose content the sender no longer has (GC and Deleted).
    gone: list[tuple[int, int, int]]
    items: list[Item]  # every struct that is not GC or Skip, in wire order
    types: list[Item]  # those of `items` that make a nested type
    roots: set[str]  # root types named
    has_subdocument: bool
    has_xml: bool
    # For each of `types`: 0 array, 1 map, 2 text, above that XML.
    type_refs: list[int] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether it brings no structs and deletes nothing."""
        return not self.blocks and not self.deletes
