"""The lane in a process of its own: a small HTTP server that knows ``/book/`` alone.

An application server spends more on a request than the booking costs. Behind a proxy that sends ``/book/`` here, a
crowd neither pays for that nor keeps the pages waiting. The answers are those of the door in the web server; only the
short way of a bearer pass is written twice (docs/adr/0010-a-process-for-the-lane.md). Several may share a port.

Its process begins in ``niangjia.config.lane``.
"""

import asyncio
import signal
import ssl
import time
from collections.abc import Mapping
from email.utils import formatdate
from http import HTTPStatus
from typing import Any, cast

import httptools
import structlog

from niangjia.bookings.lane.door import BODY_LIMIT, INVALID, Door
from niangjia.bookings.lane.outcomes import (
    JSON,
    PLAIN,
    Booked,
    Outcome,
    Refused,
    Reply,
    booked_body,
    preferred,
    refused_reply,
)

log = structlog.get_logger()

CONNECTIONS = 20_000
HEAD_LIMIT = 16_384
HEAD_PATIENCE = 10.0  # seconds for a whole request
IDLE_PATIENCE = 75.0  # between two requests
SWEEP = 5.0
BACKLOG = 4_096
BODY_HEADERS = (b"content-length", b"transfer-encoding")
STATUS_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus}
CLOSE = b"connection: close\r\n"
BOOKED_HEAD = b"%b: %b\r\n%b: %b\r\n" % (*JSON, *PLAIN) + b"content-length: %d\r\nlocation: /vouchers/%b/\r\n\r\n%b"


class Clock:
    """The ``Date`` header, written once a second."""

    line = b""
    second = 0

    @classmethod
    def now(cls) -> bytes:
        second = int(time.time())
        if second != cls.second:
            cls.second, cls.line = second, f"date: {formatdate(second, usegmt=True)}\r\n".encode()
        return cls.line


def written(reply: Reply, *, closes: bool, bare: bool) -> bytes:
    """The reply as it goes over the wire; ``bare`` is without its body, for HEAD."""
    return b"".join(
        [STATUS_LINES[reply.status], Clock.now(), CLOSE if closes else b"", reply.head, b"" if bare else reply.body]
    )


def written_booked(outcome: Booked, *, closes: bool) -> bytes:
    """The same bytes as of ``booked_reply``, for half the price: most who get this far get a piece."""
    body = booked_body(outcome)
    head = BOOKED_HEAD % (len(body), outcome.key.encode(), body)
    return b"".join([STATUS_LINES[outcome.status], Clock.now(), CLOSE if closes else b"", head])


