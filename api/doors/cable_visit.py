"""One Action Cable connection, as its channels see it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from collab.identity import Identity


@dataclass(frozen=True, slots=True)
class Visit:
    """Who came, and what they have in common all over the connection."""

    identity: Identity
    about: Mapping[str, str]  # for rows of sessions: address, agent
    start: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]  # ends with the connection
    sessions: set[str] = field(default_factory=set)  # of all its subscriptions
