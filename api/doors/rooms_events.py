"""A place in an event room: kitchen, order, stock, floor, presence, one's own, a menu's events.

Rule 1: `subd` comes first, then a snapshot's events or those after the cursor, without a hole.
Rule 2: a cursor that cannot be followed is answered with `gap`; the client subscribes anew, and
        gets a snapshot.
"""

from __future__ import annotations

from typing import Self

from api.doors.rooms_asides import AsidePace, check_aside, has_asides
from api.doors.rooms_forms import Say, Sub
from api.doors.rooms_place import DOOR, Ground
from api.live import Live
from api.room_entrance import RoomAdmission
from collab.errors import MirepoixError, RightWithdrawn
from collab.identity import Identity, Role
from collab.room_names import RoomKind
from rooms.event_room import Cursor, CursorGap, Subscription
from rooms.listener import EventBatch


class EventPlace:
    """One subscription to an event room. Make it with `take`."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._subscription: Subscription
        self._live: Live | None = None
        self._pace = AsidePace(ground.rooms.reception.clock.monotonic)

    @classmethod
    async def take(cls, ground: Ground, wanted: Sub) -> Self | None:
        """Subscribe; None when the cursor leads nowhere, which the client is told.

        Raises StoreError. Cancelling is safe: the place is given up.
        """
        place = cls(ground)
        stream_id = ground.admission.stream_id
        cursor = None
        if wanted.epoch is not None and wanted.offset is not None:
            cursor = Cursor(str(wanted.epoch), wanted.offset)
        joined = await ground.rooms.events.subscribe(stream_id, place, cursor)
        if isinstance(joined, CursorGap):
            ground.voice.say("gap", h=ground.h, why=joined.why, epoch=joined.epoch, top=joined.top)
            return None
        place._subscription = joined
        try:
            await place._begin(wanted)
        except BaseException:
            await place.leave()
            raise
        return place if place._live is not None else None

    @property
    def admission(self) -> RoomAdmission:
        """See `Place`."""
        return self._ground.admission

    @property
    def session_id(self) -> str:
        """See `Place`."""
        assert self._live is not None
        return self._live.session_id

    @property
    def is_behind(self) -> bool:
        """See `Place`: what is missing here is read from the log later."""
        return False

    def renew(self, identity: Identity, admission: RoomAdmission) -> None:
        """See `Place`."""
        assert self._live is not None
        self._live.identity = identity

    async def leave(self) -> None:
        """See `Place`."""
        self._leave()

    def seen(self, offset: int, device: str) -> None:
        """The client shows everything up to an offset; of a kitchen screen, that is kept.

        What was not sent yet cannot have been seen.
        """
        live, ground = self._live, self._ground
        assert live is not None
        is_screen = Role.KITCHEN in live.identity.roles
        if not is_screen or ground.admission.name.kind is not RoomKind.KITCHEN:
            return
        if offset > self._subscription.after:
            ground.rooms.reception.metrics.refused("seen_unsent")
            return
        screen_id = f"{live.identity.user_id}/{device}"
        stream_id, epoch = ground.admission.stream_id, self._subscription.epoch
        ground.rooms.watch.seen(stream_id, epoch, screen_id, offset)

    def say(self, said_by: str, aside: Say) -> None:
        """Tell the others at the order; what comes too fast is dropped.

        said_by: the short id of this connection. Raises TooLarge.
        """
        live, ground = self._live, self._ground
        assert live is not None
        try:
            check_aside(ground.admission.name, live.identity, aside)
        except RightWithdrawn as error:
            ground.rooms.reception.metrics.refused(error.reason)
            ground.voice.refuse(ground.h, error)
            return
        if not self._pace.allows():
            ground.rooms.reception.metrics.refused("said_too_fast")
            return
        ground.rooms.asides.say(ground.admission.stream_id, self, said_by, aside)

    def hear(self, said_by: str, aside: Say) -> None:
        """See `Hearer`."""
        ground = self._ground
        if ground.voice.is_full:
            ground.rooms.reception.metrics.refused("said_unheard")
            return
        said = {"h": ground.h, "from": said_by, "kind": aside.kind, "body": aside.body}
        ground.voice.say("said", **said)

    # -- what the room calls -------------------------------------------------------------------

    def show(self, batch: EventBatch) -> bool:
        """See `Listener`."""
        return self._ground.voice.offer(self._ground.h, batch)

    @property
    def has_room(self) -> bool:
        """See `Listener`."""
        return self._ground.voice.has_room

    def gap(self, why: str, epoch: str, top: int) -> None:
        """See `Listener`."""
        self._ground.voice.say("gap", h=self._ground.h, why=why, epoch=epoch, top=top)
        self._leave()
        self._ground.ended()

    def end(self, error: MirepoixError) -> None:
        """See `Listener`."""
        self._ground.end(error)

    # -- inside --------------------------------------------------------------------------------

    async def _begin(self, wanted: Sub) -> None:
        ground, subscription = self._ground, self._subscription
        self._sit()
        if subscription.is_recovered:
            self._say_subscribed(subscription.epoch, subscription.top)
            subscription.start()
        elif wanted.want == "events":
            epoch, top = subscription.epoch, subscription.top
            self._say_subscribed(epoch, top)
            subscription.start(top, epoch)
        else:
            found = await ground.rooms.snapshot(ground.admission)
            snapshot = {"at": found.at, "body": found.body}
            self._say_subscribed(found.epoch, max(found.at, subscription.top), snapshot)
            subscription.start(found.at, found.epoch)

    def _say_subscribed(
        self, epoch: str, top: int, snapshot: dict[str, object] | None = None
    ) -> None:
        self._ground.voice.say(
            "subd",
            h=self._ground.h,
            room=str(self._ground.admission.name),
            epoch=epoch,
            top=top,
            recovered=self._subscription.is_recovered,
            snapshot=snapshot,
            session=self.session_id,
        )

    def _sit(self) -> None:
        ground, name = self._ground, self._ground.admission.name
        reception = ground.rooms.reception
        session_id = reception.sessions.open(
            ground.identity,
            ground.admission.restaurant_id,
            name.kind.value,
            name.id if name.station is None else f"{name.id}:{name.station}",
            DOOR,
            ground.about,
        )
        self._live = Live(ground.identity, session_id, ground.end)
        reception.live.add(self._live)
        if has_asides(name):
            ground.rooms.asides.join(ground.admission.stream_id, self)

    def _leave(self) -> None:
        self._subscription.leave()
        live, self._live = self._live, None
        if live is not None:
            self._ground.rooms.asides.leave(self._ground.admission.stream_id, self)
            self._ground.rooms.reception.live.remove(live)
            self._ground.rooms.reception.sessions.close(live.session_id)
