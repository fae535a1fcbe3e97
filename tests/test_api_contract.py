"""The programs' door keeps what its OpenAPI document promises, whatever machines think of sending.

Every operation gets a few inputs that fit the document and a few that do not, from an officer who holds every right,
about things that exist. No answer is a server error; each is one that the document names, in the shape it names. The
application is called in this very thread, so that all it writes is undone with the test's transaction.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from niangjia.api.services import create_token
from niangjia.api.site import api
from niangjia.identity.permissions import registered
from tests.world import World, make_world

pytestmark = pytest.mark.django_db

LANE = "/book/"  # ahead of Django; its own tests hold it to its part of the document
OPERATIONS = sorted(
    (method.upper(), path)
    for path, methods in api.get_openapi_schema(path_prefix="/api/v1/")["paths"].items()
    for method in methods
    if not path.startswith(LANE)
)
THINGS = {
    "organization_id": "organization",
    "member_id": "member",
    "programme_id": "programme",
    "offer_id": "programme",
    "purpose_id": "programme",
    "gift_id": "gift",
    "split_id": "split",
    "handout_id": "handout",
    "item_id": "item",
    "point_id": "point",
    "audience_id": "audience",
    "notice_id": "notice",
    "feedback_id": "letter",
    "ticket": "ticket",
    "file_id": "file",
    "paper_id": "paper",
    "form": "paper_form",
    "limit_id": "limit",
    "job_id": "job",
    "assignment_id": "assignment",
    "user_id": "colleague",
    "founding_id": "founding",
    "renewal_id": "renewal",
    "term_id": "term",
    "post_id": "post",
    "postponement_id": "postponement",
}
EXAMPLES = {"GET": 2, "POST": 2, "PUT": 2, "PATCH": 2, "DELETE": 1}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        made = make_world()
        yield made
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def bearer(world: World) -> str:
    now = timezone.now()
    officer = world.people["officer"]
    assert officer
    held = [name for name in registered if officer.paths(name)]
    _token, secret = create_token(
        name="contract", permissions=held, expires_at=now + timedelta(days=1), actor=officer, at=now
    )
    return f"Bearer {secret}"


@pytest.fixture(scope="module")
def schema() -> Iterator[Any]:
    """The document with the application behind it, which leaves the test's connection open as Django's client does."""
    document = json.loads(Client().get("/api/v1/openapi.json").content)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    found = schemathesis.openapi.from_dict(document)
    found.app = get_wsgi_application()
    yield found
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=lambda part: part.removeprefix("/api/v1"))
def test_an_operation_answers_as_documented(world: World, bearer: str, schema: Any, method: str, path: str) -> None:
    operation = schema[path][method]
    known = {name: str(world.things[thing]) for name, thing in THINGS.items() if f"{{{name}}}" in path}
    modes = [schemathesis.GenerationMode.POSITIVE]
    if operation.body or operation.query:
        modes.append(schemathesis.GenerationMode.NEGATIVE)
    for mode in modes:
        _try(operation.as_strategy(generation_mode=mode, path_parameters=known), bearer, EXAMPLES[method])


def _try(cases: Any, bearer: str, examples: int) -> None:
    """Same inputs every time; what one writes is undone before the next."""

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def ask(case: Any) -> None:
        with transaction.atomic():
            answer = case.call(headers={"Authorization": bearer})
            transaction.set_rollback(True)
        case.validate_response(
            answer,
            checks=[
                schemathesis.checks.not_a_server_error,
                status_code_conformance,
                content_type_conformance,
                response_schema_conformance,
            ],
        )

    ask()
