"""The site under a certificate of its own, as a browser meets it that trusts the authority and nobody else."""

import http.client
import socket
import ssl
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from niangjia.ops.tests import certificates, places
from niangjia.ops.tests.sites import site

NAME = "union.example.cn"


class Visit(http.client.HTTPSConnection):
    """To ``NAME``, wherever that is: here it is this machine."""

    def __init__(self, port: int, trust: ssl.SSLContext) -> None:
        super().__init__(NAME, port, timeout=20, context=trust)
        self.trust = trust

    def connect(self) -> None:
        raw = socket.create_connection(("127.0.0.1", self.port), 20)
        self.sock = self.trust.wrap_socket(raw, server_hostname=NAME)

    def ask(self, method: str, path: str) -> http.client.HTTPResponse:
        with closing(self):
            self.request(method, path, headers={"X-Forwarded-Proto": "http"})
            response = self.getresponse()
            response.read()
        return response


def test_pages_and_bookings_come_over_https_from_a_certificate_that_is_checked(tmp_path: Path) -> None:
    authority, chain, key = certificates.make(tmp_path, NAME)
    trust = ssl.create_default_context(cafile=str(authority))
    arguments = ("--certificate", str(chain), "--key", str(key))
    with places.folder() as home, site(home, *arguments, NIANGJIA_URL=f"https://{NAME}") as running:
        running.readuntil("Ctrl-C")
        assert f"https://{NAME}" in "".join(running.said)
        page = Visit(running.port, trust).ask("GET", "/login/")
        assert page.status == 200
        assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert "Secure" in page.headers["Set-Cookie"]
        booking = Visit(running.port, trust).ask("POST", f"/book/{uuid4()}")
        assert (booking.status, booking.headers["Content-Type"]) == (404, "application/problem+json")
        with pytest.raises(ssl.SSLCertVerificationError):
            Visit(running.port, ssl.create_default_context()).ask("GET", "/login/")
