"""Tokens, problem documents and keys that make asking again safe."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from niangjia.api import services
from niangjia.api.models import Answer, Token
from niangjia.api.permissions import CONNECT
from niangjia.core.errors import InvalidInput, NotPermitted
from niangjia.identity.models import User
from niangjia.identity.services import assign_role, create_user, define_role
from niangjia.org.models import Organization
from niangjia.org.permissions import MANAGE, VIEW
from niangjia.org.services import create_organization


def place(code: str, parent: Organization | None = None) -> Organization:
    level = "subdistrict" if parent else "district"
    return create_organization(parent=parent, code=code, name=code, kind="federation", level=level, actor=None)


def officer(name: str, *permissions: str, at: Organization) -> User:
    user = create_user(name=name, username=name, password="long enough 1", actor=None)
    role = define_role(code=f"role-{name}", name=name, permissions=list(permissions), actor=None)
    assign_role(user, role, at=at, actor=None)
    return User.objects.get(pk=user.pk)


def token_for(user: User, *permissions: str, **changes: Any) -> str:
    now = timezone.now()
    fields = {"name": "test", "permissions": list(permissions), "expires_at": now + timedelta(days=1), "at": now}
    return services.create_token(actor=user, **{**fields, **changes})[1]


@pytest.fixture
def tree(db: None) -> dict[str, Organization]:
    root = place("ROOT")
    return {"root": root, "here": place("HERE", root), "there": place("THERE", root)}


def ask(method: str, path: str, token: str = "", body: object = None, **headers: str) -> Any:
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return Client(headers=headers).generic(
        method, f"/api/v1{path}", body if isinstance(body, bytes) else _json(body), content_type="application/json"
    )


def _json(body: object) -> bytes:
    import json

    return b"" if body is None else json.dumps(body, default=str).encode()


def unit(parent: Organization, code: str) -> dict[str, Any]:
    return {"parent_id": parent.pk, "code": code, "name": code, "kind": "single", "level": "primary"}


def test_a_stranger_is_told_to_log_in(tree: dict[str, Organization]) -> None:
    answer = ask("GET", "/me")
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer.json()["type"].endswith("/problems/not-authenticated")


def test_a_token_speaks_for_its_person_and_sees_what_the_person_sees(tree: dict[str, Organization]) -> None:
    user = officer("liu", VIEW, CONNECT, at=tree["here"])
    token = token_for(user, VIEW)
    assert ask("GET", "/me", token).json()["name"] == "liu"
    assert [row["code"] for row in ask("GET", "/organizations", token).json()["items"]] == ["HERE"]
    assert ask("GET", f"/organizations/{tree['there'].pk}", token).status_code == 404


def test_a_token_holds_no_more_than_it_was_given(tree: dict[str, Organization]) -> None:
    user = officer("liu", VIEW, MANAGE, CONNECT, at=tree["here"])
    answer = ask("POST", "/organizations", token_for(user, VIEW), unit(tree["here"], "NEW"))
    assert answer.status_code == 403
    assert answer.json()["type"].endswith("/problems/not-permitted")
    assert not Organization.objects.filter(code="NEW").exists()
    assert ask("POST", "/organizations", token_for(user, VIEW, MANAGE), unit(tree["here"], "NEW")).status_code == 201


@pytest.mark.parametrize("why", ["expired", "revoked", "inactive", "unknown"])
def test_a_token_that_is_not_valid_opens_nothing(tree: dict[str, Organization], why: str) -> None:
    user = officer("liu", VIEW, CONNECT, at=tree["here"])
    token = token_for(user, VIEW)
    row = Token.objects.get()
    if why == "expired":
        Token.objects.update(expires_at=timezone.now())
    elif why == "revoked":
        services.revoke_token(row, actor=user, at=timezone.now())
    elif why == "inactive":
        User.objects.update(is_active=False)
    else:
        token += "x"
    assert ask("GET", "/organizations", token).status_code == 401


@pytest.mark.parametrize(
    ("case", "changes", "refusal"),
    [
        ("without the right to connect", {"actor": "other"}, NotPermitted),
        ("beyond one's rights", {"permissions": [MANAGE]}, InvalidInput),
        ("for nothing", {"permissions": []}, InvalidInput),
        ("for ever", {"expires_at": timezone.now() + timedelta(days=800)}, InvalidInput),
        ("already past", {"expires_at": timezone.now() - timedelta(days=1)}, InvalidInput),
    ],
)
def test_a_token_is_refused(tree: dict[str, Organization], case: str, changes: Any, refusal: type[Exception]) -> None:
    user = officer("liu", VIEW, CONNECT, at=tree["here"])
    other = officer("chen", VIEW, at=tree["here"])
    now = timezone.now()
    fields = {"actor": user, "permissions": [VIEW], "expires_at": now + timedelta(days=1), **changes}
    if fields["actor"] == "other":
        fields["actor"] = other
    with pytest.raises(refusal):
        services.create_token(name="t", at=now, **fields)
    assert not Token.objects.exists()


def test_only_its_owner_revokes_a_token(tree: dict[str, Organization]) -> None:
    token_for(officer("liu", VIEW, CONNECT, at=tree["here"]), VIEW)
    with pytest.raises(NotPermitted):
        services.revoke_token(Token.objects.get(), actor=officer("chen", CONNECT, at=tree["root"]), at=timezone.now())
    assert Token.objects.get().revoked_at is None


def test_a_token_is_made_shown_once_and_revoked_on_pages(tree: dict[str, Organization], client: Client) -> None:
    user = officer("liu", VIEW, CONNECT, at=tree["here"])
    client.force_login(user)
    day = timezone.localdate() + timedelta(days=10)
    made = client.post("/staff/tokens/new/", {"name": "数据仓库", "permissions": [VIEW], "expires_on": day})
    secret = made.content.decode().split("Bearer ")[1].split("<")[0]
    assert made["Cache-Control"] == "no-store"
    assert ask("GET", "/organizations", secret).status_code == 200
    listed = client.get("/staff/tokens/").content.decode()
    assert "数据仓库" in listed
    assert secret not in listed
    revoke = f"/staff/tokens/{Token.objects.get().pk}/revoke/"
    assert client.get(revoke).status_code == 200
    assert ask("GET", "/organizations", secret).status_code == 200
    assert client.post(revoke).status_code == 302
    assert ask("GET", "/organizations", secret).status_code == 401
    client.force_login(officer("chen", VIEW, CONNECT, at=tree["here"]))
    assert client.post(revoke).status_code == 404
    client.force_login(officer("zhao", VIEW, at=tree["here"]))
    assert client.get("/staff/tokens/").status_code == 403


def test_a_wrong_form_makes_no_token(tree: dict[str, Organization], client: Client) -> None:
    client.force_login(officer("liu", VIEW, CONNECT, at=tree["here"]))
    day = timezone.localdate() + timedelta(days=900)
    beyond = {"name": "x", "permissions": [MANAGE], "expires_on": timezone.localdate() + timedelta(days=9)}
    too_long = {"name": "x", "permissions": [VIEW], "expires_on": day}
    for data in ({}, beyond, too_long):
        assert client.post("/staff/tokens/new/", data).status_code == 422
    assert not Token.objects.exists()


def test_the_secret_is_kept_nowhere(tree: dict[str, Organization]) -> None:
    user = officer("liu", VIEW, CONNECT, at=tree["here"])
    secret = token_for(user, VIEW)
    assert secret.encode() not in bytes(Token.objects.get().digest)


def test_input_that_cannot_be_read_is_named_by_place(tree: dict[str, Organization]) -> None:
    token = token_for(officer("liu", VIEW, MANAGE, CONNECT, at=tree["here"]), VIEW, MANAGE)
    answer = ask("POST", "/organizations", token, {**unit(tree["here"], "NEW"), "kind": "club"})
    assert answer.status_code == 422
    assert [error["at"] for error in answer.json()["errors"]] == ["body/data/kind"]


def test_the_same_key_with_the_same_content_answers_as_the_first_time(tree: dict[str, Organization]) -> None:
    token = token_for(officer("liu", VIEW, MANAGE, CONNECT, at=tree["here"]), VIEW, MANAGE)
    headers = {"Idempotency-Key": "once"}
    first = ask("POST", "/organizations", token, unit(tree["here"], "NEW"), **headers)
    again = ask("POST", "/organizations", token, unit(tree["here"], "NEW"), **headers)
    other = ask("POST", "/organizations", token, unit(tree["here"], "OTHER"), **headers)
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 409)
    assert first.content == again.content
    assert Organization.objects.filter(code__in=["NEW", "OTHER"]).count() == 1


def test_a_key_belongs_to_its_asker(tree: dict[str, Organization]) -> None:
    liu = token_for(officer("liu", VIEW, MANAGE, CONNECT, at=tree["here"]), VIEW, MANAGE)
    chen = token_for(officer("chen", VIEW, MANAGE, CONNECT, at=tree["there"]), VIEW, MANAGE)
    headers = {"Idempotency-Key": "once"}
    assert ask("POST", "/organizations", liu, unit(tree["here"], "A"), **headers).status_code == 201
    assert ask("POST", "/organizations", chen, unit(tree["there"], "B"), **headers).status_code == 201


def test_a_refusal_is_remembered_too(tree: dict[str, Organization]) -> None:
    token = token_for(officer("liu", VIEW, CONNECT, at=tree["here"]), VIEW)
    for _ in range(2):
        answer = ask("POST", "/organizations", token, unit(tree["here"], "NEW"), **{"Idempotency-Key": "k"})
        assert answer.status_code == 403
    assert Answer.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_with_one_key_write_once() -> None:
    root = place("ROOT")
    token = token_for(officer("liu", VIEW, MANAGE, CONNECT, at=root), VIEW, MANAGE)
    start, answers = threading.Barrier(6), []

    def write() -> None:
        start.wait()
        try:
            answers.append(ask("POST", "/organizations", token, unit(root, "NEW"), **{"Idempotency-Key": "race"}))
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201] * 6
    assert len({answer.content for answer in answers}) == 1
    assert Organization.objects.filter(code="NEW").count() == 1


def test_old_answers_are_forgotten(tree: dict[str, Organization]) -> None:
    token = token_for(officer("liu", VIEW, MANAGE, CONNECT, at=tree["here"]), VIEW, MANAGE)
    ask("POST", "/organizations", token, unit(tree["here"], "NEW"), **{"Idempotency-Key": "k"})
    assert services.forget_answers(at=timezone.now()) == 0
    assert services.forget_answers(at=timezone.now() + timedelta(days=3)) == 1


@pytest.mark.django_db
def test_the_document_describes_every_address(client: Client) -> None:
    document = client.get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert "/api/v1/organizations" in document["paths"]
