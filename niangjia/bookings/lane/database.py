"""The lane's own few connections: asyncpg, one statement per batch, and what may be said when one breaks."""

import asyncio
import os
import ssl
import struct
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import asyncpg
import structlog
from asyncpg.pgproto.pgproto import UUID
from django.conf import settings
from django.db import connection
from psycopg.conninfo import conninfo_to_dict

log = structlog.get_logger()

SIZE = 4
PATIENCE = 5.0  # for one call; the function itself waits at most four seconds for its lock
FIRST_PAUSE, LAST_PAUSE = 0.1, 2.0
# Connection, resources, intervention, system, read-only: the whole batch, or the whole server, is in trouble.
TROUBLE = ("08", "53", "57", "58", "25", "XX")
LOCKED = "55P03"


class Unavailable(Exception):
    """There is no connection: nothing was sent, so nothing was booked."""


class Unknown(Exception):
    """The call went out and no answer came back: it may have committed."""


class Busy(Exception):
    """Somebody else held the offer's row too long; nothing was booked."""


class Rejected(Exception):
    """The database refused this call by itself, and rolled it back."""


class Connections:
    """At most ``SIZE`` connections, made when needed and thrown away at the first doubt."""

    def __init__(self) -> None:
        self._free: list[Connection] = []
        self._places = asyncio.Semaphore(SIZE)
        self._pause = 0.0
        self._retry_at = 0.0

    async def row(self, query: str, *arguments: Any) -> Any:
        """One row of one statement, which has committed when this returns. Raises one of the four above."""
        async with self._places:
            connection = await self._take()
            try:
                found = await connection.row(query, arguments)
            except BaseException:
                if connection.sound:
                    self._free.append(connection)
                else:
                    connection.drop()
                raise
            self._free.append(connection)
            return found

    async def close(self) -> None:
        for free in self._free:
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                await free.raw.close(timeout=2)
        self._free.clear()

    async def _take(self) -> "Connection":
        while self._free:
            free = self._free.pop()
            if not free.raw.is_closed():
                return free
        if time.monotonic() < self._retry_at:
            raise Unavailable
        try:
            raw = await asyncpg.connect(**_address(), timeout=PATIENCE)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
            self._pause = min(LAST_PAUSE, self._pause * 2 or FIRST_PAUSE)
            self._retry_at = time.monotonic() + self._pause
            log.warning("the lane has no database", error=str(error))
            raise Unavailable from error
        self._pause = 0.0
        return Connection(raw)


class Connection:
    """One connection and the statements prepared on it. Not ``sound`` once an answer is missing or strange."""

    def __init__(self, raw: Any) -> None:
        self.raw = raw
        self.sound = True
        self._statements: dict[str, Any] = {}
        self._warned = False
        raw.add_log_listener(self._listen)

    async def row(self, query: str, arguments: Sequence[Any]) -> Any:
        self.sound = False  # until the answer is here
        try:
            statement = self._statements.get(query)
            if statement is None:
                statement = self._statements[query] = await self.raw.prepare(query)
            found = await statement.fetchrow(*arguments, timeout=PATIENCE)
        except asyncpg.PostgresError as error:
            raise self._judge(error) from error
        except (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError, TimeoutError) as error:
            raise Unknown from error
        if self._warned:
            raise Unknown
        self.sound = True
        return found

    def _judge(self, error: asyncpg.PostgresError) -> Exception:
        state = str(getattr(error, "sqlstate", "") or "")
        if state == LOCKED:
            self.sound = True
            return Busy()
        if isinstance(error, asyncpg.PostgresConnectionError) or state[:2] in TROUBLE:
            log.warning("the lane's call broke", error=str(error), sqlstate=state)
            return Unknown()
        log.error("the database refused a booking", error=str(error), sqlstate=state)
        return Rejected()

    def _listen(self, _raw: Any, message: Any) -> None:
        """A wait for the standby that was cut short is answered like a success, with only this warning."""
        if message.severity_en == "WARNING" and str(message.sqlstate).startswith("57"):
            self._warned = True

    def drop(self) -> None:
        self.raw.terminate()


def _address() -> dict[str, Any]:
    """Where the database is, in asyncpg's words: past a pool if there is one; with tests, the test database."""
    known: dict[str, Any] = conninfo_to_dict(settings.DIRECT_URL or settings.DATABASE_URL)
    address: dict[str, Any] = {
        "user": known.get("user", "niangjia"),
        "password": known.get("password"),
        "database": connection.settings_dict["NAME"],
        "host": known["host"].split(",") if known.get("host") else None,
        "port": [int(port) for port in known["port"].split(",")] if known.get("port") else None,
        "server_settings": {"application_name": "niangjia lane"},
    }
    if known.get("options"):
        address["server_settings"]["options"] = known["options"]
    if known.get("sslmode"):
        address["ssl"] = _trust(known["sslmode"], known.get("sslrootcert"))
    if known.get("target_session_attrs"):
        address["target_session_attrs"] = known["target_session_attrs"]
    return address


def _trust(mode: str, authority: str | None) -> "str | ssl.SSLContext":
    """libpq's words for whom to trust; asyncpg knows the mode alone and looks for no authority but its own file's."""
    if not mode.startswith("verify") or not authority:
        return mode
    trust = ssl.create_default_context(cafile=None if authority == "system" else authority)
    trust.check_hostname = mode == "verify-full"
    return trust


def new_keys(count: int) -> list[Any]:
    """Keys of version 7 (RFC 9562) in ascending order, in the type that asyncpg sends fastest."""
    now = time.time_ns() * 4096 // 1_000_000
    tails = struct.unpack(f">{count}Q", os.urandom(8 * count))
    keys = []
    for number, tail in enumerate(tails, now):
        head = number >> 12 << 16 | 0x7000 | number & 0xFFF
        keys.append(UUID(struct.pack(">QQ", head, tail & 0x3FFF_FFFF_FFFF_FFFF | 1 << 63)))
    return keys
