from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import RequestFactory

from niangjia.ui import navigation


class Someone:
    pk = 1
    is_authenticated = True

    def __init__(self, *permissions: str) -> None:
        self.permissions = permissions

    def paths(self, permission: str) -> list[str]:
        return ["1."] if permission in self.permissions else []


@pytest.fixture(autouse=True)
def entries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "_entries", {"staff": {}, "member": {}})
    monkeypatch.setattr(navigation, "_scopes", [])
    register = navigation.register
    register(
        area="staff", label="管理", url_name="ui:styleguide-member", permission="a.manage", group="house", order=1
    )
    register(area="staff", label="首页", url_name="ui:styleguide", order=2, count=lambda request: 3)
    register(area="staff", label="会员", url_name="ui:styleguide-staff", permission="a.view", order=1)
    register(area="staff", label="无址", url_name="nowhere:nothing", order=1)


def visit(user: Any, path: str = "/styleguide/") -> HttpRequest:
    request = RequestFactory().get(path)
    request.user = user
    return request


@pytest.mark.parametrize(
    ("case", "user", "expected"),
    [
        ("a visitor", AnonymousUser(), []),
        ("nobody in particular", Someone(), ["首页"]),
        ("who may view", Someone("a.view"), ["会员", "首页"]),
        ("who may all", Someone("a.view", "a.manage"), ["会员", "首页", "管理"]),
    ],
)
def test_one_sees_what_one_may_in_order_of_group(case: str, user: Any, expected: list[str]) -> None:
    assert [link.label for link in navigation.links(visit(user), "staff")] == expected
    assert navigation.links(visit(user), "member") == []


def test_the_nearest_entry_is_current_and_counts_are_shown() -> None:
    links = {
        str(link.label): link for link in navigation.links(visit(Someone("a.view"), "/styleguide/staff/7/"), "staff")
    }
    assert {label: link.current for label, link in links.items()} == {"会员": True, "首页": False}
    assert links["首页"].count == 3


def test_pages_of_other_apps_stand_under_the_entry_that_names_them() -> None:
    navigation.register(area="staff", label="会员", url_name="ui:styleguide-staff", order=1, also=("/cards/",))
    for path, current in (("/cards/7/", ["会员"]), ("/styleguide/staff/", ["会员"]), ("/elsewhere/", [])):
        links = navigation.links(visit(Someone(), path), "staff")
        assert [link.label for link in links if link.current] == current


def test_the_scope_is_told_to_who_is_signed_in() -> None:
    navigation.register_scope(lambda request: "天桥街道总工会")
    assert navigation.scope_of(visit(Someone())) == "天桥街道总工会"
    assert navigation.scope_of(visit(AnonymousUser())) == ""
    assert navigation.scope_of(visit(SimpleNamespace(is_authenticated=False))) == ""
