"""What the browser is told to refuse, and what no page may forget: headers, cookies, the token of forms."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from niangjia.identity.tests.factories import person
from niangjia.ops.preparation import child_environment

PASSWORD = "die Tür steht offen 1925"
# A page, a page for who has logged in, a refusal, a page that is not there, a document for programs.
ANSWERS = [("/", 200), ("/login/", 200), ("/staff/", 302), ("/no/such/page/", 404), ("/healthz", 200)]


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "status"), ANSWERS)
def test_every_answer_tells_the_browser_what_to_refuse(address: str, status: int) -> None:
    answer = Client(raise_request_exception=False).get(address)
    assert answer.status_code == status or address == "/healthz"
    policy = dict(rule.split(" ", 1) for rule in answer["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert (answer["X-Frame-Options"], answer["X-Content-Type-Options"]) == ("DENY", "nosniff")
    assert answer["Referrer-Policy"] == "same-origin"


@pytest.mark.django_db
def test_the_session_is_out_of_reach_of_scripts_and_other_sites() -> None:
    user = person("王小明", phone="13800000001")
    user.set_password(PASSWORD)
    user.username = "xiaoming"
    user.save()
    client = Client()
    answer = client.post("/account/login/", {"login": "xiaoming", "password": PASSWORD})
    assert answer.status_code == 302
    cookie = answer.cookies[settings.SESSION_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


@pytest.mark.parametrize(("address", "secure"), [("https://niangjia.example", True), ("http://localhost:8000", False)])
def test_behind_https_cookies_never_travel_in_clear(address: str, secure: bool) -> None:
    """Read from a process of its own, as settings are read once."""
    program = (
        "import json; from niangjia.config import settings as s;"
        "print(json.dumps([s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS]))"
    )
    environment = child_environment(NIANGJIA_URL=address)
    run = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    session, csrf, strict = json.loads(run.stdout.splitlines()[-1])
    assert (session, csrf, strict > 0) == (secure, secure, secure)


def views(resolver: Any = None, space: str = "") -> Iterator[tuple[str, Any]]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from views(entry, space + (f"{entry.namespace}:" if entry.namespace else ""))
        elif isinstance(entry, URLPattern):
            yield f"{space}{entry.name}", entry.callback


def test_only_programs_come_without_the_token_of_a_form() -> None:
    """The API asks for the token itself, of those who come with a session and not with a key."""
    exempt = {name for name, view in views() if getattr(view, "csrf_exempt", False)}
    assert {name for name in exempt if not name.startswith("api-1:")} == set()
    assert exempt
