"""The servers that are measured: ours through each of its Yjs doors, and the peers beside it.

A peer that is not installed has a sentence in `missing()`; it is reported, never left out silently.
Peers run without any store. Ours has everything on: admission, rights, awareness, and a group
commit with fsync on SQLite.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.processes import tree

PEERS = Path(__file__).parent / "peers"
START_SECONDS = 30.0
STOP_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Subject:
    """One server and the way to talk to it.

    command: from a port and an empty folder to a command line.
    needs: a file that is there when the server is installed, and how to install it.
    """

    name: str
    dialect: str  # "yjs" or "hocuspocus"
    path: str  # of a socket; "{document}" is replaced
    command: Callable[[int, Path], list[str]]
    needs: tuple[Path, str] | None = None
    environment: Callable[[int], dict[str, str]] = field(default=lambda _port: {})

    def missing(self) -> str | None:
        """Why it cannot be measured here; None when it can."""
        if self.needs is None or self.needs[0].exists():
            return None
        return f"{self.name} is not installed: {self.needs[1]}"


@dataclass(frozen=True, slots=True)
class Running:
    """A server that accepts connections."""

    port: int
    pids: list[int]  # the server and all its children


def _ours(port: int, folder: Path) -> list[str]:
    database = str(folder / "benchmark.db")
    return [
        *(sys.executable, "-m", "api", "serve", "--dev"),
        *("--port", str(port), "--database", database),
    ]


_NPM = "npm ci --prefix benchmarks/peers"
_PEER_PYTHON = PEERS / ".venv" / "bin" / "python"

SUBJECTS = {
    one.name: one
    for one in (
        Subject("mirepoix", "yjs", "/ws/y/{document}", _ours),
        Subject("mirepoix-hocuspocus", "hocuspocus", "/ws/hocuspocus", _ours),
        Subject(
            "y-websocket",
            "yjs",
            "/{document}",
            lambda _port, _folder: ["node", "node_modules/y-websocket/bin/server.cjs"],
            (PEERS / "node_modules" / "y-websocket", _NPM),
            lambda port: {"HOST": "127.0.0.1", "PORT": str(port)},
        ),
        Subject(
            "hocuspocus",
            "hocuspocus",
            "/",
            lambda port, _folder: ["node", "hocuspocus.mjs", str(port)],
            (PEERS / "node_modules" / "@hocuspocus" / "server", _NPM),
        ),
        Subject(
            "pycrdt-websocket",
            "yjs",
            "/{document}",
            lambda port, _folder: [str(_PEER_PYTHON), "pycrdt_websocket.py", str(port)],
            (_PEER_PYTHON, "see benchmarks/README.md"),
        ),
    )
}


@contextmanager
def started(subject: Subject) -> Iterator[Running]:
    """Run a server on a free port and an empty folder for as long as the context lasts.

    Raises RuntimeError with the end of its output when it does not come up.
    """
    with TemporaryDirectory(prefix="benchmark-") as name:
        folder = Path(name)
        port = _free_port()
        output = folder / "output.txt"
        is_peer = subject.needs is not None
        with output.open("wb") as sink:
            process = subprocess.Popen(
                subject.command(port, folder),
                cwd=PEERS if is_peer else PEERS.parent.parent,
                env={**_environment(), **subject.environment(port)},
                stdout=sink,
                stderr=subprocess.STDOUT,
            )
            try:
                _wait_until_open(process, port, output)
                yield Running(port, tree(process.pid))
            finally:
                _stop(process)


def _environment() -> dict[str, str]:
    from os import environ

    # Settings of whoever runs the benchmark are no part of it.
    return {name: value for name, value in environ.items() if not name.startswith("MIREPOIX_")}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_open(process: subprocess.Popen[bytes], port: int, output: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start: " + output.read_text(errors="replace")[-2000:])


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
