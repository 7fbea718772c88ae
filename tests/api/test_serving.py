"""The serving child: refusals to start, failures later, pings, and where its code comes from."""

import asyncio
import errno
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from api import serving
from api.config import Config
from api.serving import child_command, serve_as_child
from api.setting_table import ConfigError
from api.supervisor import EXIT_SETTINGS
from collab.errors import StoreError

ROOT = Path(__file__).parents[2]
Serve = Callable[[Config, Callable[[], None]], Awaitable[int]]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no parent on Windows")


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Callable[[Serve], None]:
    """Puts another `serve` in the place of the real one."""

    def replace(serve: Serve) -> None:
        module: Any = ModuleType("api.app")
        module.serve = serve
        monkeypatch.setitem(sys.modules, "api.app", module)

    return replace


@pytest.fixture
def pipe() -> Iterator[tuple[socket.socket, int]]:
    ours, theirs = socket.socketpair()
    with ours:
        yield ours, theirs.detach()


def failing(error: Exception, *, when_ready: bool) -> Serve:
    async def serve(config: Config, on_ready: Callable[[], None]) -> int:
        await asyncio.sleep(0)
        if when_ready:
            on_ready()
        raise error

    return serve


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConfigError("The key set is empty."), "The key set is empty."),
        (StoreError("In use by pid 7.", reason="in_use"), "In use by pid 7."),
        (StoreError("Runs with fsync=off.", reason="unsafe"), "fsync=off"),
        (OSError(errno.EADDRINUSE, "address in use"), "127.0.0.1 port 8000 (address in use)"),
        (PermissionError(errno.EACCES, "denied", "/srv/menus.db"), "/srv/menus.db"),
    ],
)
def test_a_refusal_to_start_is_a_sentence_and_final(
    app: Callable[[Serve], None],
    pipe: tuple[socket.socket, int],
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    words: str,
) -> None:
    app(failing(error, when_ready=False))
    assert serve_as_child(Config(), pipe[1]) == EXIT_SETTINGS
    said = capsys.readouterr().err
    assert said.startswith("mirepoix: ") and words in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "when_ready"),
    [
        (StoreError("fsync failed", reason="fsync_failed"), True),
        (StoreError("in use", reason="in_use"), True),
        (OSError(errno.EIO, "I/O error"), True),
        (StoreError("PostgreSQL does not answer.", reason="unavailable"), False),
    ],
)
def test_what_may_pass_ends_the_child_so_that_it_is_started_again(
    app: Callable[[Serve], None],
    pipe: tuple[socket.socket, int],
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    when_ready: bool,
) -> None:
    app(failing(error, when_ready=when_ready))
    assert serve_as_child(Config(), pipe[1]) == 1
    assert any(record.__dict__.get("action") == "serve_failed" for record in caplog.records)


def test_a_surprise_is_not_hidden(
    app: Callable[[Serve], None], pipe: tuple[socket.socket, int]
) -> None:
    app(failing(ZeroDivisionError("x"), when_ready=True))
    with pytest.raises(BaseExceptionGroup) as caught:
        serve_as_child(Config(), pipe[1])
    assert isinstance(caught.value.exceptions[0], ZeroDivisionError)


def test_pings_are_answered_while_it_serves(
    app: Callable[[Serve], None], pipe: tuple[socket.socket, int]
) -> None:
    ours, theirs = pipe
    ours.setblocking(False)

    async def serve(config: Config, on_ready: Callable[[], None]) -> int:
        on_ready()
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(ours, b".")
        return 0 if await loop.sock_recv(ours, 10) == b"." else 9

    app(serve)
    assert serve_as_child(Config(), theirs) == 0


def test_without_a_parent_it_stops_as_on_sigterm(
    app: Callable[[Serve], None],
    pipe: tuple[socket.socket, int],
) -> None:
    ours, theirs = pipe

    async def serve(config: Config, on_ready: Callable[[], None]) -> int:
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        ours.close()
        async with asyncio.timeout(10):
            await stop.wait()
        return 4

    app(serve)
    try:
        assert serve_as_child(Config(), theirs) == 4
    finally:
        remaining, _ = signal.setitimer(signal.ITIMER_REAL, 0)
    assert 0 < remaining <= Config().shutdown_seconds + serving.STOP_GRACE_SECONDS


def test_the_child_runs_on_uvloop_where_it_is_installed(
    app: Callable[[Serve], None], pipe: tuple[socket.socket, int]
) -> None:
    uvloop = pytest.importorskip("uvloop", reason="uvloop is not installed")
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve(config: Config, on_ready: Callable[[], None]) -> int:
        loops.append(asyncio.get_running_loop())
        return 0

    app(serve)
    serve_as_child(Config(), pipe[1])
    assert isinstance(loops[0], uvloop.Loop)


def test_the_child_gets_the_parents_code_and_not_a_folder_of_the_same_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "api").mkdir()
    for name in ("__init__", "cli", "__main__"):
        (tmp_path / "api" / f"{name}.py").write_text("raise SystemExit('somebody else')")
    monkeypatch.syspath_prepend(str(ROOT))
    command = child_command(["settings"], 7)[:-2]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "MIREPOIX_PORT" in done.stdout


def test_the_parent_restarts_a_real_child_and_stops_it(tmp_path: Path) -> None:
    """`mirepoix serve` as a whole, with a small `api.app` in the place of the real one."""
    notes = tmp_path / "notes"
    boot = tmp_path / "boot"
    boot.mkdir()
    # A module that is imported at start-up of every process here, parent and child.
    (boot / "sitecustomize.py").write_text(
        "import asyncio, os, signal, sys, time, types\n"
        "async def serve(config, on_ready):\n"
        "    stop = asyncio.Event()\n"
        "    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)\n"
        "    on_ready()\n"
        f"    with open({str(notes)!r}, 'a') as file:\n"
        "        file.write('ready\\n')\n"
        f"    if open({str(notes)!r}).read().count('ready') == 1:\n"
        "        await asyncio.sleep(0.3)\n"
        "        while True: time.sleep(1)\n"
        "    await stop.wait()\n"
        f"    with open({str(notes)!r}, 'a') as file:\n"
        "        file.write('stopped\\n')\n"
        "    return 0\n"
        "app = types.ModuleType('api.app')\n"
        "app.serve = serve\n"
        "sys.modules['api.app'] = app\n"
    )
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("MIREPOIX_")},
        "PYTHONPATH": f"{boot}{os.pathsep}{ROOT}",
        "MIREPOIX_PING_SECONDS": "0.1",
        "MIREPOIX_HANG_SECONDS": "1",
    }
    parent = subprocess.Popen(
        [sys.executable, "-m", "api", "serve", "--database", str(tmp_path / "var" / "m.db")],
        cwd=tmp_path,
        env=environ,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _wait_for(lambda: notes.exists() and notes.read_text() == "ready\nready\n")
        parent.terminate()
        _, said = parent.communicate(timeout=20)
    finally:
        parent.kill()
        parent.wait()
    assert parent.returncode == 0
    assert notes.read_text() == "ready\nready\nstopped\n"
    actions = [json.loads(line)["action"] for line in said.splitlines()]
    assert actions == [
        "child_started", "ready", "child_killed", "child_restarting", "child_started", "ready",
    ]  # fmt: skip


def _wait_for(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)
