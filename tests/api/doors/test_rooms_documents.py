"""Live documents over the rooms protocol: editing together, and what `saved` is worth."""

from __future__ import annotations

from typing import Any

import pytest
from pycrdt import Doc, Text

from collab.identity import Access, Role
from collab.wire import messages
from tests.api.conftest import Site
from tests.api.doors.rooms_site import RoomsSite, open_rooms
from tests.api.setup import ask
from tests.live.rooms_client import JSON, MSGPACK, Room, RoomsClient

NOTES = "menu:notes"
BOTH = pytest.mark.parametrize("subprotocol", [MSGPACK, JSON])


@pytest.fixture
async def doors(site: Site) -> RoomsSite:
    doors = await open_rooms(site)
    body = {"kind": "free", "title": "Notes", "id": "notes"}
    assert (await ask(site, "POST", "/documents", body=body))[0] == 201
    return doors


class Writer:
    """Somebody with a copy of a document, who answers what the server asks."""

    def __init__(self, client: RoomsClient, room: Room) -> None:
        self.client = client
        self.room = room
        self.doc: Doc[Any] = Doc()
        self.text = self.doc.get("text", type=Text)
        self.marks = 0
        self.is_deaf = False  # asks of the server stay unanswered
        self._read = 0

    async def send(self, message: bytes) -> None:
        await self.client.send("sync", h=self.room.h, data=message)

    async def write(self, text: str, *, send: bool = True) -> bytes:
        """Append; the message."""
        before = self.doc.get_state()
        self.text += text
        message = messages.update(self.doc.get_update(before))
        if send:
            await self.send(message)
        return message

    async def mark(self) -> int:
        self.marks += 1
        await self.client.send("mark", h=self.room.h, n=self.marks)
        return self.marks

    async def read(self) -> None:
        """Take everything that came and answer it."""
        while self._read < len(self.room.syncs):
            frame = self.room.syncs[self._read]
            self._read += 1
            match messages.decode(frame):
                case messages.Update(update) | messages.SyncStep2(update):
                    self.doc.apply_update(update)
                case messages.SyncStep1(state_vector) if not self.is_deaf:
                    await self.send(messages.sync_step2(self.doc.get_update(state_vector)))
                case _:
                    pass

    async def settled(self) -> None:
        """Everything sent so far was handled, and its answers were read."""
        for _ in range(2):  # an answer of ours is handled too
            await self._ping()
            await self.read()

    async def _ping(self) -> None:
        done = len(self.client.pongs) + 1
        await self.client.send("ping", t=1)
        await self.client.until(lambda: len(self.client.pongs) >= done)

    async def saved(self, n: int) -> None:
        """Wait for the answer to a mark, answering the server meanwhile."""
        while n not in self.room.saved:
            await self.settled()


async def writer(client: RoomsClient, name: str = NOTES) -> Writer:
    return Writer(client, await client.sub(name))


@BOTH
async def test_two_write_and_see_each_other_without_an_echo(
    doors: RoomsSite, subprotocol: str
) -> None:
    options: Any = {"subprotocol": subprotocol}
    async with (
        doors.client("ann", Role.EDITOR, **options) as first,
        doors.client("bo", Role.EDITOR) as second,
    ):
        ann, bo = await writer(first), await writer(second)
        assert ann.room.subd is not None
        assert {**ann.room.subd, "session": ""} == {
            "h": 1,
            "room": NOTES,
            "epoch": 1,
            "schema": 1,
            "access": "write",
            "session": "",
        }
        for one in (ann, bo):
            await one.send(messages.sync_step1(one.doc.get_state()))
            await one.settled()
        sent = await ann.write("soup")
        await ann.saved(await ann.mark())
        await bo.settled()
        assert str(bo.text) == "soup"
        await bo.write(" and bread")
        await bo.saved(await bo.mark())
        await ann.settled()
        assert str(ann.text) == "soup and bread"
        assert sent not in ann.room.syncs


