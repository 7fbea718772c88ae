"""What every room of a process shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collab.records import Document
from rooms.clock import Clock
from rooms.journal import Journal
from rooms.ports import Meter
from rooms.seat import Seat

if TYPE_CHECKING:
    from rooms.menu_room import MenuRoom


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every room of a process shares. call_soon, call_later: of the event loop."""

    journal: Journal
    meter: Meter
    clock: Clock
    call_soon: Callable[[Callable[[], None]], object]
    call_later: Callable[[float, Callable[[], None]], object]
    on_edit: Callable[[Seat, Document, int], None]  # somebody made so many changes
    on_broken: Callable[[MenuRoom], None]  # the engine gave up: rebuild, then `replace_document`
