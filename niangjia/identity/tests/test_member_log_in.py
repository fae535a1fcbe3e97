"""A member's way in: every step, every refusal, and what the session holds meanwhile."""

import json
import re
from base64 import b64decode
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from niangjia.audit.models import Entry
from niangjia.core.errors import DomainError
from niangjia.identity import claims, member_log_in, services
from niangjia.identity.limits import Limit
from niangjia.identity.models import User
from niangjia.identity.permissions import VIEW
from niangjia.identity.tests.factories import grant, person
from niangjia.org.tests.factories import make_tree

pytestmark = pytest.mark.django_db

PHONE = "13800000001"


class Post:
    """Carries texts into a list."""

    shows_on_screen = False
    carried: list[tuple[str, str]] = []

    def send(self, *, phone: str, text: str) -> None:
        self.carried.append((phone, text))


class Screen(Post):
    shows_on_screen = True


class Broken:
    shows_on_screen = False

    def send(self, *, phone: str, text: str) -> None:
        raise ConnectionRefusedError(phone, text)


@pytest.fixture(autouse=True)
def carried(settings: Settings) -> list[tuple[str, str]]:
    settings.SENDER = f"{__name__}.Post"
    Post.carried.clear()
    return Post.carried


class Roster:
    """Knows one person, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def __call__(self, *, phone: str, name: str, id_tail: str, at: datetime) -> User:
        self.asked.append({"phone": phone, "name": name, "id_tail": id_tail})
        if (name, id_tail) != ("王芳", "123X"):
            raise DomainError("名册中没有找到您。", code="claim-refused")
        return person(name, phone=phone)


@pytest.fixture
def roster() -> Iterator[Roster]:
    before = list(claims._claims)
    made = Roster()
    claims.register(made)
    yield made
    claims._claims[:] = before


def ask(client: Client, phone: str = PHONE, **more: Any) -> Any:
    return client.post("/login/", {"phone": phone, **more})


def code_sent() -> str:
    found = re.search(r"\b\d{6}\b", Post.carried[-1][1])
    assert found
    return found[0]


def enter(client: Client, code: str) -> Any:
    return client.post("/login/code/", {"code": code})


def whoami(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def test_a_known_phone_comes_in_with_the_code(client: Client) -> None:
    user = person("王芳", phone=PHONE)
    assert ask(client)["Location"] == "/login/code/"
    assert [phone for phone, _text in Post.carried] == [PHONE]
    assert whoami(client) is None
    response = enter(client, code_sent())
    assert (response.status_code, response["Location"]) == (302, "/home/")
    assert whoami(client) == str(user.pk)
    entry = Entry.objects.get(action="identity.user.log_in")
    assert (entry.actor_id, entry.data["how"]) == (user.pk, "code")


@pytest.mark.parametrize(
    "written",
    [PHONE, "138 0000 0001", "+86 138-0000-0001", "0086 13800000001", "１３８００００ ０００１", "86 13800000001"],
)
def test_a_phone_is_understood_however_it_is_written(client: Client, written: str) -> None:
    user = person("王芳", phone=PHONE)
    ask(client, written)
    enter(client, code_sent())
    assert whoami(client) == str(user.pk)


@pytest.mark.parametrize("written", ["1380000000", "010-63556655", "+1 555 0100", "abc", "23800000001", "１３８"])
def test_what_is_no_mobile_number_is_refused_and_nothing_is_sent(client: Client, written: str) -> None:
    response = ask(client, written)
    assert response.status_code == 422
    assert "手机号" in response.content.decode()
    assert Post.carried == []
    assert "log_in" not in client.session


def test_the_first_time_the_roster_is_asked_and_the_next_time_not(client: Client, roster: Roster) -> None:
    ask(client)
    assert enter(client, code_sent())["Location"] == "/login/who/"
    assert whoami(client) is None
    response = client.post("/login/who/", {"name": "王芳", "id_tail": "123X"})
    assert response["Location"] == "/home/"
    user = User.objects.get()
    assert whoami(client) == str(user.pk)
    assert roster.asked == [{"phone": PHONE, "name": "王芳", "id_tail": "123X"}]
    client.post("/logout/")
    member_log_in.ONE_A_MINUTE.clear(PHONE)
    ask(client)
    enter(client, code_sent())
    assert whoami(client) == str(user.pk)
    assert len(roster.asked) == 1


@pytest.mark.parametrize("given", [{"name": "李雷", "id_tail": "123X"}, {"name": "王芳", "id_tail": "0000"}])
def test_whoever_is_not_in_the_roster_stays_out_and_learns_not_why(
    client: Client, roster: Roster, given: dict[str, str]
) -> None:
    ask(client)
    enter(client, code_sent())
    response = client.post("/login/who/", given)
    assert response.status_code == 409
    assert "名册中没有找到您。" in response.content.decode()
    assert whoami(client) is None
    assert not User.objects.exists()


def test_an_unknown_phone_looks_like_a_known_one_until_the_code_is_entered(client: Client) -> None:
    person("王芳", phone=PHONE)
    other = Client()
    known, unknown = ask(client), ask(other, "13900000009")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert len(Post.carried) == 2
    pages = [one.get("/login/code/").content.decode() for one in (client, other)]
    masked = [page.replace("138 **** 0001", "").replace("139 **** 0009", "") for page in pages]
    assert _without_tokens(masked[0]) == _without_tokens(masked[1])


def _without_tokens(page: str) -> list[str]:
    return [line for line in page.splitlines() if "csrf" not in line.lower()]


def test_a_wrong_code_is_refused_and_the_sixth_try_finds_the_door_shut(client: Client) -> None:
    person("王芳", phone=PHONE)
    ask(client)
    right = code_sent()
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    assert [enter(client, wrong).status_code for _ in range(5)] == [422] * 5
    response = enter(client, right)
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert whoami(client) is None


def test_starting_over_with_the_old_session_does_not_give_more_tries(client: Client) -> None:
    """Tries are counted in the database, so a session copied before the first try gives nothing."""
    person("王芳", phone=PHONE)
    ask(client)
    right = code_sent()
    kept = Session.objects.get(pk=client.session.session_key).session_data
    for _ in range(5):
        enter(client, "000000" if right != "000000" else "000001")
        Session.objects.filter(pk=client.session.session_key).update(session_data=kept)
    assert enter(client, right).status_code == 429
    assert whoami(client) is None


@pytest.mark.parametrize(("minutes", "let_in"), [(4, True), (5, True), (6, False)])
def test_a_code_is_good_for_five_minutes(client: Client, time_machine: Any, minutes: int, let_in: bool) -> None:
    person("王芳", phone=PHONE)
    start = datetime.fromisoformat("2026-01-12T09:00:00+08:00")
    time_machine.move_to(start, tick=False)
    ask(client)
    time_machine.move_to(start + timedelta(minutes=minutes), tick=False)
    response = enter(client, code_sent())
    assert (whoami(client) is not None) == let_in
    assert response.status_code == (302 if let_in else 410)


def test_a_code_serves_once(client: Client, roster: Roster) -> None:
    ask(client)
    code = code_sent()
    enter(client, code)
    pending = member_log_in.Pending.from_session(client.session["log_in"])
    assert pending is not None
    with pytest.raises(member_log_in.CodeExpired):
        member_log_in.check_code(pending, code, at=datetime.fromisoformat(pending.sent_at))


def test_another_code_is_sent_after_a_minute_and_the_first_no_longer_counts(client: Client, time_machine: Any) -> None:
    person("王芳", phone=PHONE)
    start = datetime.fromisoformat("2026-01-12T09:00:00+08:00")
    time_machine.move_to(start, tick=False)
    ask(client)
    first = code_sent()
    time_machine.move_to(start + timedelta(seconds=59), tick=False)
    response = client.post("/login/code/again/")
    assert (response.status_code, len(Post.carried)) == (429, 1)
    time_machine.move_to(start + timedelta(seconds=61), tick=False)
    assert client.post("/login/code/again/")["Location"] == "/login/code/"
    assert len(Post.carried) == 2
    if first != code_sent():
        assert enter(client, first).status_code == 422
    enter(client, code_sent())
    assert whoami(client) is not None


def test_one_phone_gets_few_codes_an_hour_whoever_asks(time_machine: Any) -> None:
    start = datetime.fromisoformat("2026-01-12T09:00:00+08:00")
    statuses = []
    for minute in range(7):
        time_machine.move_to(start + timedelta(minutes=2 * minute), tick=False)
        statuses.append(ask(Client(REMOTE_ADDR=f"10.0.0.{minute + 1}")).status_code)
    assert statuses == [302] * 5 + [429] * 2
    assert len(Post.carried) == 5


def test_one_address_does_not_flood_the_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(member_log_in, "CODES_PER_ADDRESS", Limit("code-address", 3, timedelta(minutes=10)))
    statuses = [ask(Client(), f"1380000000{digit}").status_code for digit in range(5)]
    assert statuses == [302] * 3 + [429] * 2
    assert ask(Client(REMOTE_ADDR="10.9.9.9"), "13800000008").status_code == 302


def test_the_roster_is_not_guessed_through(client: Client, roster: Roster) -> None:
    ask(client)
    enter(client, code_sent())
    guesses = [client.post("/login/who/", {"name": "王芳", "id_tail": f"000{n}"}).status_code for n in range(6)]
    assert guesses == [409] * 5 + [429]
    assert client.post("/login/who/", {"name": "王芳", "id_tail": "123X"}).status_code == 429
    assert whoami(client) is None
    assert len(roster.asked) == 5


def test_the_session_holds_neither_phone_nor_code_in_clear(client: Client) -> None:
    ask(client)
    kept = json.dumps(client.session["log_in"])
    code = code_sent()
    assert PHONE not in kept
    assert code not in kept
    assert PHONE.encode() not in b64decode(client.session["log_in"]["phone"])
    assert client.session["log_in"]["shown"] == ""


def test_the_code_is_shown_on_the_page_only_where_texts_are_shown_on_screen(
    client: Client, settings: Settings
) -> None:
    ask(client)
    assert code_sent() not in client.get("/login/code/").content.decode()
    settings.SENDER = f"{__name__}.Screen"
    other = Client()
    ask(other, "13900000009")
    assert f'id="shown-code">{code_sent()}<' in other.get("/login/code/").content.decode()


def test_a_gateway_that_fails_is_told_in_a_sentence(client: Client, settings: Settings) -> None:
    settings.SENDER = f"{__name__}.Broken"
    response = ask(client)
    assert response.status_code == 503
    assert "短信" in response.content.decode()
    assert "log_in" not in client.session


def test_logging_in_gives_a_new_session_key_and_forgets_the_flow(client: Client) -> None:
    person("王芳", phone=PHONE)
    ask(client)
    before = client.session.session_key
    enter(client, code_sent())
    assert client.session.session_key != before
    assert not Session.objects.filter(pk=before).exists()
    assert "log_in" not in client.session


def test_a_closed_account_stays_closed(client: Client) -> None:
    user = person("王芳", phone=PHONE)
    services.deactivate_user(user, actor=None)
    ask(client)
    response = enter(client, code_sent())
    assert response.status_code == 403
    assert "已停用" in response.content.decode()
    assert whoami(client) is None


def test_a_text_does_not_replace_the_password_of_an_officer(client: Client) -> None:
    officer = person("干部", phone=PHONE, username="ganbu", password="correct horse battery")
    grant(officer, VIEW, at=make_tree().unit)
    ask(client)
    response = enter(client, code_sent())
    assert response.status_code == 403
    assert "用户名" in response.content.decode()
    assert whoami(client) is None


@pytest.mark.parametrize(
    ("after", "landed"),
    [
        ("/me/messages/", "/me/messages/"),
        ("https://evil.example/", "/home/"),
        ("//evil.example/", "/home/"),
        ("javascript:alert(1)", "/home/"),
        ("", "/home/"),
    ],
)
def test_the_way_goes_on_to_a_page_of_this_site_only(client: Client, after: str, landed: str) -> None:
    person("王芳", phone=PHONE)
    assert ask(client, next=after).status_code == 302
    assert enter(client, code_sent())["Location"] == landed


def test_who_wanted_a_staff_page_is_led_to_the_staff_door(client: Client) -> None:
    response = client.get("/staff/people/")
    assert response["Location"] == "/login/?next=/staff/people/"
    assert client.get(response["Location"])["Location"] == "/account/login/?next=%2Fstaff%2Fpeople%2F"


@pytest.mark.parametrize("path", ["/login/code/", "/login/who/"])
def test_pages_out_of_turn_lead_to_the_beginning(client: Client, path: str) -> None:
    assert client.get(path)["Location"] == "/login/"
    assert client.post(path, {"code": "000000", "name": "x", "id_tail": "1"})["Location"] == "/login/"


def test_the_roster_page_is_shut_until_the_code_was_right(client: Client, roster: Roster) -> None:
    ask(client)
    assert client.post("/login/who/", {"name": "王芳", "id_tail": "123X"})["Location"] == "/login/"
    assert roster.asked == []


def test_proof_of_the_phone_goes_stale(client: Client, roster: Roster, time_machine: Any) -> None:
    start = datetime.fromisoformat("2026-01-12T09:00:00+08:00")
    time_machine.move_to(start, tick=False)
    ask(client)
    enter(client, code_sent())
    time_machine.move_to(start + timedelta(minutes=16), tick=False)
    response: HttpResponse = client.post("/login/who/", {"name": "王芳", "id_tail": "123X"})  # type: ignore[assignment]
    assert response.status_code == 410
    assert roster.asked == []


def test_logging_out_needs_a_post(client: Client) -> None:
    client.force_login(person("王芳", phone=PHONE))
    assert client.get("/logout/").status_code == 405
    assert whoami(client) is not None
    assert client.post("/logout/")["Location"] == "/"
    assert whoami(client) is None


@pytest.mark.parametrize("path", ["/login/", "/login/code/", "/login/code/again/", "/login/who/", "/logout/"])
def test_every_step_wants_the_csrf_token(path: str) -> None:
    assert Client(enforce_csrf_checks=True).post(path, {"phone": PHONE}).status_code == 403
    assert Post.carried == []
