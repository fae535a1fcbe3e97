"""Staff come in by password, and a second step if they have set one up."""

import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, reverse

from niangjia.audit.models import Entry
from niangjia.identity import services
from niangjia.identity.models import User
from niangjia.identity.permissions import VIEW
from niangjia.identity.tests.factories import holder, person
from niangjia.org.tests.factories import Tree, make_tree

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def forget_attempts() -> None:
    cache.clear()


@pytest.fixture
def tree() -> Tree:
    return make_tree()


@pytest.fixture
def officer(tree: Tree) -> User:
    user = holder(VIEW, at=tree.unit, name="周敏", password=PASSWORD)
    User.objects.filter(pk=user.pk).update(username="zhoumin")
    user.refresh_from_db()
    return user


def log_in(client: Client, password: str = PASSWORD, username: str = "zhoumin", **more: str) -> Any:
    return client.post("/account/login/", {"login": username, "password": password, **more})


def whoami(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def confirm(client: Client) -> None:
    """Show once more that it is oneself, as pages about security demand."""
    assert client.post("/account/again/", {"password": PASSWORD}).status_code == 302


def digits(secret: str, *, step: int = 0) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step)))


def with_app(client: Client) -> str:
    """Set the app up as a person does, log out, and return its secret."""
    log_in(client)
    confirm(client)
    secret = set_up_app(client)
    client.post("/logout/")
    return secret


def set_up_app(client: Client) -> str:
    page = client.get("/account/app/").content.decode()
    found = re.search(r'id="totp-secret">([^<]+)<', page)
    assert found
    secret = "".join(found[1].split())
    assert client.post("/account/app/", {"code": digits(secret)}).status_code == 302
    return secret


@pytest.mark.parametrize("username", ["zhoumin", "ZhouMin", " zhoumin "])
def test_an_officer_comes_in_by_user_name_and_password(client: Client, officer: User, username: str) -> None:
    assert log_in(client, username=username)["Location"] == "/home/"
    assert whoami(client) == str(officer.pk)
    assert client.get("/home/")["Location"] == "/staff/"
    entry = Entry.objects.get(action="identity.user.log_in")
    assert (entry.actor_id, entry.data) == (officer.pk, {"how": "password", "address": "127.0.0.1"})
    assert entry.organization_path


@pytest.mark.parametrize(("username", "password"), [("zhoumin", "wrong"), ("nobody", PASSWORD)])
def test_a_wrong_password_and_an_unknown_name_are_answered_alike(
    client: Client, officer: User, username: str, password: str
) -> None:
    response = log_in(client, password, username)
    page = response.content.decode()
    assert response.status_code == 200
    assert "用户名与密码不符" in page
    assert whoami(client) is None
    failed = Entry.objects.filter(action="identity.user.log_in_failed")
    assert [entry.target_id for entry in failed] == ([str(officer.pk)] if username == "zhoumin" else [])


def test_after_five_failures_even_the_right_password_waits(client: Client, officer: User) -> None:
    for _ in range(5):
        log_in(client, "wrong")
    response = log_in(client)
    assert "输错的次数太多" in response.content.decode()
    assert whoami(client) is None


def test_many_attempts_from_one_address_are_sent_away(client: Client, officer: User) -> None:
    statuses = [log_in(client, "wrong", f"user{n}").status_code for n in range(32)]
    assert statuses[-1] == 429
    assert "尝试次数太多" in log_in(client).content.decode()


def test_logging_in_gives_a_new_session_key(client: Client, officer: User) -> None:
    client.get("/account/login/")
    session = client.session
    session["planted"] = "x"
    session.save()
    before = session.session_key
    log_in(client)
    assert client.session.session_key != before
    assert not Session.objects.filter(pk=before).exists()


def test_the_session_of_staff_ends_with_the_browser_and_that_of_a_member_does_not(
    client: Client, officer: User
) -> None:
    log_in(client)
    assert client.session.get_expire_at_browser_close()


@pytest.mark.parametrize(
    ("after", "landed"),
    [("/staff/people/", "/staff/people/"), ("https://evil.example/", "/home/"), ("//evil.example/x", "/home/")],
)
def test_the_way_goes_on_to_a_page_of_this_site_only(client: Client, officer: User, after: str, landed: str) -> None:
    assert log_in(client, next=after)["Location"] == landed


def test_a_member_has_no_password_to_guess(client: Client) -> None:
    member = person("王芳", phone="13800000001")
    User.objects.filter(pk=member.pk).update(username="wangfang")
    assert log_in(client, "", "wangfang").status_code == 200
    assert whoami(client) is None


def test_a_closed_account_stays_closed(client: Client, officer: User) -> None:
    services.deactivate_user(officer, actor=None)
    response = log_in(client)
    assert whoami(client) is None
    assert "账号已停用" in client.get(response["Location"]).content.decode()


def test_a_temporary_password_leads_to_ones_own_and_only_then_to_rights(client: Client, officer: User) -> None:
    temporary = services.reset_password(officer, actor=None)
    assert log_in(client, temporary, next="/staff/people/")["Location"] == "/account/password/"
    assert client.get("/home/")["Location"] == "/account/password/"
    assert client.get("/staff/people/").status_code == 403
    assert "请设置您自己的密码" in client.get("/account/password/").content.decode()
    given = {"oldpassword": temporary, "password1": "a long sentence of mine", "password2": "a long sentence of mine"}
    assert client.post("/account/password/", given)["Location"] == "/home/"
    assert client.get("/staff/people/").status_code == 200


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"password1": "short", "password2": "short"}, "10"),
        ({"password1": "1234567890123", "password2": "1234567890123"}, "数字"),
        ({"password1": PASSWORD, "password2": PASSWORD}, "这就是您现在的密码"),
        ({"password1": "a long sentence of mine", "password2": "another"}, ""),
        ({"oldpassword": "wrong", "password1": "a long sentence of mine", "password2": "a long sentence of mine"},
         "这不是您现在的密码"),
    ],
)  # fmt: skip
def test_a_poor_new_password_is_refused_and_the_old_one_stays(
    client: Client, officer: User, given: dict[str, str], says: str
) -> None:
    log_in(client)
    page = client.post("/account/password/", {"oldpassword": PASSWORD} | given).content.decode()
    assert says in page
    officer.refresh_from_db()
    assert officer.check_password(PASSWORD)


