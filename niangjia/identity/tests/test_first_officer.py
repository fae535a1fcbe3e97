"""The operator's way to the first account of a real installation."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from niangjia.identity import services
from niangjia.identity.models import User
from niangjia.identity.permissions import MANAGE, registered
from niangjia.org.models import Organization
from niangjia.org.tests.factories import make_tree

pytestmark = pytest.mark.django_db


def told(*arguments: str) -> str:
    said = StringIO()
    call_command("create_officer", *arguments, stdout=said)
    return next(line.split()[-1] for line in said.getvalue().splitlines() if line.startswith("Temporary password"))


def test_an_empty_installation_gets_its_topmost_union_and_somebody_who_may_do_everything() -> None:
    password = told("admin", "周敏", "--unit", "西城区总工会", "--code", "BJ-XC")
    user, top = User.objects.get(username="admin"), Organization.objects.get()
    assert (top.code, top.name, top.parent_id) == ("BJ-XC", "西城区总工会", None)
    assert user.check_password(password)
    assert user.must_change_password
    services.change_password(user, "a long sentence of mine")
    user = User.objects.get(pk=user.pk)
    assert [permission for permission in registered if user.paths(permission) != [top.path]] == []


def test_a_second_one_joins_the_union_that_is_there() -> None:
    tree = make_tree()
    told("admin", "周敏")
    user = User.objects.get(username="admin")
    services.change_password(user, "a long sentence of mine")
    assert User.objects.get(pk=user.pk).paths(MANAGE) == [tree.city.path]


@pytest.mark.parametrize("arguments", [("admin", "周敏"), ("admin", "周敏", "--unit", "西城区总工会")])
def test_without_a_union_nothing_is_made_and_the_remedy_is_named(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="--unit"):
        told(*arguments)
    assert not User.objects.exists()
    assert not Organization.objects.exists()


def test_a_taken_user_name_is_refused_in_words() -> None:
    make_tree()
    told("admin", "周敏")
    with pytest.raises(CommandError, match="admin"):
        told("admin", "别人")
    assert User.objects.count() == 1
