"""The lane in its place: ahead of Django under ``/book/``, and closed when the server's life ends."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from typing import Any, TypeVar
from uuid import uuid4

import httpx
import pytest
from django.core.management import CommandError, call_command

from niangjia.bookings.lane import Door
from niangjia.bookings.models import Booking
from niangjia.bookings.services import book_assisted
from niangjia.bookings.tests.factories import make_audience, make_buyer, make_offer
from niangjia.config import asgi
from niangjia.org.tests.factories import make_tree

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """In a thread of its own: browser tests leave a loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result(60)


@pytest.mark.django_db(transaction=True)
def test_bookings_go_to_the_lane_and_everything_else_to_django(monkeypatch: pytest.MonkeyPatch) -> None:
    reached: list[str] = []

    async def django(scope: Any, receive: Any, send: Any) -> None:
        reached.append(scope["path"])
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    monkeypatch.setattr(asgi, "django_application", django)
    monkeypatch.setattr(asgi, "door", Door())

    async def ask() -> list[int]:
        transport = httpx.ASGITransport(app=asgi.application)  # type: ignore[arg-type]  # scopes are dicts either way
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            codes = [
                (await client.post(path)).status_code for path in (f"/book/{uuid4()}", "/book/", "/booking/", "/me/")
            ]
        await asgi.door.close()
        return codes

    assert run(ask()) == [404, 404, 204, 204]
    assert reached == ["/booking/", "/me/"]


def test_the_lane_is_closed_before_the_server_says_goodbye(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    class Watched(Door):
        async def close(self) -> None:
            done.append("closed")

    monkeypatch.setattr(asgi, "door", Watched())
    news = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

    async def receive() -> Any:
        return next(news)

    async def send(message: Any) -> None:
        done.append(message["type"])

    run(asgi.site({"type": "lifespan"}, receive, send))
    assert done == ["lifespan.startup.complete", "closed", "lifespan.shutdown.complete"]


@pytest.mark.django_db
def test_the_command_seals_and_finds_a_changed_booking() -> None:
    tree = make_tree()
    buyer, other = make_buyer(tree.unit), make_buyer(tree.unit)
    book_assisted(make_offer(tree.unit, make_audience(tree.unit, buyer.member)), buyer.member, actor=None)
    said = StringIO()
    call_command("bookings", "seal", stdout=said)
    call_command("bookings", "verify", stdout=said)
    Booking.objects.update(member=other.member)
    with pytest.raises(CommandError) as failed:
        call_command("bookings", "verify", stdout=said)
    assert failed.value.returncode == 1
    assert "1–1" in said.getvalue()
