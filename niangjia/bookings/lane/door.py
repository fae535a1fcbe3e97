"""HTTP for the lane: what a request asks for, and how its outcome is said. Everything else goes to Django."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from django.conf import settings

from niangjia.bookings import passes
from niangjia.bookings.lane.batches import Lane, Sink
from niangjia.bookings.lane.outcomes import (
    UNKNOWN_PROGRAMME,
    Booked,
    Outcome,
    Refused,
    Reply,
    booked_reply,
    preferred,
    queue_reply,
    redirect_reply,
    refused_reply,
)
from niangjia.bookings.lane.registry import PREFIX, Lanes

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

QUEUE = "/queue"
BODY_LIMIT = 4_096
BODY_PATIENCE = 5.0
CLOSING_PATIENCE = 8.0

WRONG_METHOD = Refused("method-not-allowed")
INVALID = Refused("invalid-request")
NO_PASS, BAD, EXPIRED = Refused("no-pass"), Refused("bad-pass"), Refused("expired-pass")
OTHER_PROGRAMME, FOREIGN = Refused("other-programme"), Refused("foreign-origin")
# Not worth a line in the report: mistakes of programs, not of people.
UNCOUNTED = {"unknown-programme", "method-not-allowed", "invalid-request"}


class Door:
    """The ASGI callable for every address under ``/book/``; it meets its event loop with the first request."""

    def __init__(self) -> None:
        self._lanes: Lanes | None = None

    @property
    def lanes(self) -> Lanes:
        if self._lanes is None:
            self._lanes = Lanes(settings.LANE_QUEUE)
        return self._lanes

    async def close(self) -> None:
        """Graceful shutdown; called when the server's lifespan ends."""
        if self._lanes is not None:
            await self._lanes.close(CLOSING_PATIENCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reply = await self.reply(scope, receive)
        if reply is not None:
            await send({"type": "http.response.start", "status": reply.status, "headers": reply.headers})
            await send({"type": "http.response.body", "body": reply.body})

    async def reply(self, scope: Scope, receive: Receive) -> Reply | None:
        """The answer to any request; nothing when the client has gone away before it was asked."""
        token, form = b"", False
        bearer = False
        for name, value in scope["headers"]:
            if name == b"authorization":
                bearer, token = True, value
            elif name == b"content-type":
                form = value.startswith(b"application/x-www-form-urlencoded")
        if scope["method"] == "GET" and scope["path"].endswith(QUEUE):
            return await self._show_queue(scope, token)
        if form and not bearer:
            return await self._ask_by_form(scope, receive)
        outcome = await self._ask(scope, token)
        return booked_reply(outcome) if isinstance(outcome, Booked) else refused_reply(outcome, _language(scope))

    def ask_at_once(self, path: str, authorization: bytes, sink: Sink) -> Outcome | None:
        """The short way of our own server, for a POST without a body; ``KeyError`` when the lane is not known yet.

        Returns the outcome if it is known; else nothing, and ``sink`` will hear it.
        """
        lane = self.lanes.by_path[path]
        if not _is_bearer(authorization):
            return NO_PASS
        outcome = self._enter(lane, authorization[7:], lambda outcome: sink(self._counted(lane, outcome)))
        return None if outcome is None else self._counted(lane, outcome)

    async def _ask(self, scope: Scope, authorization: bytes) -> Outcome:
        """By bearer token, with no body."""
        lane = await self._lane(scope["path"])
        if isinstance(lane, Refused):
            return lane
        if scope["method"] != "POST":
            return WRONG_METHOD
        if _has_body(scope):
            return INVALID
        outcome = await self._book(lane, authorization[7:]) if _is_bearer(authorization) else NO_PASS
        return self._counted(lane, outcome)

    async def _ask_by_form(self, scope: Scope, receive: Receive) -> Reply | None:
        """By a form's field ``pass``: always a redirection to the page that says the outcome."""
        lane = await self._lane(scope["path"])
        if isinstance(lane, Refused):
            programme = scope["path"].removeprefix(PREFIX).strip("/")
            known = _uuid(programme)
            if known is None:
                return refused_reply(lane, _language(scope))
            return redirect_reply(str(known), lane.name)
        programme = str(lane.key)
        if scope["method"] != "POST":
            return refused_reply(WRONG_METHOD, _language(scope))
        body = await _body(receive)
        if body is None:
            return None
        outcome: Outcome
        if isinstance(body, Refused):
            outcome = body
        elif not _same_origin(scope):
            outcome = FOREIGN
        else:
            token = _field(body)
            outcome = INVALID if token is None else await self._book(lane, token)
        return redirect_reply(programme, self._counted(lane, outcome).name)

    async def _show_queue(self, scope: Scope, authorization: bytes) -> Reply:
        """Where somebody stands who waits for another answer; no database is asked once the programme is known."""
        lane = await self._lane(scope["path"].removesuffix(QUEUE))
        if isinstance(lane, Refused):
            return refused_reply(lane, _language(scope))
        found = _holding(lane, authorization[7:]) if _is_bearer(authorization) else NO_PASS
        if isinstance(found, Refused):
            return refused_reply(found, _language(scope))
        return queue_reply(waiting=self.lanes.crowd.waiting, place=lane.place(_who(found)), left=lane.left)

    async def _lane(self, path: str) -> Lane | Refused:
        lane = self.lanes.by_path.get(path)
        if lane is not None:
            return lane
        offer = _uuid(path[len(PREFIX) :].rstrip("/"))
        if offer is None:
            return UNKNOWN_PROGRAMME
        return await self.lanes.find(offer)

    async def _book(self, lane: Lane, token: bytes) -> Outcome:
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        outcome = self._enter(lane, token, partial(_resolve, future))
        return await future if outcome is None else outcome

    def _enter(self, lane: Lane, token: bytes, sink: Sink) -> Outcome | None:
        """Into the lane with a pass that holds; what is wrong with another is known at once."""
        found = _holding(lane, token)
        return found if isinstance(found, Refused) else lane.ask(_who(found), sink)

    def _counted(self, lane: Lane, outcome: Outcome) -> Outcome:
        if isinstance(outcome, Refused) and outcome.name not in UNCOUNTED:
            self.lanes.count(lane, outcome.name)
        return outcome


def _holding(lane: Lane, token: bytes) -> passes.Pass | Refused:
    """The pass, if we signed it for this programme and its time is not over."""
    found = passes.read(token)
    if found is None:
        return BAD
    if found.offer != lane.offer:
        return OTHER_PROGRAMME
    if found.expires <= time.time():
        return EXPIRED
    return found


def _who(found: passes.Pass) -> bytes:
    """What a lane knows of who asks."""
    return found.member + found.epoch.to_bytes(4, "big")


def _resolve(future: "asyncio.Future[Outcome]", outcome: Outcome) -> None:
    """Unless its owner has gone away and cancelled it."""
    if not future.done():
        future.set_result(outcome)


def _uuid(text: str) -> UUID | None:
    """The canonical form only: braces, URN prefixes and missing hyphens are other addresses."""
    if len(text) != 36:
        return None
    try:
        return UUID(text)
    except ValueError:
        return None


def _is_bearer(value: bytes) -> bool:
    return value.startswith(b"Bearer ") or value[:7].rstrip().lower() == b"bearer"


def _has_body(scope: Scope) -> bool:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.strip() not in {b"", b"0"}:
            return True
        if name == b"transfer-encoding":
            return True
    return False


def _header(scope: Scope, wanted: bytes) -> bytes:
    for name, value in scope["headers"]:
        if name == wanted:
            return bytes(value)
    return b""


def _language(scope: Scope) -> str:
    return preferred(_header(scope, b"accept-language"))


async def _body(receive: Receive) -> bytes | Refused | None:
    """The whole small body; a refusal when it is too long or too slow; nothing when the client has gone."""
    body = b""
    try:
        async with asyncio.timeout(BODY_PATIENCE):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return None
                body += bytes(message.get("body", b""))
                if len(body) > BODY_LIMIT:
                    return INVALID
                if not message.get("more_body", False):
                    return body
    except TimeoutError:
        return INVALID


def _field(body: bytes) -> bytes | None:
    """The one field ``pass``."""
    try:
        found = parse_qs(body.decode("latin-1"), keep_blank_values=True, max_num_fields=20).get("pass", [])
    except ValueError:
        return None
    return found[0].encode("latin-1", "replace") if len(found) == 1 else None


def _same_origin(scope: Scope) -> bool:
    """Whether the form stood on a page of ours. A browser always names the origin of another site."""
    site = _header(scope, b"sec-fetch-site")
    if site not in {b"", b"same-origin"}:
        return False
    origin = _header(scope, b"origin")
    if not origin:
        return True
    if origin.decode("latin-1") in settings.CSRF_TRUSTED_ORIGINS:
        return True
    return urlsplit(origin).netloc == _header(scope, b"host") != b""
