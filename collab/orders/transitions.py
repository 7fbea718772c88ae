"""How lines go from state to state: one table, by the event that moves them.

draft > placed > fired > preparing > ready > served; side exits: rejected, voided. There is no
other way, for nobody.
"""

from __future__ import annotations

from collections.abc import Mapping

from collab.orders.order import LineState

TRANSITIONS: Mapping[str, Mapping[LineState, LineState]] = {
    "order.placed": {LineState.DRAFT: LineState.PLACED},
    "line.fired": {LineState.PLACED: LineState.FIRED},
    "course.held": {LineState.FIRED: LineState.PLACED},
    "line.started": {LineState.FIRED: LineState.PREPARING},
    "line.ready": {
        LineState.FIRED: LineState.READY,
        LineState.PREPARING: LineState.READY,
    },
    "line.served": {LineState.READY: LineState.SERVED},
    "line.recalled": {
        LineState.READY: LineState.PREPARING,
        LineState.SERVED: LineState.READY,
    },
    "line.rejected": {
        LineState.DRAFT: LineState.REJECTED,  # sold out at the moment of placing
        LineState.PLACED: LineState.REJECTED,
        LineState.FIRED: LineState.REJECTED,
    },
    "line.voided": {
        LineState.PLACED: LineState.VOIDED,
        LineState.FIRED: LineState.VOIDED,
        LineState.PREPARING: LineState.VOIDED,
        LineState.READY: LineState.VOIDED,
        LineState.SERVED: LineState.VOIDED,
    },
}

# Nobody has begun to cook: what was counted can be given back.
UNSTARTED = frozenset({LineState.PLACED, LineState.FIRED})
# The kitchen has it, or will have it.
UNFINISHED = UNSTARTED | {LineState.PREPARING}
ENDED = frozenset({LineState.REJECTED, LineState.VOIDED})


def moves(event_type: str, state: LineState) -> bool:
    """Whether an event of this type can happen to a line in this state."""
    return state in TRANSITIONS[event_type]
