"""System calls of a running process, in the order in which the kernel saw them.

`kill -9` proves that a commit is atomic, but not that it is on disk: the page cache outlives the
process. So the order of calls is looked at: an acknowledgement may go out only after an
fdatasync of the write-ahead log that began after the commit was written there.
"""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

TRACED: Final = "pwrite64,pwritev,write,writev,sendto,sendmsg,fsync,fdatasync"
STRING_LIMIT: Final = 65536
FRAME_HEADER_BYTES: Final = 24  # of the write-ahead log, https://www.sqlite.org/fileformat2.html
DETACH_SECONDS: Final = 15.0

_LINE = re.compile(r"^(?P<pid>\d+) +(?:\d+\.\d+ +)?(?P<rest>.*)$")
_RESUMED = re.compile(r"^<\.\.\. (?P<name>\w+) resumed>(?P<rest>.*)$")
_CALL = re.compile(r"^(?P<name>\w+)\((?P<arguments>\d+(?:<(?P<target>.*?)>(?=[,) ]))?.*)$")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_RESULT = re.compile(r"= (-?\d+)(?: |$)[^=]*$")


@dataclass(frozen=True, slots=True)
class Call:
    """One system call. began, ended: places in the one order of all threads."""

    name: str
    target: str  # the file or socket
    data: bytes
    result: int
    began: int
    ended: int

    @property
    def is_sync(self) -> bool:
        return self.name in ("fsync", "fdatasync") and self.result == 0

    @property
    def is_on_wal(self) -> bool:
        return self.target.endswith("-wal")

    @property
    def is_sent(self) -> bool:
        return self.target.startswith("TCP")


class Strace:
    """Async context manager: watches a process and all its threads; read `calls` afterwards."""

    def __init__(self, pid: int, trace: Path) -> None:
        self._pid = pid
        self._trace = trace

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self._attach)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.send_signal(signal.SIGINT)  # detaches
        await asyncio.to_thread(self._process.communicate, timeout=DETACH_SECONDS)

    def calls(self) -> list[Call]:
        """What was seen, in the order in which the calls ended."""
        return list(parse(self._trace.read_text(errors="replace").splitlines()))

    def _attach(self) -> None:
        options = ["-o", str(self._trace), "-s", str(STRING_LIMIT), "-e", "signal=none"]
        self._process = subprocess.Popen(
            ["strace", "-f", "-yy", "-p", str(self._pid), "-e", f"trace={TRACED}", *options],
            stderr=subprocess.PIPE,
        )
        assert self._process.stderr is not None
        line = self._process.stderr.readline().decode()
        if "attached" not in line:
            self._process.kill()
            raise RuntimeError(f"strace could not attach: {line.strip()}")


def parse(lines: Sequence[str]) -> Iterator[Call]:
    """The calls in strace's output. A call that another thread interrupts takes two lines."""
    unfinished: dict[tuple[str, str], tuple[str, int]] = {}
    for number, line in enumerate(lines):
        found = _LINE.match(line)
        if found is None:
            continue
        pid, rest = found["pid"], found["rest"]
        began = number
        if resumed := _RESUMED.match(rest):
            text, began = unfinished.pop((pid, resumed["name"]), ("", number))
            rest = text + resumed["rest"]
        elif rest.endswith("<unfinished ...>"):
            text = rest.removesuffix("<unfinished ...>")
            unfinished[pid, text.partition("(")[0]] = text, number
            continue
        call, result = _CALL.match(rest), _RESULT.search(rest)
        if call is None or result is None:
            continue
        data = b"".join(_unescaped(part) for part in _STRING.findall(call["arguments"]))
        target = call["target"] or ""
        yield Call(call["name"], target, data, int(result[1]), began, number)


def saved_at(calls: Sequence[Call], marker: bytes) -> int | None:
    """When the commit that holds `marker` was on disk; None when it never was.

    The marker is in a page of the log; the commit is the first frame from there on whose header
    has a size of the database; then the log is synced.
    """
    log = [call for call in calls if call.is_on_wal]
    writes = [call for call in log if not call.name.endswith("sync")]
    at = next((i for i, call in enumerate(writes) if marker in call.data), None)
    if at is None:
        return None
    for header, page in zip(writes[at - 1 :], writes[at:], strict=False):
        if len(header.data) == FRAME_HEADER_BYTES and any(header.data[4:8]):
            return next((c.ended for c in log if c.is_sync and c.began > page.ended), None)
    return None


def sent_at(calls: Sequence[Call], wanted: bytes, nth: int = 0) -> int | None:
    """When the nth message with `wanted` in it went out to a client; None when it never did."""
    sends = [call.began for call in calls if call.is_sent for _ in range(call.data.count(wanted))]
    return sends[nth] if nth < len(sends) else None


def _unescaped(text: str) -> bytes:
    return text.encode("latin-1", "replace").decode("unicode_escape").encode("latin-1")
