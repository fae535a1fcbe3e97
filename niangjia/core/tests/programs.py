"""Programs that ask at the programs' door in somebody's name."""

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client


def ask(user: Any, method: str, path: str, body: object = None, **headers: str) -> Any:
    """What the door answers to ``user``; to a stranger for ``None``. ``path`` follows ``/api/v1``."""
    client = Client(headers={name.replace("_", "-"): value for name, value in headers.items()})
    if user is not None:
        client.force_login(user)
    content = b"" if body is None else json.dumps(body, default=str).encode()
    return client.generic(method, f"/api/v1{path}", content, content_type="application/json")


def told(answer: HttpResponse) -> tuple[int, str]:
    """The status and the stable code of a refusal; the status and nothing for anything else."""
    if answer.headers["Content-Type"] != "application/problem+json":
        return answer.status_code, ""
    return answer.status_code, json.loads(answer.content)["type"].rpartition("/")[2]
