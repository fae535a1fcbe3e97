"""The demo as it lies in the database: made by the services, once, and seen by those who may."""

from io import StringIO

import pytest
from django.core.management import call_command

from niangjia.audit.models import Entry
from niangjia.coverage.models import Employer
from niangjia.demo import accounts, cast, loading, steps, tree
from niangjia.demo.tests.conftest import TINY, Loaded
from niangjia.demo.tests.digest import digest
from niangjia.identity.models import User
from niangjia.members.models import Household, Member, MemberState
from niangjia.org import queries as org_queries
from niangjia.org.models import Organization

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loaded")]


def test_everybody_is_there() -> None:
    unit = Organization.objects.get(code=tree.UNIT)
    assert Member.objects.filter(organization_path__startswith=unit.path).count() == TINY.unit + 3
    assert Member.objects.exclude(organization_path__startswith=unit.path).count() == TINY.elsewhere + 1
    assert Member.objects.filter(state=MemberState.POOLED, organization__code=tree.POOL).exists()
    assert Household.objects.exists()
    assert Employer.objects.exclude(credit_code="").count() == Employer.objects.count()
    assert org_queries.misplaced() == []


def test_history_has_a_line_for_whatever_was_made() -> None:
    for action, rows in (
        ("org.organization.create", Organization),
        ("coverage.employer.create", Employer),
        ("members.member.register", Member),
        ("identity.user.create", User),
    ):
        targets = set(Entry.objects.filter(action=action).values_list("target_id", flat=True))
        assert targets == {str(pk) for pk in rows._default_manager.values_list("pk", flat=True)}, action
    registered = Entry.objects.filter(action="members.member.register", actor_name="何立新")
    assert registered.count() == TINY.unit + 3


def test_a_second_load_does_nothing(loaded: Loaded) -> None:
    before = Entry.objects.count()
    said: list[str] = []
    assert not loading.load(loaded.demo, steps.STEPS, said.append)
    assert said == []
    assert Entry.objects.count() == before


def test_two_loads_give_the_same(loaded: Loaded) -> None:
    assert digest() == loaded.digest_before


def test_the_digest_tells_a_difference() -> None:
    before = digest()
    Member.objects.filter(name=cast.GUARD.name).update(name="郝建国")
    assert digest() != before


def test_what_was_interrupted_is_taken_up_where_it_stopped(loaded: Loaded) -> None:
    Entry.objects.filter(action=loading.DONE, data__step="accounts").delete()
    User.objects.filter(username__isnull=False).update(username=None)
    said: list[str] = []
    assert loading.load(loaded.demo, steps.STEPS, said.append)
    assert len(said) == 2, "the step that was missing, and the end"
    assert User.objects.filter(username="tianqiao").exists()


def test_progress_is_told_and_ends_at_a_hundred(loaded: Loaded) -> None:
    shares = [int(line.partition("%")[0]) for line in loaded.said]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 100)
    assert len(shares) > 20


def test_the_officer_of_the_unit_sees_her_own_and_nobody_else() -> None:
    unit = Organization.objects.get(code=tree.UNIT)
    seen = Member.objects.visible_to(accounts.officer("tianqiao"))
    assert seen.count() == TINY.unit + 3
    assert not seen.exclude(organization_path__startswith=unit.path).exists()
    assert not Employer.objects.visible_to(accounts.officer("tianqiao")).exclude(
        organization_path__startswith=unit.path
    )


@pytest.mark.parametrize(
    ("login", "sees"),
    [
        ("tianqiao", {cast.COURIER.name, cast.GUARD.name, cast.CLEANER.name}),
        ("registrar", {cast.COURIER.name, cast.GUARD.name, cast.CLEANER.name}),
        ("xicheng", {cast.COURIER.name, cast.GUARD.name, cast.CLEANER.name, cast.NURSE.name}),
        ("taoranting", {cast.NURSE.name}),
        ("auditor", {cast.COURIER.name, cast.GUARD.name, cast.CLEANER.name, cast.NURSE.name}),
        ("helper", set()),
        ("admin", set()),
    ],
)
def test_who_sees_whom(login: str, sees: set[str]) -> None:
    names = {person.name for person in (cast.COURIER, cast.GUARD, cast.CLEANER, cast.NURSE)}
    seen = Member.objects.visible_to(accounts.officer(login)).filter(name__in=names)
    assert set(seen.values_list("name", flat=True)) == sees


def test_the_passwords_are_those_of_the_list() -> None:
    for account in accounts.accounts():
        assert accounts.officer(account.login).check_password(account.password)


def test_the_command_says_when_there_is_nothing_to_do() -> None:
    said = StringIO()
    call_command("demo_load", stdout=said)
    assert "\n" in said.getvalue()
    assert Member.objects.count() == TINY.unit + TINY.elsewhere + 4
