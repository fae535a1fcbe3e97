"""Members who open the page, take the pass from it, book, and look at the voucher, as their browsers do."""

import asyncio
import re
import time
from dataclasses import dataclass
from typing import Any

import httpx

PASS = re.compile(r'name="pass" value="([^"]+)"')


@dataclass
class Visitor:
    """A member who is logged in, by the cookie of her session."""

    cookie: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Cookie": self.cookie}


def programme_with_members(tree: Any, count: int) -> tuple[Any, list[Visitor]]:
    """A published programme of the subdistrict with a gift for each of ``count`` members, and their sessions."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from niangjia.benefits.tests.factories import make_scene

    scene = make_scene(tree=tree, online=count, protected=0, people=count, cleaners=0).publish()
    store = import_module(settings.SESSION_ENGINE).SessionStore
    visitors = []
    for member in scene.people:
        session = store()
        session[SESSION_KEY] = str(member.user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = member.user.get_session_auth_hash()
        session.save()
        visitors.append(Visitor(f"{settings.SESSION_COOKIE_NAME}={session.session_key}"))
    return scene.programme, visitors


def _client(port: int) -> httpx.AsyncClient:
    """One for all visitors: making a client costs more than many pages."""
    return httpx.AsyncClient(base_url=f"http://localhost:{port}", timeout=60, limits=httpx.Limits(max_connections=64))


async def follow(
    port: int, lane_port: int, programme: Any, visitors: list[Visitor], *, at_once: int
) -> dict[str, Any]:
    """Everybody's way from opening the page to holding the voucher; ``at_once`` of them at a time."""
    queue = list(visitors)
    parts: dict[str, list[float]] = {"page": [], "book": [], "voucher": []}

    async def person(client: httpx.AsyncClient) -> None:
        while queue:
            hers = queue.pop().headers
            page = await _timed(parts["page"], client.get(f"/programmes/{programme.pk}/", headers=hers))
            found = PASS.search(page.text)
            assert found, f"the page answered {page.status_code} and offers no pass"
            address = f"http://localhost:{lane_port}/book/{programme.pk}"
            booked = await _timed(parts["book"], client.post(address, headers={"Authorization": f"Bearer {found[1]}"}))
            assert booked.status_code == 201, booked.text
            voucher = await _timed(parts["voucher"], client.get(booked.json()["voucher"], headers=hers))
            assert voucher.status_code == 200

    begun = time.perf_counter()
    async with _client(port) as client:
        await asyncio.gather(*(person(client) for _ in range(at_once)))
    seconds = time.perf_counter() - begun
    medians = {f"{name}_ms": round(sorted(times)[len(times) // 2] * 1_000, 1) for name, times in parts.items()}
    return {"people_per_second": round(len(visitors) / seconds, 1), **medians}


async def _timed(times: list[float], asked: Any) -> httpx.Response:
    begun = time.perf_counter()
    answer: httpx.Response = await asked
    times.append(time.perf_counter() - begun)
    return answer


async def open_steadily(
    port: int, programme: Any, visitors: list[Visitor], *, a_second: int, seconds: float
) -> dict[str, float]:
    """So many pages a second, whether the earlier ones have answered or not: what a member waits meanwhile."""
    times: list[float] = []
    failed = 0
    path = f"/programmes/{programme.pk}/"

    async def look(client: httpx.AsyncClient, visitor: Visitor) -> None:
        nonlocal failed
        begun = time.perf_counter()
        try:
            good = (await client.get(path, headers=visitor.headers)).status_code == 200
        except httpx.HTTPError:
            good = False
        failed += not good
        times.append(time.perf_counter() - begun)

    tasks = []
    async with _client(port) as client:
        begun = time.perf_counter()
        for number in range(int(a_second * seconds)):
            await asyncio.sleep(max(0.0, begun + number / a_second - time.perf_counter()))
            tasks.append(asyncio.create_task(look(client, visitors[number % len(visitors)])))
        await asyncio.gather(*tasks)
    times.sort()
    return {
        "pages": len(times),
        "failed": failed,
        "page_p50_ms": round(times[len(times) // 2] * 1_000, 1),
        "page_p99_ms": round(times[int(len(times) * 0.99)] * 1_000, 1),
    }
