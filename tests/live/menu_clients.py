"""People at a menu, in Node and in Python, who edit it by the same orders and say what they knew.

An edit is plain JSON (the kinds are those of tests/peers/menu_edits.mjs), carried out against the
editor's own document. For each the editor notes its vector clock: the clocks of all clients whose
edits its document held. Who had seen what follows from that alone, without looking at registers.
"""

from __future__ import annotations

import asyncio
import base64
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Protocol

import aiohttp
import pycrdt

from tests.live.checks import QUICK_BACKOFF_MS, clocks_in
from tests.live.raw_yjs import STEP_1, STEP_2, UPDATE, RawYjs, read_sync
from tests.live.server import LiveServer
from tests.peers.stock import Kind, StockClients

ROOTS: Final = ("meta", "sections", "items", "modgroups")
MENU_ROOTS: Final = {"map": list(ROOTS)}
Edit = Mapping[str, Any]

_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Made:
    """One edit as it was carried out."""

    edit: Edit
    is_done: bool  # False: its author did not hold what it is about
    clocks: Mapping[int, int]  # what its author held before: client id -> next clock
    client: int  # Yjs client id of the author
    ms: int

    @property
    def clock(self) -> int:
        """The author's own clock before it."""
        return self.clocks.get(self.client, 0)

    def knew(self, other: Made) -> bool:
        """Whether its author had seen the other one."""
        return self.clocks.get(other.client, 0) > other.clock


