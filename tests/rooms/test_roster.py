"""The roster: each person once, differences without noise, nothing across restaurants."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from collab.identity import Identity, Role
from collab.orders.executed import Told
from rooms.memory_stream import MemoryStream
from rooms.roster import DEPARTED_SECONDS, Roster
from rooms.sessions import IDLE_SECONDS, SessionBook

STREAM = "presence:bistro"


@dataclass
class Staff:
    """A roster behind a real session book, and what was told."""

    time: Any
    meter: Any
    told: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.streams = MemoryStream("e1")
        self.roster = Roster(self.streams, self.deliver, self.time.clock)
        store: Any = None  # nothing is written here
        self.book = SessionBook(store, self.meter, self.time.clock, watcher=self.roster)

    def deliver(self, told: Mapping[str, Told]) -> None:
        for stream_id, one in told.items():
            self.told += [(stream_id, event.type, dict(event.body)) for event in one.events]

    def join(
        self,
        user: str,
        *,
        role: Role = Role.WAITER,
        restaurant: str | None = "bistro",
        at: str = "bistro",
        room: tuple[str, str] = ("floor", "bistro"),
        device: str = "",
        door: str = "rooms",
    ) -> str:
        identity = Identity(user, user.title(), restaurant, frozenset({role}))
        return self.book.open(identity, at, *room, door, {"device": device})

    def types(self) -> list[str]:
        """What was told since the last call."""
        self.roster.tell()
        types = [type for _, type, _ in self.told]
        self.told.clear()
        return types

    def person(self, user: str, restaurant: str = "bistro") -> dict[str, Any] | None:
        people: Any = self.roster.snapshot(restaurant).body["people"]
        return next((one for one in people if one["user"]["id"] == user), None)

    def wait(self, seconds: float) -> None:
        """Time passes, and the book looks at it."""
        self.time.seconds += seconds
        self.book._look(self.time.seconds)


@pytest.fixture
def staff(hand_time: Any, meter: Any) -> Staff:
    return Staff(hand_time, meter)


def test_person_on_three_sockets_is_one_person(staff: Staff) -> None:
    first = staff.join("ann", device="tablet")
    staff.join("ann", device="tablet")
    staff.join("ann", room=("menu", "lunch"), device="phone", door="y")
    assert staff.types() == ["person.joined"]
    ann = staff.person("ann")
    assert ann is not None and ann["user"] == {"id": "ann", "name": "Ann"}
    assert (ann["status"], ann["connections"], ann["devices"]) == ("active", 3, ["phone", "tablet"])
    assert ann["resources"] == [
        {"type": "floor", "id": "bistro", "door": "rooms", "status": "active"},
        {"type": "menu", "id": "lunch", "door": "y", "status": "active"},
    ]
    staff.book.close(first)
    assert staff.types() == ["person.changed"]
    ann = staff.person("ann")
    assert ann is not None and (ann["status"], ann["connections"]) == ("active", 2)


def test_last_socket_that_goes_makes_a_person_offline_and_the_time_is_known(staff: Staff) -> None:
    ids = [staff.join("ann"), staff.join("ann")]
    staff.types()
    staff.wait(10)
    left_at = int(staff.time.clock.utc().timestamp() * 1000)
    for id in ids:
        staff.book.close(id)
    assert staff.types() == ["person.left"]
    staff.wait(30)
    ann = staff.person("ann")
    assert ann is not None and (ann["status"], ann["connections"]) == ("offline", 0)
    assert ann["last_seen"] == ann["since"] == left_at and ann["resources"] == []
    staff.wait(DEPARTED_SECONDS - 31)
    staff.roster.sweep()
    assert staff.person("ann") is not None
    staff.wait(2)
    staff.roster.sweep()
    assert staff.person("ann") is None
    assert staff.types() == []


def test_idle_and_active_again_are_told_and_one_active_device_is_enough(staff: Staff) -> None:
    tablet, phone = staff.join("ann", device="tablet"), staff.join("ann", device="phone")
    staff.types()
    staff.wait(IDLE_SECONDS / 2)
    staff.book.active(phone)
    staff.wait(IDLE_SECONDS / 2)
    ann = staff.person("ann")
    assert ann is not None and ann["status"] == "active"
    staff.types()
    staff.wait(IDLE_SECONDS)
    assert staff.types() == ["person.changed"]
    idle = staff.person("ann")
    assert idle is not None and idle["status"] == "idle" and idle["since"] > ann["since"]
    staff.book.active(tablet)
    assert staff.types() == ["person.changed"]
    ann = staff.person("ann")
    assert ann is not None and ann["status"] == "active"


def test_hidden_page_is_idle_until_it_appears(staff: Staff) -> None:
    id = staff.join("ann")
    staff.types()
    staff.book.away(id)
    assert staff.types() == ["person.changed"]
    staff.book.active(id)
    assert staff.types() == []
    staff.book.appear(id)
    assert staff.types() == ["person.changed"]


def test_what_looks_the_same_in_the_end_is_not_told(staff: Staff) -> None:
    id = staff.join("ann")
    staff.types()
    staff.book.away(id)
    staff.book.appear(id)
    staff.book.close(staff.join("bob"))
    for _ in range(5):
        staff.wait(20)
        staff.book.active(id)
    assert staff.types() == []


def test_restaurants_see_only_their_own_and_a_developer_is_where_they_look(staff: Staff) -> None:
    staff.join("ann")
    staff.join("tom", restaurant="thai", at="thai", room=("floor", "thai"))
    staff.join("developer", restaurant=None, at="thai", room=("menu", "lunch"))
    staff.roster.tell()
    assert {(stream, body["user"]["id"]) for stream, _, body in staff.told} == {
        ("presence:bistro", "ann"),
        ("presence:thai", "tom"),
        ("presence:thai", "developer"),
    }
    assert staff.person("tom") is None and staff.person("tom", "thai") is not None
    assert staff.roster.at("bistro", "menu", "lunch") == []
    assert staff.roster.snapshot("nowhere").body == {"people": []}


def test_guests_are_not_listed(staff: Staff) -> None:
    id = staff.join("visit-1", role=Role.GUEST, room=("order", "o1"))
    staff.book.active(id)
    assert staff.types() == [] and staff.roster.at("bistro", "order", "o1") == []
    assert staff.person("visit-1") is None
    staff.book.away(id)
    staff.book.close(id)
    assert staff.types() == []


def test_resource_lists_who_is_there_and_how(staff: Staff) -> None:
    staff.join("ann")
    menu = staff.join("ann", room=("menu", "lunch"))
    staff.join("bob", room=("menu", "dinner"))
    staff.book.away(menu)
    (ann,) = staff.roster.at("bistro", "menu", "lunch")
    assert (ann["status"], ann["connections"]) == ("idle", 1)
    resources: Any = ann["resources"]
    assert [one["type"] for one in resources] == ["menu"]


def test_snapshot_and_the_events_after_it_add_up(staff: Staff) -> None:
    staff.join("ann")
    snapshot = staff.roster.snapshot("bistro")
    assert (snapshot.epoch, snapshot.at) == ("e1", 1), "what was not told yet is told first"
    staff.join("bob")
    assert staff.types() == ["person.joined"] * 2
    assert staff.roster.snapshot("bistro").at == 2


async def test_changes_are_told_by_themselves_soon_and_not_one_by_one(staff: Staff) -> None:
    running = asyncio.create_task(staff.roster.run())
    staff.join("ann")
    async with asyncio.timeout(5):
        while not staff.told:
            await asyncio.sleep(0)
        assert (await staff.roster.read("bistro")).at == 1
        for number in range(50):
            staff.join(f"user-{number}")
        while len(staff.told) < 51:
            await asyncio.sleep(0.001)
    running.cancel()
    assert (await asyncio.gather(running, return_exceptions=True)) and running.cancelled()


@pytest.mark.parametrize("seed", range(20))
def test_at_rest_the_roster_is_the_set_of_living_sessions(
    seed: int, hand_time: Any, meter: Any
) -> None:
    """M5: whatever joined, acted, slept, left and came again, also for whoever only has events."""
    dice, staff = random.Random(seed), Staff(hand_time, meter)
    known: dict[str, dict[str, dict[str, Any]]] = {"bistro": {}, "thai": {}}  # by the events
    for _ in range(300):
        living = [one.id for one in staff.book.living()]
        match dice.randrange(7):
            case 0 | 1:
                restaurant = dice.choice(["bistro", "thai"])
                room = (dice.choice(["floor", "menu"]), dice.choice("xy"))
                staff.join(dice.choice("abcd"), restaurant=restaurant, at=restaurant, room=room)
            case 2 | 3 if living:
                staff.book.close(dice.choice(living))
            case 4 if living:
                act = dice.choice([staff.book.active, staff.book.away, staff.book.appear])
                act(dice.choice(living))
            case 5:
                staff.wait(dice.choice([1.0, 20.0, IDLE_SECONDS, DEPARTED_SECONDS]))
            case 6:
                dice.choice([staff.roster.tell, staff.roster.sweep])()
    staff.roster.tell()
    for stream, type, body in staff.told:
        people = known[stream.removeprefix("presence:")]
        is_new = body["user"]["id"] not in people
        assert is_new == (type == "person.joined"), "nobody joins twice or leaves unknown"
        people[body["user"]["id"]] = body
        if type == "person.left":
            assert people.pop(body["user"]["id"])["status"] == "offline"
    for restaurant, people in known.items():
        living_here = [one for one in staff.book.living() if one.restaurant_id == restaurant]
        listed: Any = staff.roster.snapshot(restaurant).body["people"]
        here = {one["user"]["id"]: one for one in listed if one["status"] != "offline"}
        assert here.keys() == people.keys() == {one.user_id for one in living_here}
        for user, person in here.items():
            own = [one for one in living_here if one.user_id == user]
            assert person["connections"] == people[user]["connections"] == len(own)
            assert person["resources"] == people[user]["resources"]
            assert {(one["type"], one["id"]) for one in person["resources"]} == {
                (one.resource_type, one.resource_id) for one in own
            }
            statuses = {one.status.value for one in own}
            assert person["status"] == ("active" if "active" in statuses else "idle")
