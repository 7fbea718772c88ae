"""Logs: one JSON object a line on standard error, by action, without secrets.

Rule 1: a log line never holds a token, ticket, cookie or password, whoever logged it: the
        formatter redacts everything that it writes.
Rule 2: nothing that a client typed can start a new line or move a cursor: JSON in ASCII.
Rule 3: the same line again and again is sampled, so that bad frames cannot fill a disk.
Rule 4: a traceback is for what nobody foresaw; a broken rule is one sentence.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TextIO

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger
from yarl import URL

from api.config import Network
from api.forwarding import asked
from collab.errors import MirepoixError

REDACTED = "[redacted]"
TEXT_LIMIT_CHARACTERS = 2000
TRACE_LIMIT_FRAMES = 15
SAMPLE_COUNT = 20  # equal lines that are written ...
SAMPLE_SECONDS = 10.0  # ... in this time; the rest is counted
SAMPLE_KEYS = 1000

_SECRET_NAMES = frozenset(
    {"token", "ticket", "authorization", "cookie", "set_cookie", "password", "secret", "jwt"}
)
_CODE_OF_A_TABLE = re.compile(r"^(/t/).+", re.DOTALL)  # lets guests in (api/visit_desk.py)
_SECRETS = (
    # A JWT wherever it stands: its header is base64 of '{"'.
    (re.compile(r"eyJ[\w-]{4,}(?:\.[\w-]*){0,2}"), REDACTED),
    (re.compile(r"(?i)\b(bearer|basic)\s+[^\s\"',}]+"), rf"\1 {REDACTED}"),
    (
        re.compile(r"(?i)\b((?:set-)?cookie|authorization)\b(['\"]?\s*[:=]\s*).*"),
        rf"\1\2{REDACTED}",
    ),
    (re.compile(r"(?i)\b(token|ticket|secret|password)=[^&\s\"']+"), rf"\1={REDACTED}"),
    (re.compile(r"(?i)(mirepoix\.token\.)[^\s\"',]+"), rf"\1{REDACTED}"),
    (re.compile(r"(://[^/\s:@]*:)[^/\s@]+@"), rf"\1{REDACTED}@"),
)
# What `logging` itself puts on a record; everything else came in through `extra`.
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def configure_logs(level: str = "info", stream: TextIO | None = None) -> None:
    """Send every logger of the process to one stream, as JSON lines.

    level: debug, info, warning or error. stream: standard error when None.
    """
    out = logging.StreamHandler(stream if stream is not None else sys.stderr)
    out.setFormatter(JsonLines())
    out.addFilter(Sampling())
    root = logging.getLogger()
    root.handlers[:] = [out]
    root.setLevel(level.upper())
    logging.getLogger("alembic").setLevel(logging.WARNING)  # a dozen lines at every start
    logging.captureWarnings(True)


def redact(text: str) -> str:
    """The text without anything that looks like a secret."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


class JsonLines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record; never raises for what a caller put into `extra`."""
        extra = {name: value for name, value in vars(record).items() if name not in _OWN}
        line: dict[str, Any] = {
            "ts": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "action": _plain(extra.pop("action", "log")),
            "msg": _plain(record.getMessage()),
        }
        line.update({name: _field(name, value) for name, value in extra.items()})
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            line["error"] = _plain(f"{type(error).__name__}: {error}")
            if not isinstance(error, MirepoixError):
                line["traceback"] = _trace(error)
        return json.dumps(line, ensure_ascii=True, allow_nan=False)


class Sampling(logging.Filter):
    """Lets a few equal warnings and errors through per period, and says how many were left out.

    Equal: same logger, level and action (the message where there is none). What is below a
    warning passes: a log of requests with holes would mislead.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._period_end = clock() + SAMPLE_SECONDS
        self._seen: dict[tuple[str, int, str], int] = {}
        self._left_out: dict[tuple[str, int, str], int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to write `record`; adds `left_out` to the first one after some were not."""
        if record.levelno < logging.WARNING:
            return True
        now = self._clock()
        if now >= self._period_end or len(self._seen) >= SAMPLE_KEYS:
            self._period_end = now + SAMPLE_SECONDS
            self._left_out = {
                key: count - SAMPLE_COUNT
                for key, count in self._seen.items()
                if count > SAMPLE_COUNT
            }
            self._seen = {}
        key = (record.name, record.levelno, str(getattr(record, "action", record.msg)))
        self._seen[key] = self._seen.get(key, 0) + 1
        if self._seen[key] > SAMPLE_COUNT:
            return False
        if key in self._left_out:
            record.left_out = self._left_out.pop(key)
        return True


def access_log_class(trusted_proxies: Sequence[Network]) -> type[AbstractAccessLogger]:
    """The class for aiohttp's `access_log_class`: requests in the same shape as all else."""

    class AccessLog(AbstractAccessLogger):
        """One line a request, when it ends."""

        def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
            """Write one request. time: seconds it took."""
            self.logger.info(
                "request",
                extra={
                    "action": "request",
                    "method": request.method,
                    "path": redact_url(request.rel_url),
                    "status": response.status,
                    "ms": round(time * 1000, 1),
                    "address": asked(request, trusted_proxies).address,
                },
            )

    return AccessLog


def redact_url(url: URL) -> str:
    """Path and query, without the values of secret parameters, however their names are spelled."""
    pairs = [
        (name, REDACTED if name.lower() in _SECRET_NAMES else value)
        for name, value in url.query.items()
    ]
    query = "&".join(f"{name}={value}" for name, value in pairs)
    path = _CODE_OF_A_TABLE.sub(rf"\g<1>{REDACTED}", url.path)
    return f"{path}?{query}" if pairs else path


def _field(name: str, value: object) -> Any:
    if name.lower().replace("-", "_") in _SECRET_NAMES:
        return REDACTED
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if abs(value) < float("inf") else str(value)
    if isinstance(value, Mapping):
        return {_plain(key): _field(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_field("", inner) for inner in value]
    return _plain(value)


def _plain(value: object) -> str:
    """Text, redacted and not longer than a line should be."""
    text = redact(str(value)[: 4 * TEXT_LIMIT_CHARACTERS])
    if len(text) <= TEXT_LIMIT_CHARACTERS:
        return text
    return text[:TEXT_LIMIT_CHARACTERS] + "..."


def _trace(error: BaseException) -> list[str]:
    """Where it happened, newest last: places only, no source lines and no values."""
    frames = traceback.extract_tb(error.__traceback__)[-TRACE_LIMIT_FRAMES:]
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions[:3]:
            places += [_plain(f"{type(inner).__name__}: {inner}"), *_trace(inner)]
    if error.__cause__ is not None:
        cause = error.__cause__
        places += [_plain(f"caused by {type(cause).__name__}: {cause}"), *_trace(cause)]
    return places
