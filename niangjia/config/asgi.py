"""The door: bookings go to the lane ahead of Django, everything else to Django.

What a proxy says of the client (X-Forwarded-For, X-Forwarded-Proto) is believed of the proxies that the operator
names, and of nobody else; it becomes the request's own address and scheme, and nothing behind reads the headers.
"""

import gc
import os
import signal
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "niangjia.config.settings")

from django.conf import settings
from django.core.asgi import get_asgi_application
from granian.utils.proxies import wrap_asgi_with_proxy_headers

from niangjia.bookings.lane import PREFIX, Door
from niangjia.ops.children import die_with_parent

if "NIANGJIA_SUPERVISED" in os.environ:  # else a killed granian leaves workers behind that go on holding its port
    die_with_parent(signal.SIGKILL)

django_application = get_asgi_application()
door = Door()
gc.collect()
gc.freeze()  # what is there now stays: the collector need not walk it while people wait

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


async def site(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                await door.close()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
    if scope["type"] == "http" and scope["path"].startswith(PREFIX):
        await door(scope, receive, send)
        return
    await django_application(scope, receive, send)


def behind(proxies: list[str]) -> Application:
    trusting: Application = wrap_asgi_with_proxy_headers(site, proxies)
    return trusting if proxies else site


application = behind(settings.TRUSTED_PROXIES)
