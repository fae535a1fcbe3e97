"""A member's first log-in against the roster."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from niangjia.audit.models import Entry
from niangjia.identity.models import User
from niangjia.identity.services import phone_index
from niangjia.identity.tests.factories import person
from niangjia.members import services
from niangjia.members.models import Member, MemberState
from niangjia.members.services import ClaimRefused
from niangjia.members.tests.factories import TODAY, make_id_number, make_member
from niangjia.org.models import Organization
from niangjia.org.tests.factories import make_tree

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 1, 12, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
PHONE = "13900000001"


@pytest.fixture
def unit() -> Organization:
    return make_tree().unit


def claim(member: Member, *, phone: str = PHONE, name: str = "", tail: str = "") -> User:
    return services.claim_account(phone=phone, name=name or member.name, id_tail=tail or member.id_tail, at=NOW)


def test_name_tail_and_phone_of_the_roster_make_the_account(unit: Organization) -> None:
    member = make_member(unit, name="李红", phone=PHONE)
    user = claim(member, name=" 李 红", tail=member.id_tail.lower())
    assert Member.objects.get().user == user
    assert (user.name, user.phone, user.has_usable_password()) == ("李红", PHONE, False)
    assert Entry.objects.get(action="members.member.claim").data["roster_had_phone"] is True
    assert claim(member) == user


def test_without_a_phone_in_the_roster_it_is_allowed_and_noted(unit: Organization) -> None:
    member = make_member(unit)
    assert claim(member).member == member
    assert Entry.objects.get(action="members.member.claim").data["roster_had_phone"] is False


@pytest.mark.parametrize(
    "case", ["another phone", "another name", "another tail", "nobody", "left", "two alike", "account closed"]
)
def test_every_refusal_reads_the_same_and_changes_nothing(unit: Organization, case: str) -> None:
    member = make_member(unit, phone="" if case == "two alike" else PHONE)
    phone, name, tail = PHONE, member.name, member.id_tail
    match case:
        case "another phone":
            phone = "13900000002"
        case "another name":
            name = "王大明"
        case "another tail":
            tail = "0000"
        case "nobody":
            Member.objects.update(name="某某某")
        case "left":
            Member.objects.update(state=MemberState.WITHDRAWN)
        case "two alike":
            make_member(unit, id_number=_twin(member))
        case "account closed":
            Member.objects.update(user=person(phone=PHONE))
            User.objects.update(is_active=False)
    accounts = User.objects.count()
    with pytest.raises(ClaimRefused) as refused:
        services.claim_account(phone=phone, name=name, id_tail=tail, at=NOW)
    assert "没有" in str(refused.value) or "did not find" in str(refused.value)
    assert str(refused.value) == str(services.claiming._refusal())
    assert User.objects.count() == accounts
    assert not Entry.objects.filter(action="members.member.claim").exists()


def _twin(member: Member) -> str:
    """A number with the same last four and another birth date."""
    for serial in range(1000):
        for year in range(1960, 2000):
            number = make_id_number(born=TODAY.replace(year=year), serial=serial % 500)
            if number[-4:] == member.id_tail and number != member.id_number:
                return number
    raise AssertionError


def test_the_phone_tells_two_people_alike_apart(unit: Organization) -> None:
    first = make_member(unit, phone=PHONE)
    second = make_member(unit, id_number=_twin(first), phone="13900000002")
    assert claim(second, phone="13900000002").member == second


def test_a_staff_account_with_this_phone_is_hers(unit: Organization) -> None:
    officer = person("李红", phone=PHONE, username="lihong")
    member = make_member(unit, name="李红", phone=PHONE)
    assert claim(member) == officer


def test_a_new_number_in_the_roster_moves_her_account_to_it(unit: Organization) -> None:
    member = make_member(unit, phone=PHONE)
    user = claim(member)
    services.change_member(member, phone="13900000002", on=TODAY, actor=None)
    assert claim(member, phone="13900000002") == user
    assert User.objects.get(pk=user.pk).phone_index == phone_index("13900000002")


def test_a_number_passed_on_is_freed_from_its_former_owner(unit: Organization) -> None:
    former = make_member(unit, name="旧主人", phone=PHONE)
    old = claim(former)
    services.change_member(former, phone="13900000002", on=TODAY, actor=None)
    member = make_member(unit, name="新主人", phone=PHONE)
    assert claim(member) != old
    assert User.objects.get(pk=old.pk).phone == ""


def test_a_number_that_two_people_share_opens_one_account_only(unit: Organization) -> None:
    husband = make_member(unit, name="丈夫", phone=PHONE)
    user = claim(husband)
    wife = make_member(unit, name="妻子", phone=PHONE)
    with pytest.raises(ClaimRefused):
        claim(wife)
    assert Member.objects.get(pk=husband.pk).user == user
    assert Member.objects.get(pk=wife.pk).user is None