async def test_a_mark_is_answered_only_when_everything_before_it_is_on_disk(
    doors: RoomsSite,
) -> None:
    async with doors.client("ann", Role.EDITOR) as client:
        ann = await writer(client)
        await ann.settled()
        for number in range(20):
            await ann.write(f"{number} ")
            n = await ann.mark()
            while n not in ann.room.saved:
                await ann.settled()
            stored = await doors.house.updates.load("notes")
            assert stored is not None
            copy: Doc[Any] = Doc()
            for update in stored.updates:
                copy.apply_update(update.data)
            assert str(copy.get("text", type=Text)) == str(ann.text)
        assert ann.room.saved == list(range(1, 21))


async def test_an_open_question_holds_a_mark_back(doors: RoomsSite) -> None:
    async with doors.client("ann", Role.EDITOR) as client:
        ann = await writer(client)
        ann.is_deaf = True
        await ann.write("offline", send=False)  # comes with the answer
        n = await ann.mark()
        await ann.settled()
        await ann.settled()
        assert ann.room.saved == []
        await ann.send(messages.sync_step2(ann.doc.get_update()))
        await ann.saved(n)
        room = doors.house.lobby.room_of("notes")
        assert room is not None and room.document.clocks


async def test_a_gap_holds_a_mark_back_until_it_is_healed(doors: RoomsSite) -> None:
    async with doors.client("ann", Role.EDITOR) as client:
        ann = await writer(client)
        await ann.settled()
        ann.is_deaf = True
        await ann.write("lost ", send=False)
        await ann.write("found")
        n = await ann.mark()
        await ann.settled()
        await ann.settled()
        assert ann.room.saved == []
        await ann.send(messages.sync_step2(ann.doc.get_update()))
        await ann.saved(n)


async def test_a_room_that_takes_no_updates_holds_marks_back(doors: RoomsSite) -> None:
    async with doors.client("ann", Role.EDITOR) as client:
        ann = await writer(client)
        await ann.settled()
        room = doors.house.lobby.room_of("notes")
        assert room is not None
        room.pause()
        await ann.write("kept")
        n = await ann.mark()
        await ann.settled()
        await ann.settled()
        assert ann.room.saved == []
        room.resume()
        await ann.saved(n)
        assert [notice["code"] for notice in ann.room.notices] == [
            "saving_paused",
            "saving_resumed",
        ]


async def test_a_reader_is_told_and_its_marks_are_worth_nothing_once_it_wrote(
    doors: RoomsSite,
) -> None:
    async with doors.client("vi", Role.VIEWER) as client:
        reader = await writer(client)
        assert reader.room.subd is not None and reader.room.subd["access"] == "read"
        await reader.saved(await reader.mark())
        await reader.write("mine")
        n = await reader.mark()
        await reader.settled()
        await reader.settled()
        assert n not in reader.room.saved
        assert [notice["code"] for notice in reader.room.notices] == ["read_only"]
        room = doors.house.lobby.room_of("notes")
        assert room is not None and not room.document.clocks


async def test_a_reader_who_becomes_a_writer_gives_back_what_was_refused(doors: RoomsSite) -> None:
    async with doors.client("vi", Role.VIEWER) as client:
        vi = await writer(client)
        await vi.write("mine")
        await vi.settled()
        await client.send("token", token=doors.token(doors.identity("vi", Role.EDITOR)))
        await client.until(lambda: bool(client.roles))
        n = await vi.mark()
        await vi.saved(n)
        room = doors.house.lobby.room_of("notes")
        assert room is not None and room.document.clocks


async def test_presence_goes_over_sync(doors: RoomsSite) -> None:
    async with (
        doors.client("ann", Role.EDITOR) as first,
        doors.client("bo", Role.EDITOR) as second,
    ):
        ann, bo = await writer(first), await writer(second)
        entry = messages.AwarenessEntry(ann.doc.client_id, 1, '{"user":{"name":"x"}}')
        await ann.send(messages.awareness(messages.encode_awareness([entry])))

        def is_told() -> bool:
            return any(b'"Ann"' in frame for frame in bo.room.syncs if frame[:1] == b"\x01")

        await second.until(is_told)


