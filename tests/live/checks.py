"""What the server promises, as checks that raise when it is not so.

The tests run them against the real server; `test_mutants.py` runs the same ones against broken
variants and expects them to raise. What is on disk is always read with the clients' network cut,
because stock clients give back whatever a server lost. It is read by Yjs in Node, which, other
than the engine in the server, never counts an edit whose predecessor is missing.
"""

from __future__ import annotations

import asyncio
import base64
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

from pycrdt import write_message, write_var_uint

from rooms.compaction import AFTER_BYTES
from tests.live.raw_yjs import STEP_1, STEP_2, UPDATE, RawYjs, read_sync
from tests.live.replicas import PycrdtReplica
from tests.live.server import ROOT, LiveServer
from tests.live.strace import Call, Strace, saved_at, sent_at
from tests.peers.stock import Json, Kind, StockClients

QUICK_BACKOFF_MS: Final = 200
KILLS_PER_DOCUMENT: Final = 25
COMPACTING_UPDATES: Final = 20  # together more bytes than a log may have before it is compacted
Ranges = dict[int, list[tuple[int, int]]]  # client id -> [(first clock, end clock)]


class LostEdits(AssertionError):
    """Acknowledged edits are not there."""


class ToldTooEarly(AssertionError):
    """An acknowledgement was sent before the edit was on disk."""


@dataclass(slots=True)
class Tally:
    """What a series of kills went through."""

    kills: int = 0
    acknowledged: int = 0  # updates acknowledged and found
    interrupted: int = 0  # updates on their way when the server was killed
    documents: list[str] = field(default_factory=list)


# -- connecting --------------------------------------------------------------------------------


async def connect(
    server: LiveServer, clients: StockClients, name: str, kind: Kind, document: str, **fields: Any
) -> None:
    """Connect a stock client to the door that its protocol needs."""
    match kind:
        case "hocuspocus-3" | "hocuspocus-4":
            url = server.hocuspocus_door
        case "y-sweet":
            url = server.y_sweet_door
        case _:
            url = server.y_door
    if kind != "y-sweet":
        fields.setdefault("max_backoff_ms", QUICK_BACKOFF_MS)
    await clients.connect(name, kind, url, document, **fields)


async def each(clients: StockClients, op: str, names: Iterable[str], **fields: Any) -> None:
    """The same op for several clients, side by side."""
    await asyncio.gather(*(clients.call(op, name, **fields) for name in names))


# -- what is on disk ---------------------------------------------------------------------------


async def read_back(server: LiveServer, clients: StockClients, document: str) -> Json:
    """The document as a newcomer gets it, as the state that Yjs makes of it."""
    async with RawYjs(f"{server.y_door}/{document}") as newcomer:
        update = await newcomer.full_state()
    found = await clients.call("inspect", updates=[base64.b64encode(update).decode()])
    state: Json = found["state"]
    return state


async def acknowledged(clients: StockClients, names: Iterable[str]) -> list[Json]:
    """Every update that one of the clients was told is saved, by the server's own word.

    y-websocket takes any sight of its ids for the echo. For deletes that may be somebody else's
    update, which is shown before it is saved: two people delete the same letter at the same time.
    Such an update is left out until the other one is acknowledged as well.
    """
    updates = [{"by": name, **update} for name in names for update in await clients.acks(name)]
    told = [update for update in updates if update["acked_at_ms"] is not None]
    unsaved = [update for update in updates if update["acked_at_ms"] is None and update["deletes"]]
    return [update for update in told if not _may_be_taken_for(update, unsaved)]


def _may_be_taken_for(update: Json, unsaved: Iterable[Json]) -> bool:
    if not update["by"].startswith("y-websocket") or update["inserts"]:
        return False
    return any(
        client == other and first < start + length and start < first + size
        for one in unsaved
        if one["by"] != update["by"]
        for other, start, length in one["deletes"]
        for client, first, size in update["deletes"]
    )


def check_all_there(updates: Sequence[Json], state: Json) -> None:
    """Raises LostEdits unless the state has every inserted and every deleted range."""
    inserted = clocks_of(state["state_vector"])
    deleted = ranges_of(state["delete_set"])
    lost = [
        update
        for update in updates
        if any(clock + size > inserted.get(client, 0) for client, clock, size in update["inserts"])
        or any(not _covers(deleted, *part) for part in update["deletes"])
    ]
    if lost:
        raise LostEdits(f"{len(lost)} of {len(updates)} acknowledged edits are lost: {lost[:3]}")


