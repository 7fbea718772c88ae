"""What a commit of commands did, and what screens say they have seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from collab.orders.command import Result
from collab.records import StreamEvent


@dataclass(frozen=True, slots=True)
class Told:
    """Events that a commit put into one stream."""

    epoch: str
    first: int  # offset of the first of them
    events: tuple[StreamEvent, ...]


@dataclass(frozen=True, slots=True)
class Executed:
    """What one commit of commands did."""

    results: tuple[Result, ...]  # one a command, in their order, with offsets
    told: Mapping[str, Told]  # by stream id


@dataclass(frozen=True, slots=True)
class Mark:
    """One screen has seen everything of a stream up to an offset."""

    stream_id: str
    epoch: str
    screen_id: str  # user id and device
    offset: int
    at: datetime
