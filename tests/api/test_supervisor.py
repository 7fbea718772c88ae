"""The parent process: real children that serve, hang, crash, end, and lose their parent.

Each test writes what its child does as a small program. Children note their starts in a file, so
that restarts can be counted.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.supervisor import EXIT_SETTINGS, answer_pings

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no parent on Windows")

# Runs a Supervisor over CHILD; the test's own times are short.
PARENT = """
import sys
from api.supervisor import Patience, Supervisor
patience = Patience(
    ping_seconds=0.05, hang_seconds=1.5, start_seconds=20, stop_seconds=0.8,
    quick_seconds={quick}, quick_failures=3, backoff_seconds=0.01, backoff_limit_seconds=0.05,
)
child = lambda fd: [sys.executable, "-c", {child!r}, str(fd), {notes!r}]
sys.exit(Supervisor(child, patience).run())
"""

# `note(word)` writes a word; `serve(after=None)` answers pings for ever, or then calls `after`.
CHILD = """
import asyncio, os, signal, sys, time
from api.supervisor import answer_pings, stop_within
descriptor, notes = int(sys.argv[1]), sys.argv[2]

def note(word):
    with open(notes, "a") as file:
        file.write(word + "\\n")

def starts():
    return open(notes).read().split().count("start")

async def serving(after, seconds):
    answering = asyncio.create_task(answer_pings(descriptor))
    await asyncio.sleep(seconds)
    note("served")
    if after is not None:
        after()
    await answering
    note("orphaned")

def serve(after=None, seconds=0.2):
    asyncio.run(serving(after, seconds))

