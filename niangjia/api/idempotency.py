"""The same key with the same content answers as the first time; with other content it is a conflict."""

import hashlib
from collections.abc import Callable

from allauth.account.adapter import get_adapter
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from niangjia.api.models import Answer
from niangjia.api.problems import problem
from niangjia.core.crypto import seal_bytes, unseal_bytes
from niangjia.core.ids import uuid7

WRITES = {"POST", "PUT", "PATCH", "DELETE"}
HEADER = "Idempotency-Key"
LONGEST_KEY = 100


def remembering(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware for the programs' door: keeps the answer to a keyed write in the transaction of the write itself."""

    def handle(request: HttpRequest) -> HttpResponse:
        key = request.headers.get(HEADER, "")
        if not key or request.method not in WRITES or not request.path.startswith("/api/"):
            return get_response(request)
        if len(key) > LONGEST_KEY:
            return problem(422, "invalid-input", _("The Idempotency-Key is longer than 100 characters."))
        return _once(request, key, get_response)

    return handle


def _once(request: HttpRequest, key: str, get_response: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    asker, content = _asker(request), _content(request)
    with transaction.atomic():
        if not _claimed(asker, key, content):
            known = Answer.objects.get(asker=asker, key=key)
            if bytes(known.request) != content:
                return problem(409, "key-used", _("This Idempotency-Key was used for something else."))
            body = unseal_bytes(bytes(known.body), _bound(asker, key))
            return HttpResponse(body, status=known.status, content_type=known.content_type)
        answer = get_response(request)
        if answer.status_code in {401, 429} or answer.status_code >= 500 or answer.streaming:
            transaction.set_rollback(True)
            return answer
        body = seal_bytes(answer.content, _bound(asker, key))  # it may hold what was revealed, or a password
        Answer.objects.filter(asker=asker, key=key).update(
            status=answer.status_code, body=body, content_type=answer.headers.get("Content-Type", "")
        )
        return answer


def _claimed(asker: bytes, key: str, content: bytes) -> bool:
    """Whether the key was new. A second asker waits here until the first has committed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO api_answer (id, asker, key, request, status, body, content_type, at)"
            " VALUES (%s, %s, %s, %s, 0, '', '', now()) ON CONFLICT (asker, key) DO NOTHING",
            [uuid7(), asker, key, content],
        )
        return bool(cursor.rowcount)


def _bound(asker: bytes, key: str) -> str:
    """What the sealed answer is tied to."""
    return f"api_answer.body/{asker.hex()}/{key}"


def _asker(request: HttpRequest) -> bytes:
    who = request.headers.get("Authorization") or _who(request)
    return hashlib.sha256(who.encode()).digest()


def _who(request: HttpRequest) -> str:
    """Strangers are told apart by where they ask from: nobody is answered with what another was told."""
    if request.user.is_authenticated:
        return f"session {request.user.pk}"
    return f"stranger {get_adapter().get_client_ip(request)}"


def _content(request: HttpRequest) -> bytes:
    parts = f"{request.method} {request.get_full_path()}\n".encode() + request.body
    return hashlib.sha256(parts).digest()
