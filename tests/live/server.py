"""`LiveServer`: the real server in processes of its own, to be killed, stopped and started again.

Supervised (the default) it is what people run: a parent and a serving child. Unsupervised the
serving child runs alone, with this process at the other end of its pipe: half the start time,
and when the tests die, it stops by itself.
Port, database and log file stay the same from start to start.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import aiohttp

ROOT: Final = Path(__file__).parents[2]
LAUNCHER: Final = Path(__file__).parent / "mutants" / "launch.py"
START_SECONDS: Final = 30.0
END_SECONDS: Final = 40.0
POLL_SECONDS: Final = 0.02


class ServerDied(AssertionError):
    """The server ended where it should serve; the message has the end of its log."""


class LiveServer:
    """Async context manager: starts the server, and leaves nothing of it behind.

    folder: database and log go here. settings: by name without MIREPOIX_, e.g. {"hang_seconds": 3}.
    mutant: the name of a broken variant in `mutants/launch.py`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        settings: Mapping[str, object] | None = None,
        mutant: str | None = None,
        supervised: bool = True,
        dev: bool = True,
    ) -> None:
        self.database = folder / "mirepoix.db"
        self.log_file = folder / "server.log"
        self.port = free_port()
        self._settings = dict(settings or {})
        self.mutant = mutant
        self._supervised = supervised
        self._dev = dev
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: socket.socket | None = None
        self._log_from = 0  # where the log of this start begins

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.kill()

    # -- addresses -----------------------------------------------------------------------------

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def y_door(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws/y"

    @property
    def hocuspocus_door(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws/hocuspocus"

    @property
    def y_sweet_door(self) -> str:
        return f"{self.http}/api/v1/ysweet/auth"

    # -- life ----------------------------------------------------------------------------------

    async def start(self) -> None:
        """Start it and wait until it is ready. Raises ServerDied."""
        assert self._process is None, "it runs already"
        with self.log_file.open("ab") as log:
            self._log_from = log.tell()
            self._process = await asyncio.to_thread(self._spawn, log.fileno())
        await self.ready()

    async def ready(self, seconds: float = START_SECONDS) -> None:
        """Wait until /readyz says so. Raises ServerDied."""
        deadline = time.monotonic() + seconds
        timeout = aiohttp.ClientTimeout(total=2.0)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                try:
                    async with session.get(f"{self.http}/readyz") as answer:
                        if answer.status == 200:
                            return
                except (aiohttp.ClientError, TimeoutError):
                    pass
                if self.exit_code is not None:
                    raise ServerDied(f"ended with {self.exit_code}:\n{self.log[-3000:]}")
                if time.monotonic() > deadline:
                    raise ServerDied(f"not ready within {seconds} s:\n{self.log[-3000:]}")
                await asyncio.sleep(POLL_SECONDS)

    async def kill(self) -> None:
        """kill -9 of the serving process, and of its parent. Harmless when nothing runs."""
        if self._process is None:
            return
        for pid in (self.serving_pid, self._process.pid):
            send_signal(pid, signal.SIGKILL)
        await self._gone()

    async def kill_child(self) -> None:
        """kill -9 of the serving process only: its parent starts another one."""
        pid = self.serving_pid
        send_signal(pid, signal.SIGKILL)
        await asyncio.to_thread(wait_until_dead, pid)

    async def stop(self) -> int:
        """SIGTERM; the exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        code = await asyncio.to_thread(self._process.wait, END_SECONDS)
        await self._gone()
        return code

    async def wait_for_end(self) -> int:
        """The exit code of a server that ends by itself."""
        assert self._process is not None
        code = await asyncio.to_thread(self._process.wait, END_SECONDS)
        await self._gone()
        return code

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return None if self._process is None else self._process.poll()

    @property
    def serving_pid(self) -> int:
        """The process that holds the sockets and the database."""
        assert self._process is not None
        if not self._supervised:
            return self._process.pid
        started = self.logged("child_started")
        return int(started[-1]["child"]) if started else self._process.pid

    # -- what it said --------------------------------------------------------------------------

    @property
    def log(self) -> str:
        """Everything since the last `start`."""
        with self.log_file.open("rb") as log:
            log.seek(self._log_from)
            return log.read().decode(errors="replace")

    def logged(self, action: str) -> list[dict[str, Any]]:
        """The log lines of one action since the last `start`."""
        lines = (_parsed(line) for line in self.log.splitlines())
        return [line for line in lines if line.get("action") == action]

    # -- inside --------------------------------------------------------------------------------

    def command(self, *arguments: str) -> list[str]:
        """A command line of this server's program."""
        if self.mutant is None:
            return [sys.executable, "-m", "api", *arguments]
        return [sys.executable, str(LAUNCHER), self.mutant, *arguments]

    def environment(self) -> dict[str, str]:
        """This process's, without settings for tests: the server refuses names it does not know."""
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith("MIREPOIX_")
        }
        own = {f"MIREPOIX_{name.upper()}": str(value) for name, value in self._settings.items()}
        return kept | own

    def serve_arguments(self) -> list[str]:
        """What `serve` is started with."""
        dev = ["--dev"] if self._dev else []
        return ["serve", *dev, "--port", str(self.port), "--database", str(self.database)]

    def _spawn(self, log: int) -> subprocess.Popen[bytes]:
        arguments = self.serve_arguments()
        descriptors: tuple[int, ...] = ()
        theirs = None
        if not self._supervised:
            self._pipe, theirs = socket.socketpair()
            descriptors = (theirs.fileno(),)
            arguments += ["--ping-descriptor", str(theirs.fileno())]
        try:
            return subprocess.Popen(
                self.command(*arguments),
                cwd=ROOT,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=descriptors,
            )
        finally:
            if theirs is not None:
                theirs.close()

    async def _gone(self) -> None:
        assert self._process is not None
        pid = self.serving_pid
        await asyncio.to_thread(self._process.wait, END_SECONDS)
        await asyncio.to_thread(wait_until_dead, pid)
        self._process = None
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def send_signal(pid: int, number: int) -> None:
    """Send a signal to a process that may be gone already."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def wait_until_dead(pid: int, seconds: float = 10.0) -> None:
    """Wait for a process that is not our child. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while _is_alive(pid):
        if time.monotonic() > deadline:
            raise TimeoutError(f"process {pid} does not end")
        time.sleep(0.002)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    if not Path("/proc/self").exists():
        return True
    try:  # a zombie that nobody collects is dead enough
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _parsed(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
