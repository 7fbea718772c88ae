"""One accepted WebSocket: reading at a bounded pace, writing through an outbox, one way to end.

Rule 1: outgoing frames are whole server frames written to the transport by `rooms.outbox`;
        aiohttp writes only its own pings, pongs and the closing frame, each in one write.
Rule 2: a socket that is behind in reading is not read from either, so promises to it stay few.
Rule 3: `end` may be called from anywhere and any number of times; the first error decides the
        close code.
Rule 4: whatever comes is read at one pace, pings too.
Rule 5: compression is never negotiated.
Rule 6: a socket carries binary messages, or text where its protocol is text; the other kind is
        malformed. Whoever handles frames gets bytes either way.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from typing import Literal

from aiohttp import WebSocketError, WSMessage, WSMsgType, web

from api.config import Config
from api.doors.pace import Pace
from api.errors import close_reason
from api.metrics import Metrics
from collab.errors import MirepoixError, ProtocolViolation, TooLarge
from rooms.clock import Clock
from rooms.frames import binary_frame, text_frame
from rooms.outbox import Outbox

HEARTBEAT_SECONDS = 20.0  # a half-open connection is found after one and a half of these
CLOSE_SECONDS = 2.0  # what a peer gets to answer the closing frame
FRAMES_IN_A_ROW = 64  # then other connections get their turn
BEHIND_SECONDS = 0.05  # how often a connection that is behind is looked at
UNSENT_BYTES = 128 * 1024  # what the kernel queues for a peer that does not read
MARGIN_BYTES = 64 * 1024  # above the limit a frame is still read, to say 4413 ourselves

Handle = Callable[[bytes], Awaitable[object] | None]
Farewell = Callable[[MirepoixError], bytes]

log = logging.getLogger("mirepoix.socket")


class _Response(web.WebSocketResponse[Literal[True]]):
    """aiohttp closes with codes of its own; these are ours for the same things."""

    async def close(self, *, code: int = 1000, message: bytes = b"", drain: bool = True) -> bool:
        ours = {1009: TooLarge.close_code, 1002: ProtocolViolation.close_code}
        ours[1007] = ProtocolViolation.close_code
        return await super().close(code=ours.get(code, code), message=message, drain=drain)


class Socket:
    """One WebSocket. Make it with `accept`."""

    def __init__(
        self,
        response: _Response,
        outbox: Outbox,
        config: Config,
        metrics: Metrics,
        clock: Clock,
        *,
        text: bool = False,
    ) -> None:
        self.outbox = outbox
        self.text = text
        self._response = response
        self._config = config
        self._metrics = metrics
        self._clock = clock
        self._pace = Pace(
            config.frames_per_second, config.bytes_per_second, config.overload_seconds
        )
        self._error: MirepoixError | None = None
        self._reading: asyncio.Task[None] | None = None

    @classmethod
    async def accept(
        cls,
        request: web.Request,
        config: Config,
        metrics: Metrics,
        clock: Clock,
        subprotocol: str | None,
        *,
        text: bool = False,
    ) -> Socket:
        """Upgrade a request.

        subprotocol: what the answer names. text: the protocol sends text messages, not binary.
        Raises aiohttp's HTTPBadRequest when it is not one for a WebSocket, ProtocolViolation when
        the peer is gone already.
        """
        response = _Response(
            compress=False,
            autoping=False,
            heartbeat=HEARTBEAT_SECONDS,
            max_msg_size=config.frame_limit_bytes + MARGIN_BYTES,
            timeout=CLOSE_SECONDS,
            protocols=(subprotocol,) if subprotocol else (),
        )
        # Going away is everyday life when a document opens slowly, not a failure of ours.
        gone = ProtocolViolation("the peer went away", reason="gone_during_upgrade")
        try:
            await response.prepare(request)
        except ConnectionError as error:
            raise gone from error
        if request.transport is None:
            raise gone
        keep_kernel_queue_short(request.transport)
        outbox = Outbox(
            request.transport,
            limit_bytes=config.outbox_limit_bytes,
            slow_seconds=config.slow_reader_seconds,
        )
        return cls(response, outbox, config, metrics, clock, text=text)

    def write(self, payload: bytes) -> None:
        """Send one message of this socket's kind, however slowly the peer reads."""
        self.outbox.write(self.framed(payload))

    def framed(self, payload: bytes) -> bytes:
        """One message of this socket's kind as a whole frame."""
        return text_frame(payload) if self.text else binary_frame(payload)

    @property
    def has_ended(self) -> bool:
        """Whether the socket is on its way out."""
        return self._error is not None or self._response.closed

    def end(self, error: MirepoixError) -> None:
        """Close the socket with the error's code; the first call decides."""
        if self._error is None:
            self._error = error
            if self._reading is not None:
                self._reading.cancel()

    async def read(
        self, handle: Handle, is_behind: Callable[[], bool], farewell: Farewell | None = None
    ) -> web.WebSocketResponse[Literal[True]]:
        """Hand over every frame until the socket closes or ends, then close it.

        handle: called with each frame (of a text socket: its UTF-8); a MirepoixError it raises
        ends the socket. It may return something to wait for before the next frame is read.
        is_behind: whether reading should wait because the peer does not read.
        farewell: makes the last message, sent before a closing frame that an error asks for.
        """
        if self._error is None:
            async with asyncio.TaskGroup() as group:
                self._reading = group.create_task(self._read(handle, is_behind))
        await self._close(farewell)
        return self._response

    async def _read(self, handle: Handle, is_behind: Callable[[], bool]) -> None:
        try:
            in_a_row = 0
            async for message in self._response:
                await self._take(message, handle)
                in_a_row += 1
                wait_seconds = self._pace.spend(len(message.data), self._clock.monotonic())
                if wait_seconds > 0:
                    self._metrics.rate_paused()
                    await asyncio.sleep(wait_seconds)
                elif in_a_row >= FRAMES_IN_A_ROW:
                    in_a_row = 0
                    await asyncio.sleep(0)
                while is_behind():  # noqa: ASYNC110 (the kernel tells nobody what a peer read)
                    await asyncio.sleep(BEHIND_SECONDS)
        except MirepoixError as error:
            self._metrics.refused(error.reason)
            self._error = self._error or error
        except ConnectionError:
            pass  # gone without a closing frame; the same as any other end
        except Exception:
            # The socket handler is one of three places that catch everything: a mistake of ours
            # must not take the other connections along.
            log.exception("socket failed", extra={"action": "socket_failed"})
            self._metrics.refused("internal_error")
            self._error = MirepoixError("something went wrong here", reason="internal_error")

    async def _take(self, message: WSMessage, handle: Handle) -> None:
        match message.type:
            case WSMsgType.BINARY if not self.text:
                await _handled(handle(self._checked(message.data)))
            case WSMsgType.TEXT if self.text:
                await _handled(handle(self._checked(message.data.encode())))
            case WSMsgType.PING:
                await self._response.pong(message.data)
            case WSMsgType.PONG:
                pass
            case WSMsgType.TEXT:
                raise ProtocolViolation("send binary frames", reason="text_frame")
            case WSMsgType.BINARY:
                raise ProtocolViolation("send text frames", reason="binary_frame")
            case _:
                raise _broken(message.data)

    def _checked(self, frame: bytes) -> bytes:
        if len(frame) > self._config.frame_limit_bytes:
            raise TooLarge(
                f"a frame may have {self._config.frame_limit_bytes} bytes", reason="frame_too_large"
            )
        return frame

    async def _close(self, farewell: Farewell | None) -> None:
        error = self._error
        if error is None:
            await self._response.close()
        elif error.reason == "too_slow":
            # Its buffer is full: a closing frame would wait behind everything it did not read.
            self.outbox.abort()
        else:
            if farewell is not None and not self._response.closed:
                self.write(farewell(error))
            await self._response.close(code=error.close_code, message=close_reason(error).encode())


async def _handled(waiting: Awaitable[object] | None) -> None:
    if waiting is not None:
        await waiting


def _broken(error: object) -> Exception:
    """Why aiohttp gave the connection up; it has closed it already."""
    match error:
        case WebSocketError(code=1009):
            return TooLarge("the frame is too large", reason="frame_too_large")
        case WebSocketError():
            return ProtocolViolation("the frame breaks RFC 6455", reason="websocket_frame")
        case _:
            return ConnectionResetError("the peer does not answer pings")


def keep_kernel_queue_short(transport: asyncio.BaseTransport) -> None:
    """Let a slow peer be noticed early: by itself Linux queues 4 MB of old edits for each."""
    connection = transport.get_extra_info("socket")
    if connection is not None and hasattr(socket, "TCP_NOTSENT_LOWAT"):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
