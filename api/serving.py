"""The two processes of `mirepoix serve`: the parent that watches, and the child that serves.

The child is this same program with the same arguments and one more, the number of its end of the
pipe. It gets the parent's import path: found by a name as common as `api` in the current folder,
it would be somebody else's code.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import sys
from collections.abc import Callable, Sequence

from api.config import Config
from api.setting_table import ConfigError
from api.supervisor import EXIT_SETTINGS, Patience, Supervisor, answer_pings, stop_within
from collab.errors import StoreError

log = logging.getLogger(__name__)

EXIT_FAILED = 1
# The thread that commits gives the interpreter lock back with every statement and waits this long
# for it while the event loop is busy. With Python's 5 ms a commit for twenty documents took 100 ms.
SWITCH_SECONDS = 0.0005
COLLECT_AFTER = (10_000, 20, 20)  # new objects, and collections of the younger generation
STOP_GRACE_SECONDS = 5.0  # beyond the child's own deadline, before it is killed
# These cannot get better by trying again (storage/database.py).
FINAL_REASONS = frozenset({"in_use", "address", "unsafe", "newer"})

_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv.pop(1)); "
    "from api.cli import main; sys.exit(main())"
)


def serve_with_parent(config: Config, arguments: Sequence[str]) -> int:
    """Run the serving child under a parent; the exit code. On Windows there is no parent.

    arguments: as typed, verb included.
    """
    # A panic's backtrace shows memory addresses and paths; its message is logged anyway.
    os.environ["RUST_BACKTRACE"] = "0"
    if sys.platform == "win32":
        return _run_loop(config, None)
    patience = Patience(
        ping_seconds=config.ping_seconds,
        hang_seconds=config.hang_seconds,
        stop_seconds=config.shutdown_seconds + STOP_GRACE_SECONDS,
    )
    return Supervisor(lambda descriptor: child_command(arguments, descriptor), patience).run()


def child_command(arguments: Sequence[str], descriptor: int) -> list[str]:
    """The command line of the child. descriptor: its end of the pipe."""
    path = json.dumps([os.path.abspath(entry) for entry in sys.path])
    more = ["--ping-descriptor", str(descriptor)]
    return [sys.executable, "-P", "-c", _BOOT, path, *arguments, *more]


def serve_as_child(config: Config, descriptor: int) -> int:
    """Serve in this process and answer the parent's pings; the exit code."""
    return _run_loop(config, descriptor)


def _run_loop(config: Config, descriptor: int | None) -> int:
    sys.setswitchinterval(SWITCH_SECONDS)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(_serve(config, descriptor))


def _settle_collector() -> None:
    """Keep the garbage collector from walking what start-up made, over and over.

    Modules, tables and statements live as long as the process. With Python's own thresholds a
    collection of everything took part in every burst of connections or events.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":
        return None
    try:
        import uvloop
    except ImportError:  # a platform without wheels; asyncio's own loop is slower, not wrong
        return None
    return uvloop.new_event_loop


async def _serve(config: Config, descriptor: int | None) -> int:
    async with asyncio.TaskGroup() as group:
        answering = None
        if descriptor is not None:
            # First of all: from now on the parent knows whether this loop turns.
            answering = group.create_task(_answer_until_orphaned(config, descriptor))
        code = await _serve_once(config)
        if answering is not None:
            answering.cancel()
    return code


async def _answer_until_orphaned(config: Config, descriptor: int) -> None:
    await answer_pings(descriptor)
    log.warning("the parent process is gone, stopping", extra={"action": "orphaned"})
    stop_within(config.shutdown_seconds + STOP_GRACE_SECONDS)


async def _serve_once(config: Config) -> int:
    """Serve to the end; refusals to start become a sentence and EXIT_SETTINGS."""
    from api.app import serve

    is_ready = False

    def on_ready() -> None:
        nonlocal is_ready
        is_ready = True
        _settle_collector()
        log.info("ready", extra={"action": "ready"})

    try:
        return await serve(config, on_ready)
    except (ConfigError, StoreError, OSError) as error:
        if is_ready or not _is_final(error):
            log.error("the server failed", exc_info=error, extra={"action": "serve_failed"})
            return EXIT_FAILED
        print(f"mirepoix: {_sentence(config, error)}", file=sys.stderr, flush=True)
        return EXIT_SETTINGS


def _is_final(error: ConfigError | StoreError | OSError) -> bool:
    return not isinstance(error, StoreError) or error.reason in FINAL_REASONS


def _sentence(config: Config, error: Exception) -> str:
    if isinstance(error, OSError) and error.filename is None:  # not about a file: the address
        return (
            f"Cannot listen on {config.host} port {config.port} ({error.strerror or error}); "
            f"choose another with --host and --port."
        )
    return " ".join(str(error).split())
