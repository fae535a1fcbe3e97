"""The frames of the pages, how they are displayed, and the pages of what went wrong."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from niangjia.core.errors import DomainError
from niangjia.ui import middleware, pages, storage, views
from niangjia.ui.templatetags.ui import SHAPES, badge, icon

STYLE_PAGES = [
    "/styleguide/",
    "/styleguide/staff/",
    "/styleguide/staff/?wrong",
    "/styleguide/member/",
    "/styleguide/confirm/",
]


@pytest.fixture
def shown(settings: Any) -> Client:
    settings.DEMO = True
    return Client()


@pytest.mark.parametrize("address", STYLE_PAGES)
def test_every_page_has_language_landmarks_and_nothing_inline(shown: Client, address: str) -> None:
    response = shown.get(address)
    html = response.content.decode()
    assert '<html lang="zh-Hans">' in html
    assert html.count("<h1>") == 1
    assert html.count('<main id="content"') == 1
    assert '<a class="skip" href="#content">' in html
    assert " style=" not in html
    assert re.findall(r"<script(?! src=| id=\"\w+\" type=\"application/json\")", html) == []
    assert "script-src 'self'" in response["Content-Security-Policy"]


@pytest.mark.parametrize("address", STYLE_PAGES)
def test_the_style_page_is_for_the_demo_alone(address: str) -> None:
    assert Client().get(address).status_code == 404


def test_type_and_language_are_kept_in_cookies(shown: Client) -> None:
    response = shown.post("/display/", {"type": "large", "language": "en", "next": "/styleguide/"})
    assert (response.status_code, response["Location"]) == (302, "/styleguide/")
    assert '<html lang="en" class="large">' in shown.get("/styleguide/").content.decode()
    shown.post("/display/", {"type": "normal"})
    assert '<html lang="en">' in shown.get("/styleguide/").content.decode()


@pytest.mark.parametrize("sent", [{}, {"type": "huge"}, {"language": "xx"}])
def test_what_is_not_offered_changes_nothing(shown: Client, sent: dict[str, str]) -> None:
    assert shown.post("/display/", sent).cookies == {}


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_nobody_is_led_off_the_site(address: str) -> None:
    assert Client().post("/display/", {"next": address})["Location"] == "/"
    request = RequestFactory().get("/", headers={"referer": address})
    assert pages.came_from(request, "/me/") == "/me/"


def test_display_is_changed_by_post_only() -> None:
    assert Client().get("/display/").status_code == 405


def test_a_foreign_form_is_refused_with_what_to_do() -> None:
    response = Client(enforce_csrf_checks=True).post("/display/", {"type": "large"})
    assert response.status_code == 403
    assert "请再提交一次" in response.content.decode()
    assert "type" not in response.cookies


def test_an_unknown_address_is_told_in_words() -> None:
    response = Client().get("/no/such/page/")
    assert response.status_code == 404
    assert "没有这个页面" in response.content.decode()


@pytest.mark.parametrize(("view", "status"), [(views.bad_request, 400), (views.forbidden, 403)])
def test_other_faults_have_their_page(view: object, status: int) -> None:
    assert callable(view)
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    assert view(request, ValueError()).status_code == status


def test_the_page_of_a_fault_needs_no_database_and_no_person() -> None:
    """No database mark here: a query would fail the test."""
    request = RequestFactory().get("/", headers={"cookie": "type=large"})
    response = views.server_error(request)
    assert response.status_code == 500
    assert "系统出了故障" in response.content.decode()
    assert 'class="large"' in response.content.decode()


def refused(path: str, *, htmx: bool = False) -> HttpResponse:
    request: HttpRequest = RequestFactory().get(path, headers={"referer": "http://testserver/before/"})
    request.user = AnonymousUser()
    request.htmx = htmx  # type: ignore[attr-defined]
    handler = middleware.refusals(lambda asked: HttpResponse())
    response = handler.process_exception(request, DomainError("活动已经结束。", remedy="请看下一次活动。"))
    assert response is not None
    return response


def test_a_refusal_becomes_a_page_that_says_what_to_do() -> None:
    response = refused("/programmes/1/")
    html = response.content.decode()
    assert response.status_code == 409
    assert "活动已经结束。" in html
    assert "请看下一次活动。" in html
    assert 'href="http://testserver/before/"' in html
    assert 'id="navigation"' not in html
    assert 'id="navigation"' in refused("/staff/programmes/1/").content.decode()


def test_htmx_gets_the_refusal_as_a_notice() -> None:
    response = refused("/staff/programmes/1/", htmx=True)
    assert response["HX-Retarget"] == "#notices"
    assert "<html" not in response.content.decode()
    assert "请看下一次活动。" in response.content.decode()


def test_other_faults_are_left_to_django() -> None:
    assert (
        middleware.refusals(lambda asked: HttpResponse()).process_exception(RequestFactory().get("/"), KeyError())
        is None
    )


def test_a_grave_step_is_asked_for_on_a_page(shown: Client) -> None:
    request = RequestFactory().get("/staff/x/")
    request.user = AnonymousUser()
    response = pages.confirm(
        request, heading="取消这次活动？", verb="取消活动", back="/x/", consequences=["813 份预订作废"]
    )
    html = response.content.decode()
    assert response.status_code == 200
    assert "813 份预订作废" in html
    assert '<button class="btn btn-primary main">取消活动</button>' in html
    assert '<a class="btn quiet" href="/x/">' in html


def test_every_state_has_a_colour_a_word_and_a_shape() -> None:
    drawings = {badge(state, "词") for state in SHAPES}
    assert len(drawings) == len(SHAPES)
    assert all("<svg" in drawing and "词" in drawing for drawing in drawings)
    assert "&lt;b&gt;" in badge("done", "<b>")


def test_an_icon_that_is_not_there_is_said_so() -> None:
    assert "<svg" in icon("gift")
    with pytest.raises(Exception, match="no icon “nothing”"):
        icon("nothing")


def test_static_addresses_change_with_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "FOLDER", tmp_path)
    (tmp_path / "a.css").write_text("one")
    first = storage.digest("a.css")
    (tmp_path / "a.css").write_text("two")
    assert len(first) == 8
    assert storage.digest("a.css") != first
    assert storage.digest("absent.css") == ""
