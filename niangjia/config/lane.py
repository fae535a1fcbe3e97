"""A process of its own for bookings: ``python -m niangjia.config.lane HOST PORT [CERTIFICATE KEY]``.

Started by ``niangjia serve --lane-port`` (docs/adr/0010-a-process-for-the-lane.md).
"""

import gc
import os
import signal
import ssl
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "niangjia.config.settings")

import django
import uvloop

from niangjia.bookings.lane.server import Server
from niangjia.ops.children import die_with_parent


def main(host: str, port: str, certificate: str = "", key: str = "") -> None:
    context = None
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key)
    gc.collect()
    gc.freeze()  # what is there now stays: the collector need not walk it while people wait
    gc.set_threshold(20_000)  # requests leave no cycles behind; looking after every 700 costs more than it finds

    async def serve() -> None:
        await Server().run(host, int(port), context)

    uvloop.run(serve())


if __name__ == "__main__":
    if "NIANGJIA_SUPERVISED" in os.environ:
        die_with_parent(signal.SIGKILL)
    django.setup()
    main(*sys.argv[1:])