def clocks_of(state_vector: str) -> dict[int, int]:
    """A state vector in base64 as {client id: next clock}."""
    return clocks_in(base64.b64decode(state_vector))


def clocks_in(state_vector: bytes) -> dict[int, int]:
    """A state vector as {client id: next clock}."""
    numbers = _numbers(state_vector)
    return {next(numbers): next(numbers) for _ in range(next(numbers))}


def ranges_of(delete_set: str) -> Ranges:
    """A delete set in base64 as ranges."""
    numbers = _numbers(base64.b64decode(delete_set))
    ranges: Ranges = {}
    for _ in range(next(numbers)):
        client, count = next(numbers), next(numbers)
        for _ in range(count):
            clock, size = next(numbers), next(numbers)
            ranges.setdefault(client, []).append((clock, clock + size))
    return ranges


def _covers(ranges: Ranges, client: int, clock: int, size: int) -> bool:
    at = clock
    for first, end in sorted(ranges.get(client, ())):
        if first <= at < end:
            at = end
    return at >= clock + size


def _numbers(data: bytes) -> Any:
    """The variable length numbers in `data`, one after the other."""
    number = shift = 0
    for byte in data:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield number
            number = shift = 0


# -- checks ------------------------------------------------------------------------------------


async def check_kills(
    server: LiveServer, clients: StockClients, kills: int, random: Random
) -> Tally:
    """Kill -9 again and again while people type; everything acknowledged is there each time.

    A new document every 25 kills, because Yjs edits slow down with the length of a text; the old
    ones are read again at the end. Raises LostEdits.
    """
    tally = Tally()
    promised: dict[str, list[Json]] = {}
    while tally.kills < kills:
        document = f"kills-{len(tally.documents)}"
        tally.documents.append(document)
        names = await _typists(server, clients, document)
        for _ in range(min(KILLS_PER_DOCUMENT, kills - tally.kills)):
            await _kill_while_typing(server, clients, names, tally, random)
            promised[document] = await acknowledged(clients, names)
            check_all_there(promised[document], await read_back(server, clients, document))
            await each(clients, "restore", names)
            await each(clients, "wait_synced", names)
        await each(clients, "destroy", names)
    for document, updates in promised.items():
        check_all_there(updates, await read_back(server, clients, document))
    tally.acknowledged = sum(map(len, promised.values()))
    return tally


async def _typists(server: LiveServer, clients: StockClients, document: str) -> list[str]:
    kinds: tuple[Kind, ...] = ("y-websocket-3.1-rc5", "y-websocket-2.1", "hocuspocus-4", "y-sweet")
    for kind in kinds:
        await connect(server, clients, kind, kind, document)
    await each(clients, "wait_synced", kinds)
    return [*kinds]


async def _kill_while_typing(
    server: LiveServer, clients: StockClients, names: list[str], tally: Tally, random: Random
) -> None:
    typing = [
        asyncio.create_task(
            clients.call("edit", name, n=80, seed=random.getrandbits(32), pause_ms=4)
        )
        for name in names
    ]
    await asyncio.sleep(random.uniform(0.05, 0.5))
    statuses = [await clients.call("status", name) for name in names]
    await server.kill()
    tally.kills += 1
    tally.interrupted += sum(status["outstanding"] for status in statuses)
    await each(clients, "cut", names)
    await asyncio.gather(*typing)
    await server.start()


async def check_fsync_order(
    server: LiveServer, clients: StockClients, folder: Path, edits: int
) -> int:
    """Every acknowledgement goes out after the fsync of its commit; how many were looked at.

    Each edit carries a marker that can be found in the write-ahead log. The clients type one
    after the other, and wait for each acknowledgement. Raises ToldTooEarly.
    """
    names: dict[str, Kind] = {
        "echo": "y-websocket-3.1",
        "status": "hocuspocus-4",
        "version": "y-sweet",
    }
    for name, kind in names.items():
        await connect(server, clients, name, kind, f"order-{name}")
    await each(clients, "wait_saved", names)
    async with Strace(server.serving_pid, folder / "strace.txt") as strace:
        for n in range(edits):
            for name in names:
                edit = {"type": "text_insert", "root": "text", "index": 0, "text": _marker(name, n)}
                await clients.call("apply", name, edits=[edit])
                await clients.call("wait_saved", name)
    calls = strace.calls()
    for name in names:
        for n in range(edits):
            _check_order(calls, name, n)
    return edits * len(names)


def _marker(name: str, n: int) -> str:
    return f"<{name}-{n:05}>"