note("start")
"""


class Parent:
    """A running supervisor."""

    def __init__(self, folder: Path, child: str, quick: float) -> None:
        self.notes = folder / "notes"
        self.notes.touch()
        code = PARENT.format(
            child=CHILD + textwrap.dedent(child), notes=str(self.notes), quick=quick
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE, text=True
        )

    def words(self) -> list[str]:
        return self.notes.read_text().split()

    def until(self, is_so: Callable[[list[str]], bool], seconds: float = 20.0) -> list[str]:
        """Wait until the notes are so."""
        deadline = time.monotonic() + seconds
        while not is_so(words := self.words()):
            assert time.monotonic() < deadline, words
            time.sleep(0.01)
        return words

    def ends(self) -> int:
        """The exit code."""
        return self.process.wait(20)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Parent]]:
    parents: list[Parent] = []

    def begin(child: str, quick: float = 0.0) -> Parent:
        parents.append(Parent(tmp_path, child, quick))
        return parents[-1]

    yield begin
    for parent in parents:
        parent.process.kill()
        parent.process.wait()
        assert parent.process.stderr is not None
        parent.process.stderr.close()
        for word in parent.words():
            if word.startswith("pid="):
                try:
                    os.kill(int(word[4:]), signal.SIGKILL)
                except ProcessLookupError:
                    pass


def test_a_child_that_answers_is_left_alone(start: Callable[..., Parent]) -> None:
    parent = start("serve(lambda: sys.exit(0), seconds=3)")
    assert parent.ends() == 0
    assert parent.words() == ["start", "served"]


def test_a_child_that_hangs_is_killed_and_started_again(start: Callable[..., Parent]) -> None:
    parent = start(
        """
        def hang():
            while True:
                time.sleep(60)
        serve(hang if starts() == 1 else lambda: sys.exit(0))
        """
    )
    began = time.monotonic()
    assert parent.ends() == 0
    assert parent.words() == ["start", "served", "start", "served"]
    assert 1.5 < time.monotonic() - began < 15


def test_a_stopped_child_is_killed_and_started_again(start: Callable[..., Parent]) -> None:
    parent = start(
        """
        stop = lambda: os.kill(os.getpid(), signal.SIGSTOP)
        serve(stop if starts() == 1 else lambda: sys.exit(0))
        """
    )
    assert parent.ends() == 0
    assert parent.words().count("start") == 2


@pytest.mark.parametrize("crash", ["os._exit(3)", "os.kill(os.getpid(), signal.SIGSEGV)", "1 / 0"])
def test_a_child_that_crashes_is_started_again(start: Callable[..., Parent], crash: str) -> None:
    parent = start(
        f"""
        def crash():
            {crash}
        serve(crash if starts() < 3 else lambda: sys.exit(0))
        """
    )
    assert parent.ends() == 0
    assert parent.words().count("start") == 3


def test_a_child_that_fails_at_once_again_and_again_is_given_up(
    start: Callable[..., Parent],
) -> None:
    parent = start("sys.exit(7)", quick=10.0)
    assert parent.ends() == 7
    assert parent.words() == ["start"] * 3
    assert parent.process.stderr is not None
    assert "3 times right after its start" in parent.process.stderr.read()


def test_a_child_with_wrong_settings_is_not_started_again(start: Callable[..., Parent]) -> None:
    parent = start(f"sys.exit({EXIT_SETTINGS})")
    assert parent.ends() == EXIT_SETTINGS
    assert parent.words() == ["start"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_reaches_the_child_and_its_code_comes_back(
    start: Callable[..., Parent], number: signal.Signals
) -> None:
    parent = start(
        """
        def stop(number, frame):
            note("got-" + signal.Signals(number).name)
            sys.exit(5)
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        serve()
        """
    )
    parent.until(lambda words: "served" in words)
    parent.process.send_signal(number)
    assert parent.ends() == 5
    assert parent.words() == ["start", "served", f"got-{number.name}"]


def test_a_child_that_does_not_stop_is_killed_at_the_deadline(
    start: Callable[..., Parent],
) -> None:
    parent = start("signal.signal(signal.SIGTERM, signal.SIG_IGN); serve()")
    parent.until(lambda words: "served" in words)
    began = time.monotonic()
    parent.process.terminate()
    assert parent.ends() == 1
    assert 0.7 < time.monotonic() - began < 10
    assert parent.words().count("start") == 1


def test_a_signal_between_two_children_ends_the_wait(start: Callable[..., Parent]) -> None:
    parent = start("note(f'pid={os.getpid()}'); serve(lambda: os._exit(3))")
    parent.until(lambda words: words.count("start") >= 2)
    parent.process.terminate()
    assert parent.ends() in (0, 128 + signal.SIGTERM)


def test_a_child_without_a_parent_stops_by_itself(start: Callable[..., Parent]) -> None:
    parent = start(
        """
        def stop(number, frame):
            note("stopping")
            sys.exit(0)
        signal.signal(signal.SIGTERM, stop)
        note(f"pid={os.getpid()}")
        async def main():
            await answer_pings(descriptor)
            note("orphaned")
            stop_within(5)
            await asyncio.sleep(60)
        asyncio.run(main())
        """
    )
    words = parent.until(lambda words: any(word.startswith("pid=") for word in words))
    child = next(int(word[4:]) for word in words if word.startswith("pid="))
    parent.process.kill()
    parent.until(lambda words: words[-1] == "stopping")
    _until_gone(child)


def test_a_child_without_a_parent_that_cannot_stop_is_ended_by_the_kernel(
    start: Callable[..., Parent],
) -> None:
    parent = start(
        """
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        note(f"pid={os.getpid()}")
        async def main():
            await answer_pings(descriptor)
            note("orphaned")
            stop_within(0.3)
            while True:
                pass
        asyncio.run(main())
        """
    )
    words = parent.until(lambda words: any(word.startswith("pid=") for word in words))
    child = next(int(word[4:]) for word in words if word.startswith("pid="))
    parent.process.kill()
    parent.until(lambda words: words[-1] == "orphaned")
    _until_gone(child)


def test_a_parent_that_was_stopped_does_not_blame_the_child(start: Callable[..., Parent]) -> None:
    parent = start("serve(lambda: sys.exit(0), seconds=4.5)")
    parent.until(lambda words: words == ["start"])
    time.sleep(0.5)
    parent.process.send_signal(signal.SIGSTOP)
    time.sleep(2.5)
    parent.process.send_signal(signal.SIGCONT)
    assert parent.ends() == 0
    assert parent.words() == ["start", "served"]


async def test_pings_are_answered_until_the_other_end_closes() -> None:
    parent, child = socket.socketpair()
    with parent:
        parent.setblocking(False)
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as group:
            group.create_task(answer_pings(child.detach()))
            for _ in range(3):
                await loop.sock_sendall(parent, b".")
                assert await loop.sock_recv(parent, 10) == b"."
            parent.close()


def _until_gone(process: int) -> None:
    """Wait until a process that is not our child has ended."""
    deadline = time.monotonic() + 20
    while _is_alive(process):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _is_alive(process: int) -> bool:
    status = Path(f"/proc/{process}/status")
    if Path("/proc/self/status").exists():  # nobody may reap it here: a zombie has ended too
        return status.exists() and "State:\tZ" not in status.read_text()
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
