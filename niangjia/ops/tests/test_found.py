"""The first union and the first account."""

import io

import pytest
from django.core.management import CommandError, call_command

from niangjia.audit.models import Entry
from niangjia.core import access
from niangjia.core.errors import InvalidInput
from niangjia.identity.models import User
from niangjia.identity.permissions import registered
from niangjia.ops import services
from niangjia.org.models import Organization

pytestmark = pytest.mark.django_db

GIVEN = {
    "code": "BJ-XC", "name": "西城区总工会", "kind": "federation", "level": "district",
    "username": "wangxm", "person": "王小明", "password": "a quiet evening",
}  # fmt: skip


def test_the_founder_holds_every_permission_at_the_root() -> None:
    user = services.found_installation(**GIVEN)
    root = Organization.objects.get()
    assert [name for name in registered if not access.can(user, name, root)] == []
    assert user.check_password("a quiet evening")
    assert "org.organization.create" in set(Entry.objects.values_list("action", flat=True))


def test_it_works_once() -> None:
    services.found_installation(**GIVEN)
    with pytest.raises(services.AlreadyFounded):
        services.found_installation(**{**GIVEN, "code": "BJ-DC", "username": "other"})
    assert (Organization.objects.count(), User.objects.count()) == (1, 1)


def test_a_weak_password_changes_nothing() -> None:
    with pytest.raises(InvalidInput):
        services.found_installation(**{**GIVEN, "password": "12345678"})
    assert not Organization.objects.exists()


def test_the_command_takes_the_password_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("a quiet evening\n"))
    out = io.StringIO()
    call_command("found", **{name: value for name, value in GIVEN.items() if name != "password"}, stdout=out)
    assert "wangxm" in out.getvalue()
    assert User.objects.get().check_password("a quiet evening")
    with pytest.raises(CommandError):
        call_command("found", **{name: value for name, value in GIVEN.items() if name != "password"})
