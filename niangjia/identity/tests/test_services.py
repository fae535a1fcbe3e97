"""Writing accounts and roles: who may, what happens, and that a refusal changes nothing."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import identify_hasher
from django.utils import timezone

from niangjia.audit.models import Entry
from niangjia.core.errors import DomainError, InvalidInput, NotPermitted
from niangjia.identity import passwords, services
from niangjia.identity.models import Assignment, Role, User
from niangjia.identity.permissions import MANAGE, VIEW
from niangjia.identity.tests.factories import grant, holder, make_cast, person
from niangjia.org import permissions as org
from niangjia.org.tests.factories import Tree, make_tree

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"


@pytest.fixture
def tree() -> Tree:
    return make_tree()


def role(*permissions: str, code: str = "staff") -> Role:
    return services.define_role(code=code, name=code, permissions=list(permissions), actor=None)


def snapshot() -> tuple[object, ...]:
    users = list(
        User.objects.order_by("pk").values_list("pk", "password", "is_active", "epoch", "must_change_password")
    )
    assignments = list(Assignment.objects.order_by("pk").values_list("pk", "valid_to"))
    return users, assignments, Authenticator.objects.count(), Entry.objects.count()


def test_passwords_are_hashed_by_argon2_and_never_written_to_the_history(tree: Tree) -> None:
    user = person("周敏", username="zhoumin", password=PASSWORD)
    assert identify_hasher(user.password).algorithm == "argon2"
    services.change_password(user, "another long sentence")
    assert "sentence" not in str(list(Entry.objects.values_list("data", "target_name")))


def test_a_temporary_password_is_long_random_and_easy_to_read_out() -> None:
    made = {passwords.temporary() for _ in range(200)}
    assert len(made) == 200
    assert {len(one) for one in made} == {19}
    assert not any(letter in one for one in made for letter in "01iloO")


def test_an_account_is_opened_with_a_role_and_a_password_that_gives_no_rights_yet(tree: Tree) -> None:
    officer = holder(MANAGE, VIEW, org.VIEW, at=tree.unit)
    user, password = services.open_account(
        name="陈望舒",
        username="ChenWS",
        phone="13800000005",
        role=role(org.VIEW),
        organization=tree.unit,
        actor=officer,
    )
    user = User.objects.get(pk=user.pk)
    assert user.username == "chenws"
    assert user.check_password(password)
    assert user.must_change_password
    assert user.paths(org.VIEW) == []
    services.change_password(user, PASSWORD)
    assert User.objects.get(pk=user.pk).paths(org.VIEW) == [tree.unit.path]
    assert list(Entry.objects.filter(actor_id=officer.pk).values_list("action", flat=True)) == [
        "identity.user.create",
        "identity.assignment.create",
    ]


def test_nobody_gives_what_they_do_not_hold_there_themselves(tree: Tree) -> None:
    officer = holder(MANAGE, VIEW, at=tree.unit)
    grant(officer, org.MANAGE, at=tree.sibling)
    colleague, before = person("同事"), snapshot()
    powerful = role(org.MANAGE)
    before = snapshot()
    with pytest.raises(NotPermitted):
        services.assign_role(colleague, powerful, at=tree.unit, actor=officer)
    with pytest.raises(NotPermitted):
        services.open_account(name="甲", username="jia", role=powerful, organization=tree.unit, actor=officer)
    with pytest.raises(NotPermitted):
        services.assign_role(colleague, role(code="none"), at=tree.district, actor=officer)
    assert snapshot()[:3] == before[:3]


@pytest.mark.parametrize("what", ["reset", "close", "reopen", "factor", "end"])
@pytest.mark.parametrize(
    ("who", "may"), [("member", False), ("officer", True), ("above", True), ("elsewhere", False), ("nobody", False)]
)
def test_care_for_accounts_belongs_to_the_officers_of_the_unit_and_above(
    tree: Tree, what: str, who: str, may: bool
) -> None:
    colleague = holder(org.VIEW, at=tree.unit, password=PASSWORD)
    assignment = colleague.assignments.get()
    Authenticator.objects.create(user=colleague, type=Authenticator.Type.TOTP, data={})
    actor = getattr(make_cast(tree, MANAGE, org.VIEW), who)
    acts: dict[str, Callable[[], object]] = {
        "reset": lambda: services.reset_password(colleague, actor=actor),
        "close": lambda: services.deactivate_user(colleague, actor=actor),
        "reopen": lambda: services.reactivate_user(colleague, actor=actor),
        "factor": lambda: services.remove_second_factor(colleague, actor=actor),
        "end": lambda: services.end_assignment(assignment, on=timezone.localdate(), actor=actor),
    }
    before = snapshot()
    if may:
        acts[what]()
        assert snapshot() != before
        assert Entry.objects.filter(actor_id=actor.pk).count() == 1
    else:
        with pytest.raises(NotPermitted):
            acts[what]()
        assert snapshot() == before


def test_few_rights_do_not_reach_the_account_of_somebody_with_many(tree: Tree) -> None:
    """A colleague who also works at the district, or who holds a right that the officer lacks, is out of reach."""
    officer = holder(MANAGE, org.VIEW, at=tree.unit)
    also_above = holder(org.VIEW, at=tree.unit)
    grant(also_above, org.VIEW, at=tree.district)
    mightier = holder(org.VIEW, org.MANAGE, at=tree.unit)
    before = snapshot()
    for other in (also_above, mightier):
        with pytest.raises(NotPermitted):
            services.reset_password(other, actor=officer)
        with pytest.raises(NotPermitted):
            services.deactivate_user(other, actor=officer)
    assert snapshot() == before


def test_a_member_without_a_role_is_out_of_reach_of_every_officer(tree: Tree) -> None:
    member, officer = person("王芳", phone="13800000006"), holder(MANAGE, at=tree.city)
    with pytest.raises(NotPermitted):
        services.deactivate_user(member, actor=officer)


def test_who_has_left_is_still_in_reach_of_those_who_had_power_over_them(tree: Tree) -> None:
    officer, leaver = holder(MANAGE, org.VIEW, at=tree.unit), holder(org.VIEW, at=tree.unit)
    services.end_assignment(leaver.assignments.get(), on=timezone.localdate(), actor=officer)
    assert not services.deactivate_user(leaver, actor=officer).is_active


def test_nobody_locks_themselves_out(tree: Tree) -> None:
    officer = holder(MANAGE, at=tree.unit)
    before = snapshot()
    acts: list[Callable[[], object]] = [
        lambda: services.deactivate_user(officer, actor=officer),
        lambda: services.reset_password(officer, actor=officer),
        lambda: services.end_assignment(officer.assignments.get(), on=timezone.localdate(), actor=officer),
    ]
    for act in acts:
        with pytest.raises(DomainError) as refused:
            act()
        assert refused.value.code == "own-account"
    assert snapshot() == before


def test_a_role_ends_once_and_from_its_day_on(tree: Tree) -> None:
    colleague, today = holder(org.VIEW, at=tree.unit), timezone.localdate()
    assignment = colleague.assignments.get()
    services.end_assignment(assignment, on=today + timedelta(days=1), actor=None)
    assert User.objects.get(pk=colleague.pk).paths(org.VIEW) == [tree.unit.path]
    services.end_assignment(assignment, on=today, actor=None)
    assert User.objects.get(pk=colleague.pk).paths(org.VIEW) == []
    with pytest.raises(DomainError):
        services.end_assignment(assignment, on=today, actor=None)


def test_a_closed_account_holds_nothing_and_gets_it_back(tree: Tree) -> None:
    colleague = holder(org.VIEW, at=tree.unit)
    services.deactivate_user(colleague, actor=None)
    assert User.objects.get(pk=colleague.pk).paths(org.VIEW) == []
    services.reactivate_user(colleague, actor=None)
    assert User.objects.get(pk=colleague.pk).paths(org.VIEW) == [tree.unit.path]


@pytest.mark.parametrize(
    ("username", "phone", "field"), [("ZHOUMIN", "", "username"), (None, "+86 138 0000 0007", "phone")]
)
def test_a_user_name_and_a_phone_belong_to_one_account(username: str | None, phone: str, field: str) -> None:
    person("周敏", username="zhoumin", phone="13800000007")
    with pytest.raises(InvalidInput) as refused:
        services.create_user(name="另一个", username=username, phone=phone, actor=None)
    assert refused.value.field == field
    assert User.objects.count() == 1


def test_a_role_with_an_unknown_permission_is_refused_by_its_name() -> None:
    with pytest.raises(InvalidInput, match=r"gifts\.steal"):
        role("gifts.steal")
    assert not Role.objects.exists()


def test_a_roles_reach_is_the_unit_and_below_and_follows_a_move(tree: Tree) -> None:
    officer = holder(org.VIEW, at=tree.district)
    before = officer.assignments.get().organization_path
    assert tree.unit.path.startswith(before)
    assert not tree.elsewhere.path.startswith(before)