def replica_id(client_id: int) -> str:
    """A client id in base 36."""
    digits = ""
    while client_id:
        client_id, digit = divmod(client_id, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"


class MenuReplica:
    """A menu in a document of pycrdt. Its client id has 32 bits, as those of Yjs have."""

    def __init__(self, client_id: int | None = None) -> None:
        self.doc: pycrdt.Doc[Any] = pycrdt.Doc(client_id=client_id or secrets.randbits(32))
        self.roots = {name: self.doc.get(name, type=pycrdt.Map) for name in ROOTS}

    def state_vector(self) -> bytes:
        return self.doc.get_state()

    def missing_for(self, state_vector: bytes) -> bytes:
        return self.doc.get_update(state_vector)

    def apply(self, update: bytes) -> None:
        self.doc.apply_update(update)

    def at(self, root: str, path: Sequence[str]) -> Any:
        """What lies at a path; None when there is nothing."""
        found: Any = self.roots[root]
        for key in path:
            found = found.get(key) if isinstance(found, pycrdt.Map) else None
        return found

    def carry_out(self, edit: Edit) -> tuple[Made, bytes | None]:
        """Make one edit; what its author knew, and the update it made."""
        clocks = clocks_in(self.state_vector())
        ms = int(time.time() * 1000)
        updates: list[bytes] = []
        watching = self.doc.observe(lambda event: updates.append(event.update))
        try:
            with self.doc.transaction():
                is_done = self._KINDS[edit["kind"]](self, edit, ms)
        finally:
            self.doc.unobserve(watching)
        made = Made(edit, is_done, clocks, self.doc.client_id, ms)
        return made, updates[0] if updates else None

    def _set(self, edit: Edit, ms: int) -> bool:
        fields = self.at(edit["root"], [edit["id"]])
        if not isinstance(fields, pycrdt.Map):
            return False
        register = edit["register"]
        own = f"{register}@{replica_id(self.doc.client_id)}"
        for key in sorted(fields.keys()):
            if key != own and key.rpartition("@")[0] == register:
                del fields[key]
        fields[own] = [edit["value"], edit["user"], ms]
        return True

    def _text(self, edit: Edit, ms: int) -> bool:
        text = self.at(edit["root"], edit["path"])
        if not isinstance(text, pycrdt.Text):
            return False
        now = str(text)
        start = int(edit["place"] * (len(now) + 1))
        at = len(now[:start].encode())
        gone = len(now[start : start + edit["gone"]].encode())
        if gone:
            del text[at : at + gone]
        if edit["come"]:
            text.insert(at, edit["come"])
        return True

    def _create(self, edit: Edit, ms: int) -> bool:
        parts = self.roots[edit["root"]]
        if edit["id"] in parts:
            return False
        fields: dict[str, Any] = {
            "name": pycrdt.Map({one: pycrdt.Text(edit["name"]) for one in edit["locales"]}),
            "desc": pycrdt.Map({one: pycrdt.Text("") for one in edit["locales"]}),
        }
        if edit["root"] == "items":
            fields["note"] = pycrdt.Text("")
        for register, value in edit["registers"].items():
            own = f"{register}@{replica_id(self.doc.client_id)}"
            fields[own] = [value, edit["user"], ms]
        parts[edit["id"]] = pycrdt.Map(fields)
        return True

    def _put(self, edit: Edit, ms: int) -> bool:
        map = self.at(edit["root"], edit["path"])
        if not isinstance(map, pycrdt.Map):
            return False
        map[self._key(edit)] = edit["value"]
        return True

    def _nest(self, edit: Edit, ms: int) -> bool:
        map = self.at(edit["root"], edit["path"])
        if not isinstance(map, pycrdt.Map):
            return False
        text = edit.get("text")
        map[self._key(edit)] = pycrdt.Map({"inside": 1}) if text is None else pycrdt.Text(text)
        return True

    def _drop(self, edit: Edit, ms: int) -> bool:
        map = self.at(edit["root"], edit["path"])
        if not isinstance(map, pycrdt.Map) or edit["key"] not in map:
            return False
        del map[edit["key"]]
        return True

    def _embed(self, edit: Edit, ms: int) -> bool:
        text = self.at(edit["root"], edit["path"])
        if not isinstance(text, pycrdt.Text):
            return False
        text.insert_embed(0, edit["value"])
        return True

    def _key(self, edit: Edit) -> str:
        return str(edit["key"]).replace("@own", f"@{replica_id(self.doc.client_id)}")

    _KINDS: Final[Mapping[str, Callable[[MenuReplica, Edit, int], bool]]] = {
        "set": _set,
        "text": _text,
        "create": _create,
        "put": _put,
        "nest": _nest,
        "drop": _drop,
        "embed": _embed,
    }


class Person(Protocol):
    """Somebody at a menu."""

    name: str

    async def edit(self, edits: Sequence[Edit], pause_seconds: float = 0.0) -> list[Made]:
        """Make edits, one transaction each; offline they wait for the next connection."""
        ...

    async def go_offline(self) -> None: ...

    async def come_back(self) -> None: ...

    async def clocks(self) -> dict[int, int]:
        """What this person's document holds."""
        ...


class NodePerson:
    """A stock client in Node."""

    def __init__(self, name: str, clients: StockClients) -> None:
        self.name = name
        self._clients = clients

    async def arrive(
        self, server: LiveServer, kind: Kind, menu: str, token: str | None = None
    ) -> None:
        """Connect, and wait until the menu is there."""
        url = server.hocuspocus_door if kind.startswith("hocuspocus") else server.y_door
        await self._clients.connect(
            self.name,
            kind,
            url,
            menu,
            token=token,
            roots=MENU_ROOTS,
            max_backoff_ms=QUICK_BACKOFF_MS,
        )
        await self._clients.call("wait_synced", self.name)

    async def edit(self, edits: Sequence[Edit], pause_seconds: float = 0.0) -> list[Made]:
        pause_ms = pause_seconds * 1000
        answer = await self._clients.call(
            "menu_edits", self.name, edits=list(edits), pause_ms=pause_ms
        )
        return [
            Made(edit, one["is_done"], dict(map(tuple, one["clocks"])), one["client"], one["ms"])
            for edit, one in zip(edits, answer["made"], strict=True)
        ]

    async def go_offline(self) -> None:
        await self._clients.call("disconnect", self.name)

    async def come_back(self) -> None:
        await self._clients.call("reconnect", self.name)

    async def clocks(self) -> dict[int, int]:
        return clocks_in_base64((await self._clients.state(self.name))["state_vector"])


class PythonPerson:
    """Somebody with pycrdt at the y-websocket door, who comes back after every close.

    Live updates that arrive before the state wait for it: pycrdt 0.14 would integrate them over
    the gap, and its state vector, which is our vector clock, would not say so.

    seen: called after everything that was applied.
    """

    def __init__(self, name: str, url: str, token: str | None = None) -> None:
        self.name = name
        self.replica = MenuReplica()
        self.close_codes: list[int] = []
        self._url = url
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self.seen: Callable[[], None] = lambda: None
        self._socket: RawYjs | None = None
        self._running: asyncio.Task[None] | None = None
        self._synced = asyncio.Event()

    async def arrive(self) -> None:
        """Connect, and wait until the menu is there."""
        self._running = asyncio.create_task(self._run())
        await asyncio.wait_for(self._synced.wait(), 10)

    async def edit(self, edits: Sequence[Edit], pause_seconds: float = 0.0) -> list[Made]:
        made = []
        for edit in edits:
            one, update = self.replica.carry_out(edit)
            made.append(one)
            if update is not None and self._socket is not None:
                with suppress(ConnectionError):
                    await self._socket.send_sync(UPDATE, update)
            await asyncio.sleep(pause_seconds)
        self.check()
        return made

    def check(self) -> None:
        """Raises what ended its connection for good, if anything did."""
        if self._running is not None and self._running.done():
            self._running.result()

    async def go_offline(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
        self._socket = None
        self._synced.clear()

    async def come_back(self) -> None:
        self._running = asyncio.create_task(self._run())

    async def clocks(self) -> dict[int, int]:
        self.check()
        return clocks_in(self.replica.state_vector())

    async def _run(self) -> None:
        while True:
            self._synced.clear()
            with suppress(aiohttp.ClientError, ConnectionError):
                async with RawYjs(self._url, self._headers) as socket:
                    await self._sync(socket)
                    assert socket.close_code is not None
                    self.close_codes.append(socket.close_code)
            self._socket = None
            await asyncio.sleep(0.1)

    async def _sync(self, socket: RawYjs) -> None:
        await socket.send_sync(STEP_1, self.replica.state_vector())
        self._socket = socket
        number = 0
        early: list[bytes] = []
        while (frame := await socket.frame(number)) is not None:
            number += 1
            match read_sync(frame):
                case (0, state_vector):
                    await socket.send_sync(STEP_2, self.replica.missing_for(state_vector))
                case (2, update) if not self._synced.is_set():
                    early.append(update)
                case (_, update):
                    for one in (update, *early):
                        self.replica.apply(one)
                        self.seen()
                    early.clear()
                    self._synced.set()


def clocks_in_base64(state_vector: str) -> dict[int, int]:
    """A state vector in base64 as {client id: next clock}."""
    return clocks_in(base64.b64decode(state_vector))
