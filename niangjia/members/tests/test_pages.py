"""The pages of the registry, and a member's own."""

from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from niangjia.audit import permissions as audit
from niangjia.audit.models import Entry
from niangjia.identity.models import User
from niangjia.identity.tests.factories import Cast, grant, holder, make_cast
from niangjia.members import services
from niangjia.members.models import CorrectionRequest, Member, MemberState, Occupation
from niangjia.members.permissions import CHANGE, EXPORT, REVEAL, VIEW
from niangjia.members.tests.factories import TODAY, make_id_number, make_member
from niangjia.notices.models import Message
from niangjia.org.tests.factories import Tree, make_tree

pytestmark = pytest.mark.django_db

LIST = "members:member-list"


@pytest.fixture
def tree() -> Tree:
    return make_tree()


@pytest.fixture
def cast(tree: Tree) -> Cast:
    return make_cast(tree, VIEW, CHANGE, REVEAL, EXPORT)


@pytest.fixture
def member(tree: Tree, cast: Cast) -> Member:
    member = make_member(tree.primary, name="李小红", phone="13900000077", home_address="北京市西城区永安路1号")
    member.user = cast.member
    member.save()
    return member


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(client: Client, name: str, *args: Any, query: str = "") -> str:
    answer = client.get(reverse(name, args=args) + query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


@pytest.mark.parametrize(
    ("case", "query", "names"),
    [
        ("everybody", "", {"李小红", "王大明", "欧阳修"}),
        ("a name", "?q=小红", {"李小红"}),
        ("the beginning of a name", "?q=欧", {"欧阳修"}),
        ("letters around", "?q= 王大明 ", {"王大明"}),
        ("a phone", "?q=139-0000-0077", {"李小红"}),
        ("no one", "?q=13900000099", set()),
        ("the state", "?state=retained", {"王大明"}),
        ("an occupation", "?group=guard", {"欧阳修"}),
        ("something not offered", "?state=dead", {"李小红", "王大明", "欧阳修"}),
    ],
)
def test_the_list_finds_people(case: str, query: str, names: set[str], member: Member, tree: Tree, cast: Cast) -> None:
    services.ensure_occupations(actor=None)
    make_member(tree.unit, name="王大明", state=MemberState.RETAINED)
    make_member(tree.unit, name="欧阳修", occupation=Occupation.objects.get(name="保安员"))
    make_member(tree.sibling, name="陶然亭人")
    page = text(signed_in(cast.officer), LIST, query=query)
    everyone = {"李小红", "王大明", "欧阳修", "陶然亭人"}
    assert {name for name in everyone if f">{name}<" in page} == names, case


def test_a_whole_number_and_its_tail_find_the_person(member: Member, tree: Tree, cast: Cast) -> None:
    make_member(tree.unit, name="王大明")
    client = signed_in(cast.officer)
    for words in (str(member.id_number), str(member.id_number).lower(), member.id_tail):
        page = text(client, LIST, query=f"?q={words}")
        assert "李小红" in page
    assert f">{'王大明'}<" not in text(client, LIST, query=f"?q={member.id_number}")


def test_numbers_are_masked_and_the_unit_narrows(member: Member, tree: Tree, cast: Cast) -> None:
    page = text(signed_in(cast.officer), LIST)
    assert str(member.id_number) not in page
    assert "13900000077" not in page
    assert "139 **** 0077" in page
    assert "您的工会共有 1 位会员" in page
    make_member(tree.unit, name="街道本级")
    narrowed = text(signed_in(cast.officer), LIST, query=f"?unit={tree.primary.path}")
    assert "李小红" in narrowed
    assert ">街道本级<" not in narrowed


def test_an_export_is_masked_and_recorded_and_needs_its_right(member: Member, tree: Tree, cast: Cast) -> None:
    answer = signed_in(cast.officer).get(reverse(LIST) + "?format=xlsx&q=小红")
    cells = [cell.value for row in openpyxl.load_workbook(BytesIO(answer.content)).worksheets[0] for cell in row]
    assert "李小红" in cells
    assert "139 **** 0077" in cells
    assert str(member.id_number) not in cells
    entry = Entry.objects.get(action="members.list.export")
    assert (entry.actor_id, entry.data) == (cast.officer.pk, {"rows": 1, "conditions": {"q": "小红"}})
    reader = holder(VIEW, at=tree.unit)
    assert "<html" in signed_in(reader).get(reverse(LIST) + "?format=xlsx").content.decode()
    grant(reader, EXPORT, at=tree.sibling)
    answer = signed_in(User.objects.get(pk=reader.pk)).get(reverse(LIST) + "?format=xlsx")
    assert openpyxl.load_workbook(BytesIO(answer.content)).worksheets[0].max_row == 1
    assert Entry.objects.filter(action="members.list.export").count() == 2


def test_the_record_shows_the_way_so_far(member: Member, tree: Tree, cast: Cast) -> None:
    services.transfer_member(member, to=tree.unit, on=TODAY, reason="换了单位", actor=cast.above)
    page = text(signed_in(cast.officer), "members:member", member.pk)
    for words in ("天桥剧场工会", "换了单位", "2026年1月12日", "北京市西城区 ****", "在册会员"):
        assert words in page
    assert "永安路" not in page
    assert "这份登记的操作记录" not in page
    auditor = holder(VIEW, audit.VIEW, at=tree.city)
    page = text(signed_in(auditor), "members:member", member.pk)
    assert "这份登记的操作记录" in page
    assert "更改登记信息" not in page


def test_a_person_is_entered_by_the_form(tree: Tree, cast: Cast) -> None:
    client, there = signed_in(cast.officer), reverse("members:member-new")
    fields = {"organization": tree.primary.pk, "name": "赵一", "id_number": make_id_number(), "phone": "139"}
    answer = client.post(there, fields)
    assert answer.status_code == 422
    assert "手机号应为 11 位数字" in answer.content.decode()
    answer = client.post(
        there, fields | {"phone": "13900000001", "on_duty_festival": "True", "joined_on": "2020-01-02"}
    )
    made = Member.objects.get(name="赵一")
    assert answer.headers["Location"] == reverse("members:member", args=[made.pk])
    assert (made.on_duty_festival, made.organization) == (True, tree.primary)
    again = client.post(there, fields | {"phone": ""})
    assert "此人已经登记" in again.content.decode()
    outside = client.post(there, fields | {"phone": "", "organization": tree.sibling.pk})
    assert outside.status_code == 422


def test_a_record_is_changed_and_empty_sealed_fields_stay(member: Member, cast: Cast) -> None:
    client, there = signed_in(cast.officer), reverse("members:member-change", args=[member.pk])
    assert "13900000077" not in client.get(there).content.decode()
    client.post(there, {"name": "李晓红", "id_number": "", "phone": "", "home_address": "", "on_duty_festival": ""})
    changed = Member.objects.get(pk=member.pk)
    assert (changed.name, changed.phone, changed.id_number) == ("李晓红", "13900000077", member.id_number)
    assert changed.household is not None
    client.post(there, {"name": "李晓红", "phone": "13900000078"})
    assert Member.objects.get(pk=member.pk).phone == "13900000078"


def test_a_membership_moves_and_ends_by_its_forms(member: Member, tree: Tree, cast: Cast) -> None:
    client = signed_in(cast.above)
    transfer = reverse("members:member-transfer", args=[member.pk])
    client.post(transfer, {"to": tree.sibling.pk, "on": "2026-01-12", "reason": "换了单位"})
    assert Member.objects.get().organization == tree.sibling
    outside = client.post(transfer, {"to": tree.elsewhere.pk, "on": "2026-01-12", "reason": "换了单位"})
    assert outside.status_code == 422
    state = reverse("members:member-state", args=[member.pk])
    client.post(state, {"to": "retained", "on": "2026-02-01", "reason": "退休"})
    assert Member.objects.get().state == MemberState.RETAINED
    early = client.post(state, {"to": "withdrawn", "on": "2019-01-01", "reason": "x"})
    assert early.status_code == 422
    assert client.post(state, {"to": "applied", "on": "2026-02-01", "reason": "x"}).status_code == 422


def test_full_numbers_are_shown_for_a_reason_and_the_member_reads_it(member: Member, cast: Cast) -> None:
    client, there = signed_in(cast.officer), reverse("members:member-reveal", args=[member.pk])
    assert str(member.id_number) not in client.get(there).content.decode()
    assert client.post(there, {"reason": ""}).status_code == 422
    assert not Entry.objects.filter(action="members.member.reveal").exists()
    answer = client.post(there, {"reason": "办理互助保障"})
    assert str(member.id_number) in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    page = text(signed_in(cast.member), "members:own")
    assert "办理互助保障" in page
    assert "天桥干部" in page


def test_a_member_sees_her_own_data_masked_and_asks_for_a_correction(member: Member, cast: Cast) -> None:
    client = signed_in(cast.member)
    page = text(client, "members:own")
    assert "139 **** 0077" in page
    assert str(member.id_number) not in page
    assert client.post(reverse("members:own"), {"text": ""}).status_code == 422
    client.post(reverse("members:own"), {"text": "工作单位应为天桥医院"})
    page = text(client, "members:own")
    assert "工作单位应为天桥医院" in page
    assert "提交更正申请" not in page
    waiting = text(signed_in(cast.officer), "members:correction-list")
    assert "1 位会员的更正申请待答复" in waiting
    assert "1 位会员申请更正信息" in text(signed_in(cast.officer), "portal:staff")
    there = reverse("members:correction", args=[CorrectionRequest.objects.get().pk])
    assert signed_in(cast.officer).post(there, {"do": "decline", "answer": ""}).status_code == 422
    signed_in(cast.officer).post(there, {"do": "decline", "answer": "请单位开具证明"})
    assert "请单位开具证明" in text(client, "members:own")
    assert Message.objects.get(user=cast.member).title == "您的信息未作更改"
    assert "请单位开具证明" in text(signed_in(cast.officer), "members:correction", CorrectionRequest.objects.get().pk)


def test_a_member_does_not_reach_the_pages_of_officers_through_her_own_record(member: Member, cast: Cast) -> None:
    for name in ("member", "member-change", "member-transfer", "member-state", "member-reveal"):
        answer = signed_in(cast.member).get(reverse(f"members:{name}", args=[member.pk]))
        assert answer.status_code == 404, name


def test_who_may_see_but_not_change_gets_no_form(member: Member, tree: Tree) -> None:
    reader = signed_in(holder(VIEW, at=tree.unit))
    assert reader.get(reverse("members:member", args=[member.pk])).status_code == 200
    for name in ("member-change", "member-transfer", "member-state", "member-reveal"):
        assert reader.get(reverse(f"members:{name}", args=[member.pk])).status_code == 403, name
        assert reader.post(reverse(f"members:{name}", args=[member.pk]), {"name": "x"}).status_code == 403, name
    assert Member.objects.get().name == "李小红"


@pytest.mark.parametrize("name", ["members:member-list", "members:correction-list", "members:member", "members:own"])
def test_pages_ask_as_often_for_three_rows_as_for_one(name: str, member: Member, tree: Tree, cast: Cast) -> None:
    client = signed_in(cast.member if name == "members:own" else cast.above)
    address = reverse(name, args=[member.pk]) if name == "members:member" else reverse(name)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code == 200
        return len(found)

    services.ensure_occupations(actor=None)
    trade = Occupation.objects.all()[0]
    services.change_member(member, occupation=trade, on=TODAY, actor=None)
    services.request_correction(member, text="电话有误", actor=cast.member)
    queries()
    one = queries()
    for number in range(2):
        other = make_member(tree.unit, occupation=trade, home_address=f"永安路{number}号")
        Member.objects.filter(pk=other.pk).update(user=holder(VIEW, at=tree.unit))
        asker = Member.objects.get(pk=other.pk)
        services.request_correction(asker, text="电话有误", actor=User.objects.get(member=asker))
        services.transfer_member(member, to=(tree.unit, tree.primary)[number], on=TODAY, reason="", actor=None)
        services.reveal_member(member, reason="核对", actor=None)
    assert queries() == one
