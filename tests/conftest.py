"""What all tests share: the long versions, and what a machine may lack.

`--full` runs the tests marked `full`. Without Node.js, Chromium or strace, tests that need them
are skipped and named; with TESTS_REQUIRE=node,browser,strace (CI) they fail instead.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable

import pytest

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