def test_a_new_password_ends_the_sessions_elsewhere_but_not_here(client: Client, officer: User) -> None:
    other = Client()
    log_in(client)
    log_in(other)
    given = {"oldpassword": PASSWORD, "password1": "a long sentence of mine", "password2": "a long sentence of mine"}
    client.post("/account/password/", given)
    assert client.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302


@pytest.mark.parametrize("way", ["officer", "member"])
def test_all_other_devices_are_logged_out_and_this_one_stays(client: Client, officer: User, way: str) -> None:
    user = officer if way == "officer" else person("王芳", phone="13800000001")
    other = Client()
    client.force_login(user)
    other.force_login(user)
    assert client.get("/account/everywhere/").status_code == 200
    assert other.get("/account/").status_code == 200
    client.post("/account/everywhere/")
    assert client.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302


def test_the_app_is_asked_for_once_it_is_set_up(client: Client, officer: User) -> None:
    secret = with_app(client)
    response = log_in(client, next="/staff/people/")
    assert response["Location"] == "/account/second/"
    assert whoami(client) is None
    assert client.get("/staff/people/").status_code == 302
    cache.clear()
    response = client.post("/account/second/", {"code": digits(secret)})
    assert response["Location"] == "/staff/people/"
    assert whoami(client) == str(officer.pk)


def test_a_wrong_code_of_the_app_is_refused_and_guessing_is_slowed(client: Client, officer: User) -> None:
    with_app(client)
    log_in(client)
    pages = [client.post("/account/second/", {"code": "000000"}).content.decode() for _ in range(7)]
    assert "动态码不对" in pages[0]
    assert "次数太多" in pages[-1]
    assert whoami(client) is None


def test_a_code_of_the_app_serves_once(client: Client, officer: User) -> None:
    secret = with_app(client)
    code = digits(secret)
    cache.clear()
    log_in(client)
    client.post("/account/second/", {"code": code})
    client.post("/logout/")
    log_in(client)
    client.post("/account/second/", {"code": code})
    assert whoami(client) is None


def test_a_recovery_code_lets_in_once(client: Client, officer: User) -> None:
    with_app(client)
    codes = Authenticator.objects.get(user=officer, type=Authenticator.Type.RECOVERY_CODES).wrap().get_unused_codes()
    for expected in (str(officer.pk), None):
        log_in(client)
        client.post("/account/second/", {"code": codes[0]})
        assert whoami(client) == expected
        client.post("/logout/")


def test_the_secret_of_the_app_is_sealed_in_the_database(client: Client, officer: User) -> None:
    secret = with_app(client)
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert len(kept) > len(secret)


def test_the_qr_code_is_drawn_inline_without_script_or_style(client: Client, officer: User) -> None:
    log_in(client)
    confirm(client)
    page = client.get("/account/app/").content.decode()
    drawing = page[page.index("<svg", page.index("voucher-code")) : page.index("</svg>", page.index("voucher-code"))]
    assert "<path" in drawing
    assert "style" not in drawing
    assert "script" not in drawing


def test_removing_the_app_wants_to_know_once_more_who_it_is(client: Client, officer: User) -> None:
    with_app(client)
    client.force_login(officer)
    assert client.get("/account/app/remove/")["Location"].startswith("/account/again/")
    assert client.post("/account/app/remove/").status_code == 302
    assert Authenticator.objects.filter(user=officer, type=Authenticator.Type.TOTP).exists()
    confirm(client)
    client.post("/account/app/remove/")
    assert not Authenticator.objects.filter(user=officer, type=Authenticator.Type.TOTP).exists()


@pytest.mark.parametrize(
    "path",
    [
        "/account/password/",
        "/account/again/",
        "/account/app/",
        "/account/codes/",
        "/account/passkeys/",
        "/account/passkeys/new/",
    ],
)
def test_pages_about_passwords_lead_a_member_to_the_own_page(client: Client, path: str) -> None:
    client.force_login(person("王芳", phone="13800000001"))
    assert client.get(path)["Location"] == "/account/"
    page = client.get("/account/").content.decode()
    assert "退出其他所有设备" in page
    assert "修改密码" not in page
    assert "138 **** 0001" in page


def test_there_is_no_signing_up_and_no_reset_by_mail(client: Client) -> None:
    for name in ("account_signup", "account_reset_password", "account_email", "account_request_login_code"):
        with pytest.raises(NoReverseMatch):
            reverse(name)
    assert client.get("/account/signup/").status_code == 404


def test_each_door_names_the_other(client: Client) -> None:
    assert 'href="/login/"' in client.get("/account/login/").content.decode()
    assert 'href="/account/login/"' in client.get("/login/").content.decode()


def test_staff_forms_want_the_csrf_token(officer: User) -> None:
    client = Client(enforce_csrf_checks=True)
    assert log_in(client).status_code == 403
    assert whoami(client) is None