async def test_another_epoch_gets_no_sync(doors: RoomsSite) -> None:
    async with doors.client("ann", Role.EDITOR) as client:
        room = await client.sub(NOTES, epoch=2)
        await client.until(lambda: bool(room.notices))
        assert room.subd is not None and room.subd["epoch"] == 1
        assert [notice["code"] for notice in room.notices] == ["epoch_changed"]
        assert room.syncs == []
        await client.send("sync", h=room.h, data=messages.sync_step1(b"\0"))
        await client.send("mark", h=room.h, n=1)
        await client.send("ping", t=1)
        await client.until(lambda: bool(client.pongs))
        assert room.syncs == [] and room.saved == []


@pytest.mark.parametrize(
    "message",
    [b"", b"\x00", b"\x00\x07\x00", b"\x03", b"\x02\x00\x00", b"\x66\x00", b"\x00\x02\x01\xff"],
)
async def test_what_is_no_message_of_a_document_ends_the_socket(
    doors: RoomsSite, message: bytes
) -> None:
    async with doors.client("ann", Role.EDITOR) as client:
        ann = await writer(client)
        await ann.send(message)
        assert (await client.until_ended()).code == 4400


async def test_sync_to_an_event_room_ends_the_socket(doors: RoomsSite) -> None:
    async with doors.client("ann", Role.WAITER) as client:
        room = await client.sub("stock:bistro")
        await client.send("sync", h=room.h, data=b"\0")
        assert (await client.until_ended()).code == 4400


async def test_a_broken_menu_ends_its_room_and_leaves_the_others_alone(doors: RoomsSite) -> None:
    async with doors.client("ann", Role.EDITOR) as client:
        stock = await client.sub("stock:bistro")
        menu = await writer(client, "menu:lunch")
        await menu.settled()
        await menu.write("no menu has such a root")
        await client.until(lambda: bool(menu.room.notices))
        assert [notice["code"] for notice in menu.room.notices] == ["structure"]
        await menu.write("whatever comes after is not looked at")
        assert (await doors.say("item.86", "stock:bistro", target="item:soup")).code is None
        await client.until(lambda: "item.86" in stock.types)
        assert [one.resource_type for one in doors.house.sessions.living()] == ["stock"]


async def test_a_deleted_document_ends_its_room_only(doors: RoomsSite) -> None:
    async with doors.client("ann", Role.EDITOR) as client:
        ann = await writer(client)
        assert (await ask(doors.site, "DELETE", "/documents/notes"))[0] == 204
        await client.until(lambda: bool(ann.room.notices))
        assert [notice["code"] for notice in ann.room.notices] == ["not_found"]
        await client.send("ping", t=1)
        await client.until(lambda: bool(client.pongs))


async def test_a_token_for_less_takes_the_pen_away_in_place(doors: RoomsSite) -> None:
    async with doors.client("ann", Role.EDITOR) as client:
        ann = await writer(client)
        await ann.settled()
        less: Any = {"menus": {"notes": Access.READ}}
        token = doors.token(doors.identity("ann", Role.EDITOR, **less))
        await client.send("token", token=token)
        await ann.write("too late")
        await client.until(lambda: bool(ann.room.notices))
        assert [notice["code"] for notice in ann.room.notices] == ["read_only"]


async def test_users_of_both_doors_see_each_other(doors: RoomsSite) -> None:
    async with doors.client("ann", Role.EDITOR) as client:
        ann = await writer(client)
        await ann.settled()
        headers = doors.site.bearer("bo", "bistro", Role.EDITOR)
        async with doors.site.client.ws_connect("/ws/y/notes", headers=headers) as stock:
            sent = await ann.write("hello")
            while (await stock.receive(5)).data != sent:
                pass
