"""Stock Yjs clients for tests: unmodified npm packages in one Node process, commanded from here.

`StockClients` starts `driver.mjs`, sends it one JSON line per command and awaits the answer with
the same id. Commands run side by side. The process ends with the context manager, whatever
happened. The ops and their fields are listed in README.md beside this file.

`prepare()` installs the packages once, exactly as locked; `unavailable()` says why the clients
cannot run on this machine, for `pytest.mark.skipif`.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Self

Kind = Literal[
    "y-websocket-2.1",
    "y-websocket-3.0",
    "y-websocket-3.1",
    "y-websocket-3.1-rc5",
    "hocuspocus-3",
    "hocuspocus-4",
    "y-sweet",
]
Json = dict[str, Any]

_HERE: Final = Path(__file__).parent
_LINE_LIMIT_BYTES: Final = 64 * 1024 * 1024
_START_SECONDS: Final = 30
_STOP_SECONDS: Final = 5


class StockClientsError(RuntimeError):
    """The driver could not start, died, or answered a command with an error."""


def unavailable() -> str | None:
    """Why the stock clients cannot run here, in a sentence; None when they can."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            return f"{program} is not installed: stock Yjs clients need Node.js 20 or newer"
    return None


def prepare() -> None:
    """Have the packages of the stock clients; errors as `install`."""
    install(_HERE)


def install(folder: Path) -> None:
    """Run `npm ci` in a folder when the packages are missing or older than the lock file.

    Safe from several test processes at once: the first one installs, the others wait.

    Raises StockClientsError: Node is missing, or npm failed (with the end of what it said).
    """
    reason = unavailable()
    if reason is not None:
        raise StockClientsError(reason)
    with (folder / "package.json").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if _is_installed(folder):
            return
        done = subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise StockClientsError(f"npm ci failed in {folder.name}:\n{done.stderr[-2000:]}")


def _is_installed(folder: Path) -> bool:
    stamp = folder / "node_modules" / ".package-lock.json"  # npm writes it last
    lock = folder / "package-lock.json"
    return stamp.exists() and stamp.stat().st_mtime >= lock.stat().st_mtime


class StockClients:
    """Async context manager over one driver process.

    events: everything the driver reported unasked, oldest first.
    """

    def __init__(self) -> None:
        self.events: list[Json] = []
        self._process: asyncio.subprocess.Process | None = None
        self._answers: dict[int, asyncio.Future[Json]] = {}
        self._last_id = 0
        self._ready: asyncio.Future[Json] | None = None
        self._readers: list[asyncio.Task[None]] = []
        self._complaints: list[str] = []

    async def __aenter__(self) -> Self:
        """Start the driver. Raises StockClientsError when it does not come up."""
        await asyncio.to_thread(prepare)
        self._process = await asyncio.create_subprocess_exec(
            "node",
            "driver.mjs",
            cwd=_HERE,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=_LINE_LIMIT_BYTES,
        )
        self._ready = asyncio.get_running_loop().create_future()
        self._readers = [
            asyncio.create_task(self._read_answers(self._process)),
            asyncio.create_task(self._read_complaints(self._process)),
        ]
        try:
            await asyncio.wait_for(asyncio.shield(self._ready), _START_SECONDS)
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Kill the driver and all its clients."""
        await self._stop()

    @property
    def stderr(self) -> str:
        """What the packages printed so far (they log unknown messages and refusals there)."""
        return "\n".join(self._complaints)

    async def call(self, op: str, client: str | None = None, **fields: Any) -> Json:
        """Run one op and return its answer.

        Raises StockClientsError when the driver answers with an error or dies. Cancelling is
        safe; the op itself then still runs to its end.
        """
        if self._process is None or self._process.stdin is None:
            raise StockClientsError("use `async with StockClients() as clients`")
        if self._process.returncode is not None:
            raise StockClientsError(f"the driver is gone:\n{self.stderr[-2000:]}")
        self._last_id += 1
        command = {"id": self._last_id, "op": op, **fields}
        if client is not None:
            command["client"] = client
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._answers[self._last_id] = answer
        self._process.stdin.write(json.dumps(command).encode() + b"\n")
        await self._process.stdin.drain()
        result = await answer
        if not result["ok"]:
            raise StockClientsError(f"{op} {client or ''}: {result['error']}")
        return result

    async def connect(
        self,
        client: str,
        kind: Kind,
        url: str,
        document: str,
        *,
        token: str | Sequence[str] | None = None,
        **fields: Any,
    ) -> int:
        """Create a client that connects at once; its Yjs client id.

        url: the door, e.g. ws://127.0.0.1:8000/ws/y, /ws/hocuspocus, or for y-sweet the auth
        endpoint (http). token: several (Hocuspocus only) are handed out one per request.
        fields: params, roots, headers, gc, client_id, protocols, broadcast_channel, socket,
        session_awareness, max_backoff_ms, provider.
        """
        given = {} if token is None else {"token": token if isinstance(token, str) else [*token]}
        answer = await self.call(
            "connect", client, kind=kind, url=url, document=document, **given, **fields
        )
        return int(answer["client_id"])

    async def state(self, client: str, roots: Mapping[str, Sequence[str]] | None = None) -> Json:
        """What the client's document holds now."""
        fields = {} if roots is None else {"roots": roots}
        state: Json = (await self.call("state", client, **fields))["state"]
        return state

    async def acks(self, client: str) -> list[Json]:
        """Every local update so far: n, inserts, deletes, made_at_ms, acked_at_ms or None."""
        updates: list[Json] = (await self.call("acks", client))["updates"]
        return updates

    async def compare(self, states: Mapping[str, Json]) -> str | None:
        """The first difference between the named states; None when all are equal."""
        found: str | None = (await self.call("compare", states=states))["difference"]
        return found

    async def converge(self, clients: Sequence[str], timeout_seconds: float = 15) -> Json:
        """Wait until all clients hold the same; the state they share.

        Raises StockClientsError that names the first difference left at the timeout.
        """
        answer = await self.call("converge", clients=clients, timeout_ms=timeout_seconds * 1000)
        state: Json = answer["state"]
        return state

    async def event(
        self, name: str, client: str, matching: Callable[[Json], bool] = lambda _: True
    ) -> Json:
        """The first event of that name and client, past or to come. Bound it with a timeout."""
        while True:
            for event in self.events:
                if event["event"] == name and event.get("client") == client and matching(event):
                    return event
            await asyncio.sleep(0.005)

    async def _read_answers(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None and self._ready is not None
        while line := await process.stdout.readline():
            message: Json = json.loads(line)
            if message.get("event") == "ready":
                self._ready.set_result(message)
            elif "event" in message:
                self.events.append(message)
            else:
                waiting = self._answers.pop(message["id"], None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(message)
        await process.wait()
        self._fail_all()

    async def _read_complaints(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        while line := await process.stderr.readline():
            self._complaints.append(line.decode(errors="replace").rstrip())

    def _fail_all(self) -> None:
        error = StockClientsError(f"the driver ended:\n{self.stderr[-2000:]}")
        if self._ready is not None and not self._ready.done():
            self._ready.set_exception(error)
        for waiting in self._answers.values():
            if not waiting.done():
                waiting.set_exception(error)
        self._answers.clear()

    async def _stop(self) -> None:
        if self._process is None:
            return
        if self._process.returncode is None:
            self._process.kill()
        await asyncio.wait_for(self._process.wait(), _STOP_SECONDS)
        # Both readers end by themselves at the end of the pipes.
        await asyncio.gather(*self._readers)
        if self._process.stdin is not None:
            self._process.stdin.close()
