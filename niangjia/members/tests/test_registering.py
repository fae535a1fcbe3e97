"""Entering people."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from niangjia.audit.models import Entry
from niangjia.core.errors import InvalidInput, NotPermitted
from niangjia.identity.tests.factories import holder, make_cast
from niangjia.members import services
from niangjia.members.models import Household, Member, Membership, MemberState
from niangjia.members.permissions import CHANGE, IMPORT
from niangjia.members.services import AlreadyRegistered
from niangjia.members.tests.factories import TODAY, make_id_number, make_member, new_member
from niangjia.org.tests.factories import make_tree

pytestmark = pytest.mark.django_db


def test_a_person_comes_with_her_membership_and_a_line_of_history() -> None:
    tree = make_tree()
    officer = holder(CHANGE, at=tree.unit)
    number = make_id_number(born=date(1985, 2, 3), sex="f")
    person = new_member(tree.primary, name=" 李 小红", id_number=number.lower(), phone="+86 139-0000-0001")
    member = services.register_member(person, on=TODAY, actor=officer)
    member = Member.objects.get(pk=member.pk)
    assert (member.name, member.name_bigrams) == ("李小红", ["李小", "小红"])
    assert (member.id_number, member.id_tail, member.phone) == (number, number[-4:], "13900000001")
    assert (member.birth_on, member.sex, member.state) == (date(1985, 2, 3), "f", MemberState.ACTIVE)
    assert member.organization_path == tree.primary.path
    stretch = Membership.objects.get(member=member)
    assert (stretch.organization, stretch.valid_from, stretch.valid_to) == (tree.primary, date(2020, 3, 1), None)
    entry = Entry.objects.about(member).get()
    assert (entry.action, entry.actor_id) == ("members.member.register", officer.pk)
    assert number not in str(entry.data)


def test_without_a_day_of_joining_the_membership_counts_from_the_entry() -> None:
    member = make_member(make_tree().unit, joined_on=None)
    assert member.joined_on is None
    assert member.memberships.get().valid_from == TODAY


@pytest.mark.parametrize(
    ("case", "fields", "field"),
    [
        ("a wrong check character", {"id_number": "11010519491231002" + "1"}, "id_number"),
        ("a birth in the future", {"id_number": make_id_number(born=date(2030, 1, 1))}, "id_number"),
        ("a name of one character", {"name": "王"}, "name"),
        ("a name too long", {"name": "王" * 61}, "name"),
        ("a phone too short", {"phone": "1390000"}, "phone"),
        ("joined tomorrow", {"joined_on": date(2026, 1, 13)}, "joined_on"),
        ("joined before birth", {"joined_on": date(1980, 5, 6)}, "joined_on"),
    ],
)
def test_what_breaks_a_rule_is_refused_and_nothing_is_written(case: str, fields: dict[str, Any], field: str) -> None:
    unit = make_tree().unit
    good = new_member(unit)
    with pytest.raises(InvalidInput) as refused:
        services.register_many([good, new_member(unit, **fields)], on=TODAY, actor=None)
    assert refused.value.field == field, case
    assert (Member.objects.count(), Membership.objects.count()) == (0, 0)


def test_who_is_registered_is_not_registered_again() -> None:
    tree = make_tree()
    member = make_member(tree.elsewhere, name="已在册")
    officer = holder(CHANGE, at=tree.unit)
    with pytest.raises(AlreadyRegistered) as refused:
        services.register_member(new_member(tree.unit, id_number=str(member.id_number)), on=TODAY, actor=officer)
    assert "昌平" not in str(refused.value)
    assert Member.objects.get().organization == tree.elsewhere


def test_only_those_who_may_enter_people_there_do() -> None:
    tree = make_tree()
    cast = make_cast(tree, CHANGE, IMPORT)
    for who, user in cast:
        number = make_id_number()
        person = new_member(tree.primary, id_number=number)
        if who in {"officer", "above"}:
            assert services.register_member(person, on=TODAY, actor=user).organization == tree.primary
            continue
        before = Member.objects.count()
        with pytest.raises(NotPermitted):
            services.register_member(person, on=TODAY, actor=user)
        with pytest.raises(NotPermitted):
            services.register_many([person], on=TODAY, actor=user)
        assert Member.objects.count() == before, who


def test_many_are_entered_in_a_few_statements_and_again_change_nothing() -> None:
    tree = make_tree()
    people = [new_member(tree.unit, home_address="永安路 1 号" if at % 2 else "") for at in range(300)]
    with CaptureQueriesContext(connection) as queries:
        made = services.register_many(people, on=TODAY, actor=None)
    assert len(made) == 300
    assert len(queries) < 12
    assert Household.objects.get().members.count() == 150
    assert Household.objects.get().address == "永安路1号"
    entries = Entry.objects.filter(action="members.member.register").count()
    assert entries == 300
    assert services.register_many(people, on=TODAY, actor=None) == []
    assert (Member.objects.count(), Membership.objects.count()) == (300, 300)
    assert Entry.objects.filter(action="members.member.register").count() == entries


def test_the_same_person_twice_in_one_go_is_entered_once() -> None:
    unit = make_tree().unit
    number = make_id_number()
    people = [new_member(unit, id_number=number), new_member(unit, id_number=number, name="另一写法")]
    assert len(services.register_many(people, on=TODAY, actor=None)) == 1


def test_sealed_values_do_not_stand_in_the_database() -> None:
    member = make_member(make_tree().unit, phone="13900000009")
    with connection.cursor() as cursor:
        cursor.execute("SELECT id_number, phone FROM members_member WHERE id = %s", [member.pk])
        stored = [bytes(value) for value in cursor.fetchone()]
    assert str(member.id_number).encode() not in stored[0]
    assert b"13900000009" not in stored[1]


def test_the_database_keeps_one_membership_at_a_time() -> None:
    member = make_member(make_tree().unit)
    with pytest.raises(IntegrityError, match="membership_one_at_a_time"), transaction.atomic():
        Membership.objects.create(
            member=member,
            organization=member.organization,
            organization_path=member.organization_path,
            state=MemberState.ACTIVE,
            valid_from=TODAY,
        )