class Connection(asyncio.Protocol):
    """Requests of one connection, one after the other; what arrives meanwhile waits."""

    __slots__ = ("_authorization", "_body", "_busy", "_has_body", "_headers", "_keeps", "_language", "_parser",
                 "_received", "_rest", "_since", "_task", "_transport", "_url", "server")  # fmt: skip

    def __init__(self, server: "Server") -> None:
        self.server = server
        self._parser = httptools.HttpRequestParser(self)
        self._busy = False
        self._rest = b""
        self._received = 0  # of a request that is not whole yet
        self._since = time.monotonic()
        self._transport: asyncio.Transport | None = None
        self._task: asyncio.Task[None] | None = None
        self._begin()

    # What the transport tells ------------------------------------------------------------------------------------
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own does not descend from it
        self.server.connections.add(self)
        if len(self.server.connections) > CONNECTIONS:
            self._keeps = False
            self._answer(self.server.door.lanes.crowd.overloaded())

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.server.connections.discard(self)
        self._transport = None
        if self._task is not None:
            self._task.cancel()

    def data_received(self, data: bytes) -> None:
        if self._busy:
            self._rest += data
            if len(self._rest) > HEAD_LIMIT and self._transport:
                self._transport.pause_reading()
            return
        if not self._received:
            self._since = time.monotonic()
        self._received += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._refuse_and_close()
        else:
            if self._received > HEAD_LIMIT + BODY_LIMIT:
                self._refuse_and_close()

    def _refuse_and_close(self) -> None:
        """What is no request of HTTP gets one answer and no second chance to be misread."""
        self._keeps = False
        if not self._busy:
            self._answer(INVALID)

    # What the parser tells ---------------------------------------------------------------------------------------
    def on_message_begin(self) -> None:
        if self._busy:  # a second request in one piece of data is not read: the connection ends after the first
            self._keeps = False
        else:
            self._begin()

    def _begin(self) -> None:
        self._url = b""
        self._headers: list[tuple[bytes, bytes]] = []
        self._authorization = b""
        self._language = b""
        self._has_body = False
        self._body: list[bytes] = []
        self._keeps = True

    def on_url(self, url: bytes) -> None:
        if not self._busy:
            self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._busy:
            return
        name = name.lower()
        self._headers.append((name, value))
        if name == b"authorization":
            self._authorization = value
        elif name in BODY_HEADERS and value != b"0":
            self._has_body = True
        elif name == b"accept-language":
            self._language = value

    def on_body(self, body: bytes) -> None:
        if not self._busy:
            self._body.append(body)

    def on_message_complete(self) -> None:
        if self._busy:
            return
        self._busy, self._received = True, 0
        self._keeps = self._parser.should_keep_alive() and not self.server.closing
        path, method = self._url.partition(b"?")[0].decode("latin-1"), self._parser.get_method()
        if self._authorization and not self._has_body and method == b"POST":
            try:
                outcome = self.server.door.ask_at_once(path, self._authorization, self._answer)
            except KeyError:
                pass
            else:
                if outcome is not None:
                    self._answer(outcome)
                return
        self._task = self.server.loop.create_task(self._ask_door(path, method.decode("latin-1")))

    # Answering ---------------------------------------------------------------------------------------------------
    def _answer(self, outcome: Outcome) -> None:
        if isinstance(outcome, Booked):
            self._write(written_booked(outcome, closes=not self._keeps))
        else:
            self._send(refused_reply(outcome, preferred(self._language)))

    def _send(self, reply: Reply) -> None:
        self._write(written(reply, closes=not self._keeps, bare=self._parser.get_method() == b"HEAD"))

    def _write(self, data: bytes) -> None:
        transport = self._transport
        if transport is None:
            return
        transport.write(data)
        if not self._keeps:
            transport.close()
            return
        self._busy = False
        self._since = time.monotonic()
        if self._rest:
            rest, self._rest = self._rest, b""
            transport.resume_reading()
            self.data_received(rest)

    async def _ask_door(self, path: str, method: str) -> None:
        """Forms, other methods, unknown addresses: by the same door as in the web server."""
        scope: dict[str, Any] = {
            "type": "http",
            "method": method,
            "path": path,
            "headers": self._headers,
        }
        body = b"".join(self._body)

        async def receive() -> Mapping[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        try:
            reply = await self.server.door.reply(scope, receive)
        except Exception:
            log.exception("the lane's server stumbled")
            reply = refused_reply(Refused("outcome-unknown", wait=1), preferred(self._language))
        self._task = None
        if reply is not None:
            self._send(reply)

    def sweep(self, now: float) -> None:
        """Let go of who says nothing, or does not finish what was begun."""
        if self._busy or self._transport is None:
            return
        patience = HEAD_PATIENCE if self._received else IDLE_PATIENCE
        if now - self._since > patience:
            self._transport.close()

    def close(self) -> None:
        """The server goes; what was answered has been written."""
        if self._transport is not None:
            self._transport.close()


class Server:
    """All connections of this process, and its end."""

    def __init__(self) -> None:
        self.door = Door()
        self.connections: set[Connection] = set()
        self.loop = asyncio.get_running_loop()
        self.closing = False

    async def run(self, host: str, port: int, context: ssl.SSLContext | None) -> None:
        """Serve until SIGTERM or SIGINT."""
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            self.loop.add_signal_handler(number, stop.set)
        await self.open(host, port, context)
        await stop.wait()
        await self.close()

    async def open(self, host: str, port: int, context: ssl.SSLContext | None = None) -> int:
        """Listen; returns the port."""
        self._listening = await self.loop.create_server(
            lambda: Connection(self), host, port, ssl=context, backlog=BACKLOG, reuse_port=True
        )
        self._sweeper = self.loop.create_task(self._sweep())
        return int(self._listening.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Take nobody in, answer those who wait, and go."""
        if self.closing:
            return
        self.closing = True
        self._listening.close()
        self._sweeper.cancel()
        await self.door.close()
        for connection in list(self.connections):
            connection.close()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP)
            now = time.monotonic()
            for connection in list(self.connections):
                connection.sweep(now)
