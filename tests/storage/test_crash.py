"""Processes killed at any moment, and files damaged behind SQLite's back."""

from __future__ import annotations

import asyncio
import os
import random
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

# Appends for ever, a varying number of rows, to three documents; after each append it prints what
# was acknowledged, so what the test has read is what a client would have been told.
WRITER = """
import asyncio, os, sys
from datetime import UTC, datetime
from collab.records import DocumentUpdates, NewUpdate
from storage.database import open_database
from storage.updates import UpdateStore

async def main():
    database = await open_database(sys.argv[1])
    updates = UpdateStore(database)
    os.write(1, b"ready\\n")
    for turn in range(int(sys.argv[2])):
        batch = []
        for name in ("a", "b", "c")[: 1 + turn % 3]:
            new = [NewUpdate(b"%d" % n, "ann", "s", datetime.now(UTC)) for n in range(1 + turn % 5)]
            batch.append(DocumentUpdates(name, tuple(new)))
        appended = await updates.append(batch)
        if turn % 50 == 49:
            top = appended.tops["a"]
            await updates.compact("a", b"snapshot", top - 1, keep=[])
        os.write(1, b"acked %r\\n" % sorted(appended.tops.items()))
    os.kill(os.getpid(), 9)  # no checkpoint, no close

asyncio.run(main())
"""


def start(path: Path, turns: int, *prefix: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*prefix, sys.executable, "-c", WRITER, str(path), str(turns)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def acknowledged(output: str) -> dict[str, int]:
    tops: dict[str, int] = {}
    for line in output.splitlines(keepends=True):
        if line.startswith("acked ") and line.endswith("\n"):
            tops.update((name, int(top)) for name, top in re.findall(r"\('(\w)', (\d+)\)", line))
    return tops


def killed_while_writing(path: Path, seconds: float) -> dict[str, int]:
    writer = start(path, 10**9)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n"
    try:
        output, _ = writer.communicate(timeout=seconds)
        raise AssertionError(f"the writer ended by itself: {output[-300:]}")
    except subprocess.TimeoutExpired:
        writer.send_signal(signal.SIGKILL)
    return acknowledged(writer.communicate()[0])


async def prepared(store: Any) -> Path:
    for name in ("a", "b", "c"):
        await store.document(name)
    await store.database.close()
    path: Path = store.database.path
    return path


async def test_acknowledged_rows_survive_kill_9(sqlite_store: Any, opener: Any) -> None:
    path = await prepared(sqlite_store)
    chance = random.Random(4)
    acked: dict[str, int] = {}
    for _ in range(10):
        acked.update(await asyncio.to_thread(killed_while_writing, path, chance.uniform(0.05, 0.4)))
        store = await opener(path)
        for name, top in acked.items():
            stored = await store.updates.load(name)
            assert stored.top >= top
            assert stored.missing == ()
            seqs = [row.seq for row in stored.updates]
            assert seqs == list(range(stored.snapshot_seq + 1, stored.top + 1))
        await store.database.close()
    assert acked["a"] > 100  # it did write


def written_and_killed(path: Path, turns: int) -> dict[str, int]:
    # Ends with kill -9, so the WAL holds everything: no checkpoint was made.
    output, errors = start(path, turns).communicate(timeout=60)
    acked = acknowledged(output)
    assert acked, errors
    return acked


@pytest.mark.parametrize("damage", ["cut", "flip", "delete"])
async def test_damaged_wal_is_noticed_by_the_heads_file(
    sqlite_store: Any, opener: Any, damage: str
) -> None:
    path = await prepared(sqlite_store)
    acked = await asyncio.to_thread(written_and_killed, path, 40)
    wal = Path(f"{path}-wal")
    content = await asyncio.to_thread(wal.read_bytes)
    match damage:
        case "cut":
            await asyncio.to_thread(os.truncate, wal, len(content) - 100)
        case "flip":
            middle = len(content) // 2
            flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
            await asyncio.to_thread(wal.write_bytes, flipped)
        case "delete":
            await asyncio.to_thread(wal.unlink)
    store = await opener(path)
    lost = {}
    for name, top in acked.items():
        stored = await store.updates.load(name)
        assert stored.top == top
        held = [row.seq for row in stored.updates]
        assert held == list(range(1, len(held) + 1))
        if len(held) < top:
            lost[name] = top - len(held)
            assert stored.missing == ((len(held) + 1, top),)
        appended = await store.append(name, b"again")
        assert appended.tops[name] == top + 1
    assert lost, "the damage took nothing, so this run proved nothing"
    if damage == "delete":
        assert lost == acked


async def test_every_append_is_synced_before_it_returns(sqlite_store: Any, tmp_path: Path) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed: the order of fsync and answer cannot be seen")
    path = await prepared(sqlite_store)
    trace = tmp_path / "trace"
    calls = "-e", "trace=fdatasync,fsync,pwrite64,write"
    writer = start(path, 60, strace, "-f", "-y", "-s", "64", "-o", str(trace), *calls)
    output, errors = await asyncio.to_thread(writer.communicate, None, 60)
    if "ptrace" in errors.lower():
        pytest.skip("strace may not trace here (ptrace is not permitted)")
    acks = order_of_syncs((await asyncio.to_thread(trace.read_text)).splitlines())
    assert acks == output.count("acked ") == 60


def order_of_syncs(lines: list[str]) -> int:
    """Acks seen; fails when one was written with a WAL write that no sync followed."""
    acks, unsynced, written = 0, False, False
    for line in lines:
        if "-wal>" in line and "pwrite64" in line:
            unsynced = written = True
        elif "-wal>" in line and "sync(" in line and line.endswith("= 0"):
            unsynced = False
        elif "resumed>" in line and "sync" in line and line.endswith("= 0"):
            unsynced = False  # the end of a sync that another thread's call interrupted
        elif '"acked ' in line:
            assert written and not unsynced, "acknowledged before it was on disk"
            acks, written = acks + 1, False
    return acks


def test_order_check_notices_an_acknowledgement_that_comes_too_early() -> None:
    write = '7 pwrite64(3</x/menu.db-wal>, ""..., 24, 0) = 24'
    sync, ack = "7 fdatasync(3</x/menu.db-wal>) = 0", '7 write(1<pipe>, "acked [(..."..., 9) = 9'
    assert order_of_syncs([write, sync, ack]) == 1
    for early in ([write, ack, sync], [ack], [write, sync, ack, ack]):
        with pytest.raises(AssertionError):
            order_of_syncs(early)
