"""A proxy before the site: what it says of the client is believed, and what anybody else says is not."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from django.core.exceptions import ImproperlyConfigured

from niangjia.audit.models import Entry
from niangjia.config import asgi
from niangjia.config.settings import _proxies
from niangjia.identity.tests.factories import person

PROXY, CLIENT, FORGED = "10.0.0.5", "203.0.113.7", "198.51.100.66"
SITE = "http://localhost:8000"

CASES: list[tuple[str, str, str, dict[str, str], tuple[str, str]]] = [
    # case, what the setting says, who connects, headers, (address, scheme) as the site sees them
    ("no proxy", "", CLIENT, {}, (CLIENT, "http")),
    ("no proxy, forged", "", CLIENT, {"x-forwarded-for": FORGED, "x-forwarded-proto": "https"}, (CLIENT, "http")),
    ("a proxy here", "1", "127.0.0.1", {"x-forwarded-for": CLIENT, "x-forwarded-proto": "https"}, (CLIENT, "https")),
    ("past the proxy", "1", FORGED, {"x-forwarded-for": CLIENT, "x-forwarded-proto": "https"}, (FORGED, "http")),
    ("a proxy elsewhere", PROXY, PROXY, {"x-forwarded-for": CLIENT, "x-forwarded-proto": "https"}, (CLIENT, "https")),
    ("a network", "10.0.0.0/24", PROXY, {"x-forwarded-for": CLIENT, "x-forwarded-proto": "https"}, (CLIENT, "https")),
    ("the client has forged before the proxy adds", PROXY, PROXY,
     {"x-forwarded-for": f"{FORGED}, {CLIENT}", "x-forwarded-proto": "https"}, (CLIENT, "https")),
    ("two proxies", f"{PROXY},10.0.1.9", PROXY,
     {"x-forwarded-for": f"{FORGED}, {CLIENT}, 10.0.1.9", "x-forwarded-proto": "https"}, (CLIENT, "https")),
    ("the client came in clear", PROXY, PROXY,
     {"x-forwarded-for": CLIENT, "x-forwarded-proto": "http"}, (CLIENT, "http")),
]  # fmt: skip


def post(application: Any, peer: str, headers: dict[str, str], path: str = "/", **data: str) -> httpx.Response:
    """In a thread of its own: browser tests leave a loop running in this one."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=application, client=(peer, 1))
        async with httpx.AsyncClient(transport=transport, base_url=SITE, headers=headers) as client:
            if not data:
                return await client.post(path)
            await client.get(path)
            token = client.cookies["csrftoken"]
            return await client.post(path, data={**data, "csrfmiddlewaretoken": token})

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, ask()).result(60)


@pytest.mark.parametrize(
    ("said", "peer", "headers", "seen"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_who_is_believed(
    said: str, peer: str, headers: dict[str, str], seen: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    met: list[tuple[str, str]] = []

    async def django(scope: Any, receive: Any, send: Any) -> None:
        met.append((scope["client"][0], scope["scheme"]))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    monkeypatch.setattr(asgi, "django_application", django)
    assert post(asgi.behind(_proxies(said)), peer, headers).status_code == 204
    assert met == [seen]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("said", "address"), [("1", CLIENT), ("", "127.0.0.1")])
def test_the_history_names_the_address_that_is_believed(said: str, address: str) -> None:
    person(username="nobody", password="hai-tang-hua-kai")
    headers = {"x-forwarded-for": CLIENT, "x-forwarded-proto": "https"}
    post(asgi.behind(_proxies(said)), "127.0.0.1", headers | {"origin": SITE}, "/account/login/",
         login="nobody", password="wrong")  # fmt: skip
    (entry,) = Entry.objects.filter(action="identity.user.log_in_failed")
    assert entry.data["address"] == address


@pytest.mark.parametrize("said", ["10.0.0.5,nonsense", "proxy.example.cn", "10.0.0.5/24"])
def test_an_address_that_is_none_is_refused(said: str) -> None:
    with pytest.raises(ImproperlyConfigured):
        _proxies(said)
