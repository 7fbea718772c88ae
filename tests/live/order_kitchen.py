"""A kitchen screen that cooks what it sees: starts, bumps, now and then undoes or refuses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final

from tests.live.order_histories import Shown
from tests.live.order_notes import Followed
from tests.live.order_tablets import Tablet

COOKED: Final = frozenset({"ready", "served", "voided", "rejected"})


class KitchenScreen:
    """The tickets of one station, as its room tells them.

    cook_seconds: least and most for one ticket. on_rejected: hears lines that were refused here.
    refuses: whether any are.
    """

    def __init__(
        self,
        tablet: Tablet,
        restaurant: str,
        station: str,
        cook_seconds: tuple[float, float],
        random: Random,
        on_rejected: Callable[[str], None],
        *,
        refuses: bool = True,
    ) -> None:
        self.tablet = tablet
        self.station = station
        self.tickets: dict[str, Mapping[str, Any]] = {}
        self.bumped = self.undone = self.refused = self.cleared = 0
        self._cook_seconds = cook_seconds
        self._random = random
        self._on_rejected = on_rejected
        self._refuses = refuses
        self._cooks: dict[str, asyncio.Task[None]] = {}
        self._group: asyncio.TaskGroup | None = None
        self.followed: Followed = tablet.follow(
            f"kitchen:{restaurant}:{station}", self._hear, self._begin
        )

    async def run(self) -> None:
        """Cook until cancelled."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            try:
                for ticket in list(self.tickets):
                    self._cook_soon(ticket)
                await asyncio.Event().wait()
            finally:
                self._group = None

    @property
    def is_done(self) -> bool:
        """Whether nothing is on the screen, and the server knows everything that was done."""
        return not self.tickets and not self.tablet.unsent

    def _begin(self, snapshot: Any) -> None:
        self.tickets = {ticket["id"]: ticket for ticket in snapshot["tickets"]}
        for ticket in self.tickets:
            self._cook_soon(ticket)

    def _hear(self, event: Shown) -> None:
        if event.type in ("ticket.opened", "ticket.changed"):
            ticket = event.body["ticket"]
            self.tickets[ticket["id"]] = ticket
            self._cook_soon(ticket["id"])
        elif event.type == "ticket.closed":
            self.tickets.pop(event.body["ticket"]["id"], None)
        self.tablet.seen(self.followed)

    def _cook_soon(self, id: str) -> None:
        if self._group is not None and (id not in self._cooks or self._cooks[id].done()):
            self._cooks[id] = self._group.create_task(self._cook(id))

    async def _cook(self, id: str) -> None:
        """One ticket until it is off the screen."""
        random, do = self._random, self.tablet.do
        room = f"order:{id.split('.')[0]}"
        while id in self.tickets:
            await asyncio.sleep(random.uniform(*self._cook_seconds) / 2)
            if random.random() < 0.7:
                await do(room, "ticket.start", ticket=id)
            elif self._refuses and random.random() < 0.1:
                await self._refuse(room, id)
            await asyncio.sleep(random.uniform(*self._cook_seconds) / 2)
            if random.random() < 0.3:
                for line in self.tickets.get(id, {"lines": []})["lines"]:
                    if line["state"] not in COOKED:
                        await do(room, "line.ready", line=line["id"])
            had_void = any(
                line["state"] == "voided" and not line["is_cleared"]
                for line in self.tickets.get(id, {"lines": []})["lines"]
            )
            answer = await do(room, "ticket.bump", ticket=id)
            self.bumped += answer.result in ("ok", "dup")
            self.cleared += had_void
            if answer.is_done and random.random() < 0.05:
                undone = await do(room, "ticket.recall", ticket=id)
                self.undone += undone.result in ("ok", "dup")
            await asyncio.sleep(0.1)  # the room tells that it is gone, or back

    async def _refuse(self, room: str, id: str) -> None:
        """The kitchen cannot make one of the lines."""
        lines = [one for one in self.tickets[id]["lines"] if one["state"] == "fired"]
        if lines:
            line = self._random.choice(lines)["id"]
            answer = await self.tablet.do(room, "line.reject", line=line, reason="burnt")
            if answer.result in ("ok", "dup"):
                self.refused += 1
                self._on_rejected(line)
