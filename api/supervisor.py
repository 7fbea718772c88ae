"""The parent of the serving process: pings it, restarts it, passes signals on.

An event loop that hangs cannot notice it itself, so another process asks. The child answers from
its event loop (`answer_pings`); what answers, serves.

Rule 1: the parent kills a child that has not answered for `hang_seconds`, and starts another.
Rule 2: a child that crashes is started again, later each time; one that ends at once again and
        again, or that says its settings are wrong (EXIT_SETTINGS), is not.
Rule 3: SIGTERM and SIGINT go to the child, which has `stop_seconds` to end; its code is ours.
Rule 4: when the parent dies, the child reads the end of the pipe and stops by itself.
"""

from __future__ import annotations

import asyncio
import logging
import os
import selectors
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

log = logging.getLogger(__name__)

EXIT_SETTINGS = 2  # the child refused to start: settings, port in use, database in use
EXIT_KILLED = 1  # the child had to be killed while stopping
_PING = b"."


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the parent waits for what."""

    ping_seconds: float = 2.0  # between two pings
    hang_seconds: float = 10.0  # without an answer: killed
    start_seconds: float = 300.0  # until the first answer; a migration may run before it
    stop_seconds: float = 25.0  # after a signal: killed
    quick_seconds: float = 5.0  # a child that lived shorter than this failed at once
    quick_failures: int = 5  # in a row: give up
    backoff_seconds: float = 0.2  # before the first restart; doubles
    backoff_limit_seconds: float = 10.0


class Supervisor:
    """Runs one child at a time until it ends for good. POSIX only."""

    def __init__(
        self, command: Callable[[int], Sequence[str]], patience: Patience | None = None
    ) -> None:
        """command: from the number of the child's end of the pipe to its command line."""
        self._command = command
        self._patience = patience or Patience()
        self._stopping_since: float | None = None
        self._to_pass_on: list[int] = []  # signals that the child has not got yet

    def run(self) -> int:
        """Serve until told to stop; the exit code for this process."""
        quick_failures = restarts = 0
        with self._signals() as woken:
            while True:
                started = time.monotonic()
                code = self._run_child(woken)
                lived_seconds = time.monotonic() - started
                if self._stopping_since is not None or code in (0, EXIT_SETTINGS):
                    return code
                is_quick = lived_seconds < self._patience.quick_seconds
                quick_failures = quick_failures + 1 if is_quick else 0
                restarts = restarts + 1 if is_quick else 0
                if quick_failures >= self._patience.quick_failures:
                    log.error(
                        "the server ended %d times right after its start; see the lines above",
                        quick_failures,
                        extra={"action": "given_up", "code": code},
                    )
                    return code
                self._pause(woken, restarts, code)
                if self._stopping_since is not None:
                    return 0

    def _run_child(self, woken: socket.socket) -> int:
        """Start a child and stay with it until it ended; its exit code, 128 + n for signal n."""
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.setblocking(False)
            # A process group of its own: Ctrl-C reaches the parent only, which passes it on once.
            child = subprocess.Popen(
                self._command(theirs.fileno()), pass_fds=(theirs.fileno(),), process_group=0
            )
            theirs.close()
            log.info("child started", extra={"action": "child_started", "child": child.pid})
            try:
                code = self._watch(child, ours, woken)
            finally:
                if child.poll() is None:
                    child.kill()
                    child.wait()
        return code if code >= 0 else 128 - code

    def _watch(
        self, child: subprocess.Popen[bytes], pipe: socket.socket, woken: socket.socket
    ) -> int:
        patience = self._patience
        now = time.monotonic()
        last_ping, deadline = now - patience.ping_seconds, now + patience.start_seconds
        with selectors.DefaultSelector() as selector:
            selector.register(woken, selectors.EVENT_READ)
            selector.register(pipe, selectors.EVENT_READ)
            while (code := child.poll()) is None:
                before, now = now, time.monotonic()
                while self._to_pass_on:
                    child.send_signal(self._to_pass_on.pop(0))
                if now - before > max(patience.ping_seconds, patience.hang_seconds / 2):
                    # This process itself was stopped (Ctrl-Z, a debugger); the child's answers
                    # could not be heard, so they cannot be missed.
                    deadline = max(deadline, now + patience.hang_seconds)
                if self._is_overdue(now, deadline):
                    child.kill()
                    return self._killed(child)
                if now - last_ping >= patience.ping_seconds:
                    last_ping = now
                    _send_ping(pipe)
                ready = {key.fileobj for key, _ in selector.select(patience.ping_seconds / 2)}
                if woken in ready:
                    _drain(woken)
                if pipe in ready:
                    if _drain(pipe):
                        deadline = time.monotonic() + patience.hang_seconds
                    else:  # the child closed its end: it is about to end, or never answers again
                        selector.unregister(pipe)
        return code

    def _is_overdue(self, now: float, deadline: float) -> bool:
        if self._stopping_since is not None:
            return now - self._stopping_since > self._patience.stop_seconds
        return now > deadline

    def _killed(self, child: subprocess.Popen[bytes]) -> int:
        is_stopping = self._stopping_since is not None
        log.error(
            "child killed: it did not stop in time"
            if is_stopping
            else "child killed: its event loop did not answer",
            extra={"action": "child_killed", "child": child.pid},
        )
        child.wait()
        return EXIT_KILLED if is_stopping else -signal.SIGKILL

    def _pause(self, woken: socket.socket, restarts: int, code: int) -> None:
        """Wait before the next child; a signal ends the wait."""
        patience = self._patience
        seconds = min(
            patience.backoff_seconds * 2 ** max(0, restarts - 1), patience.backoff_limit_seconds
        )
        log.warning(
            "child ended, starting another",
            extra={"action": "child_restarting", "code": code, "after_seconds": seconds},
        )
        until = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(woken, selectors.EVENT_READ)
            while self._stopping_since is None and (left := until - time.monotonic()) > 0:
                if selector.select(left):
                    _drain(woken)

    @contextmanager
    def _signals(self) -> Iterator[socket.socket]:
        """Catch signals; gives a socket that becomes readable when one came (PEP 475)."""
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.setblocking(False)
            theirs.setblocking(False)
            old_descriptor = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
            old = {
                signal.SIGTERM: signal.signal(signal.SIGTERM, self._stop),
                signal.SIGINT: signal.signal(signal.SIGINT, self._stop),
                # Only to be woken when the child ends.
                signal.SIGCHLD: signal.signal(signal.SIGCHLD, lambda _number, _frame: None),
            }
            try:
                yield ours
            finally:
                for number, action in old.items():
                    signal.signal(number, action)
                signal.set_wakeup_fd(old_descriptor)

    def _stop(self, number: int, _frame: FrameType | None) -> None:
        if self._stopping_since is None:
            self._stopping_since = time.monotonic()
        self._to_pass_on.append(number)


async def answer_pings(descriptor: int) -> None:
    """In the child: answer the parent from the event loop; returns when the parent is gone.

    descriptor: the child's end of the pipe; owned and closed by this call. Cancelling is safe.
    """
    loop = asyncio.get_running_loop()
    with socket.socket(fileno=descriptor) as pipe:
        pipe.setblocking(False)
        try:
            while pings := await loop.sock_recv(pipe, 64):
                await loop.sock_sendall(pipe, pings)
        except ConnectionError:
            return


def stop_within(seconds: float) -> None:
    """In a child without a parent: stop gracefully, and for certain within `seconds`.

    The alarm is the kernel's: it ends the process even if the event loop hangs.
    """
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    os.kill(os.getpid(), signal.SIGTERM)


def _send_ping(pipe: socket.socket) -> None:
    try:
        pipe.send(_PING)
    except (BlockingIOError, ConnectionError):
        pass  # full of pings nobody reads, or closed: either way no answer will come


def _drain(pipe: socket.socket) -> bool:
    """Read what is there; False at the end of the stream."""
    try:
        return bool(pipe.recv(4096))
    except BlockingIOError:
        return True
    except ConnectionError:
        return False
