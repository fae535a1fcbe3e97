"""A client of the lane: a real door, real connections, and an event loop in a thread of its own.

Not in the thread of the test: there the browser tests leave a loop running.
"""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, Self, TypeVar
from uuid import UUID

import httpx

from niangjia.bookings.lane import Door
from niangjia.bookings.lane.server import Server
from niangjia.bookings.models import Offer

T = TypeVar("T")


class LaneClient:
    """One process's lane. Two of them share nothing but the database."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.door = Door()
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.door),
            base_url="http://testserver",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.run(self.http.aclose())
        self.run(self.shut())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()

    async def shut(self) -> None:
        await self.door.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(120)

    async def ask(self, offer: Offer | UUID | str, token: str | None, **more: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}".rstrip()} if token is not None else {}
        headers |= more.pop("headers", {})
        key = offer.pk if isinstance(offer, Offer) else offer
        return await self.http.request(more.pop("method", "POST"), f"/book/{key}", headers=headers, **more)

    def post(self, offer: Offer | UUID | str, token: str | None = None, **more: Any) -> httpx.Response:
        return self.run(self.ask(offer, token, **more))

    def post_all(self, offer: Offer, tokens: list[str]) -> list[httpx.Response]:
        """All at once, in this order."""

        async def storm() -> list[httpx.Response]:
            return await asyncio.gather(*(self.ask(offer, token) for token in tokens))

        return self.run(storm())


class ServerClient(LaneClient):
    """The same of the lane's own server, over real sockets."""

    def __init__(self) -> None:
        super().__init__()
        self.run(self.http.aclose())
        self.server = self.run(self._serve())
        self.door = self.server.door
        self.port = self.run(self.server.open("127.0.0.1", 0))
        self.http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", headers={"host": "testserver"})

    async def _serve(self) -> Server:
        return Server()

    async def shut(self) -> None:
        await self.server.close()