def _check_order(calls: Sequence[Call], name: str, n: int) -> None:
    marker = _marker(name, n).encode()
    match name:
        case "echo":  # the update itself comes back
            told = sent_at(calls, marker)
        case "status":  # address, SyncStatus, "applied"; one for each edit
            told = sent_at(calls, b"\x0corder-status\x08\x01", nth=n)
        case _:  # frame 102 with the number of the edit, which counts from 1
            version = write_message(write_var_uint(n + 1))
            told = sent_at(calls, bytes([0x82, 1 + len(version)]) + b"\x66" + version)
    assert told is not None, f"the acknowledgement of {name} {n} is not in the trace"
    saved = saved_at(calls, marker)
    if saved is None or told < saved:
        raise ToldTooEarly(f"{name} {n}: acknowledged at call {told}, on disk at call {saved}")


async def check_compaction_crash(server: LiveServer) -> None:
    """The server (a variant that does so) dies in its first compaction; nothing is lost.

    Raises LostEdits.
    """
    replica = PycrdtReplica()
    url = f"{server.y_door}/compacted"
    words = "x" * (AFTER_BYTES // COMPACTING_UPDATES)
    async with RawYjs(url) as typist:
        updates = [replica.type(f"{n} {words}\n") for n in range(COMPACTING_UPDATES)]
        for update in updates:
            await typist.send_sync(UPDATE, update)
        last = updates[-1]
        await typist.wait_for(lambda frame: read_sync(frame) == (UPDATE, last))
        code = await server.wait_for_end()
    assert code == 137, f"this variant is there to die in a compaction, but ended with {code}"
    server.mutant = None
    await server.start()
    await _check_text(url, str(replica.text))


async def check_waiting_edits(server: LiveServer) -> None:
    """An acknowledged edit that still waits for an earlier one survives a kill.

    It comes in the answer to the server's SyncStep1: its sender has no more than that. Both an
    insertion and a deletion, because a waiting one raises no event in the engine and is missing
    from its encoding of the document. Raises LostEdits.
    """
    inserting, deleting = PycrdtReplica(), PycrdtReplica()
    first = inserting.type("one ")
    before = deleting.type("one two ")
    await _deliver_waiting(server, "inserted", inserting.type("two "))
    await _deliver_waiting(server, "deleted", deleting.cut(4, 4))
    await server.kill()
    await server.start()
    for document, missing in (("inserted", first), ("deleted", before)):
        async with RawYjs(f"{server.y_door}/{document}") as late:
            await late.wait_for_sync(STEP_1)
            await late.send_sync(STEP_2, missing)
            await late.wait_for(lambda frame, sent=missing: read_sync(frame) == (UPDATE, sent))
    await _check_text(f"{server.y_door}/inserted", "one two ")
    await _check_text(f"{server.y_door}/deleted", "one ")


async def _deliver_waiting(server: LiveServer, document: str, update: bytes) -> None:
    async with RawYjs(f"{server.y_door}/{document}") as sender:
        await sender.wait_for_sync(STEP_1)
        await sender.send_sync(STEP_2, update)
        await sender.wait_for(lambda frame: read_sync(frame) == (UPDATE, update))


async def check_reader(server: LiveServer) -> None:
    """What a reader sends changes nothing, for nobody. Raises AssertionError."""
    url = f"{server.y_door}/read-only"
    async with RawYjs(url) as owner:
        update = PycrdtReplica().type("the menu")
        await owner.send_sync(UPDATE, update)
        await owner.wait_for(lambda frame: read_sync(frame) == (UPDATE, update))
        token = await asyncio.to_thread(_token, server, "viewer")
        forged = PycrdtReplica().type("forged")
        async with RawYjs(url, {"Authorization": f"Bearer {token}"}) as reader:
            await reader.send_sync(UPDATE, forged)
            await reader.full_state()  # answered in order: the update was looked at before
        shown = [payload for kind, payload in owner.syncs if kind != STEP_1]
    assert forged not in shown, "the edit of a reader was shown to others"
    await _check_text(url, "the menu")


def _token(server: LiveServer, role: str) -> str:
    arguments = ("token", "--sub", "anna", "--restaurant", "demo", "--role", role)
    done = subprocess.run(
        server.command(*arguments, "--database", str(server.database)),
        env=server.environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


async def _check_text(url: str, wanted: str) -> None:
    async with RawYjs(url) as newcomer:
        replica = PycrdtReplica()
        replica.apply(await newcomer.full_state())
    if str(replica.text) != wanted:
        raise LostEdits(f"the text is {str(replica.text)[-80:]!r}, not {wanted[-80:]!r}")
