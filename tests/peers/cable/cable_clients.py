"""Stock Action Cable clients for tests: unmodified npm packages in one Node process.

`CableClients` starts `driver.mjs`, sends it one JSON line per command and awaits its answer. The
process ends with the context manager, whatever happened. Ops: README.md beside this file.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from tests.peers import stock

Json = dict[str, Any]

KINDS: Final = ("actioncable-7", "actioncable-8")
HERE: Final = Path(__file__).parent
PATIENCE_SECONDS: Final = 15.0
_LINE_LIMIT_BYTES: Final = 16 * 1024 * 1024


class CableError(AssertionError):
    """The driver ended, or answered with an error."""


class CableClients:
    """Async context manager over one driver process. events: whatever was reported, in order."""

    def __init__(self) -> None:
        self.events: list[Json] = []
        self.complaints: list[str] = []
        self._answers: dict[int, asyncio.Future[Json]] = {}
        self._news = asyncio.Event()
        self._last_id = 0
        self._process: asyncio.subprocess.Process
        self._readers: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(stock.install, HERE)
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            "node",
            "driver.mjs",
            cwd=HERE,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            limit=_LINE_LIMIT_BYTES,
        )
        self._readers = [
            asyncio.create_task(self._read_answers()),
            asyncio.create_task(self._read_complaints()),
        ]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        await asyncio.gather(*self._readers)
        if self._process.stdin is not None:
            self._process.stdin.close()

    async def call(self, op: str, client: str = "", **fields: Any) -> Json:
        """Run one op; its answer. Raises CableError."""
        self._last_id += 1
        command = {"id": self._last_id, "op": op, "client": client, **fields}
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._answers[self._last_id] = answer
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command).encode() + b"\n")
        await self._process.stdin.drain()
        result = await asyncio.wait_for(answer, PATIENCE_SECONDS)
        if not result["ok"]:
            raise CableError(f"{op} {client}: {result['error']}")
        return result

    async def subscribe(self, client: str, name: str, channel: str, **params: object) -> str:
        """Subscribe; the identifier. Not awaited: `connected` or `rejected`."""
        answer = await self.call(
            "subscribe", client, name=name, params={"channel": channel, **params}
        )
        return str(answer["identifier"])

    async def perform(self, client: str, name: str, action: str, **data: object) -> None:
        """Perform an action in a subscription."""
        await self.call("perform", client, name=name, action=action, data=data)

    def received(self, client: str, name: str, since: int = 0) -> list[Json]:
        """The messages of a subscription so far. since: index into `events`."""
        return [
            event["message"]
            for event in self.events[since:]
            if event["event"] == "received" and (event["client"], event["name"]) == (client, name)
        ]

    async def event(
        self,
        kind: str,
        client: str,
        name: str | None = None,
        *,
        since: int = 0,
        seconds: float = PATIENCE_SECONDS,
    ) -> Json:
        """The first event of that kind, past or to come. Raises CableError at the timeout."""

        def found() -> Json | None:
            for event in self.events[since:]:
                is_named = name is None or event.get("name") == name
                if event["event"] == kind and event.get("client") == client and is_named:
                    return event
            return None

        return await self._until(found, f"no {kind} for {client} {name or ''}", seconds)

    async def message(
        self,
        client: str,
        name: str,
        matching: Callable[[Json], bool],
        *,
        since: int = 0,
        seconds: float = PATIENCE_SECONDS,
    ) -> Json:
        """The first message of a subscription that matches. Raises CableError at the timeout."""

        def found() -> Json | None:
            messages = self.received(client, name, since)
            return next((one for one in messages if matching(one)), None)

        return await self._until(found, f"no such message for {client} {name}", seconds)

    async def _until(self, found: Callable[[], Json | None], sentence: str, seconds: float) -> Json:
        try:
            async with asyncio.timeout(seconds):
                while (result := found()) is None:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            shown = "\n".join(json.dumps(event)[:300] for event in self.events[-30:])
            raise CableError(f"{sentence}; the last events:\n{shown}") from None
        return result

    async def _read_answers(self) -> None:
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            message: Json = json.loads(line)
            if "event" in message:
                self.events.append(message)
                self._news.set()
            else:
                self._answers.pop(message["id"]).set_result(message)
        for waiting in self._answers.values():
            waiting.set_exception(CableError("the driver ended:\n" + "\n".join(self.complaints)))

    async def _read_complaints(self) -> None:
        assert self._process.stderr is not None
        while line := await self._process.stderr.readline():
            self.complaints.append(line.decode(errors="replace").rstrip())
