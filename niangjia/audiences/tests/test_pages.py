"""The pages: who may open them, what they say, and that they work without a script."""

import re
from io import BytesIO
from uuid import uuid4

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from niangjia.audiences import services
from niangjia.audiences.models import Audience, AudienceStatus, Rule, ZodiacRule
from niangjia.audiences.permissions import DEFINE, FREEZE, VIEW
from niangjia.audiences.tests.conftest import ALL
from niangjia.audiences.tests.factories import freeze, make_audience, make_rule
from niangjia.audit.models import Entry
from niangjia.identity.tests.factories import Cast, holder
from niangjia.jobs.models import Job, JobStatus
from niangjia.members.models import Member
from niangjia.members.permissions import EXPORT
from niangjia.members.permissions import VIEW as MEMBERS
from niangjia.members.tests.factories import make_member
from niangjia.org.tests.factories import Tree

pytestmark = pytest.mark.django_db


def addresses(audience: Audience) -> dict[str, tuple[str, str]]:
    """Each page with what the officer elsewhere and those without any right get."""
    rule = audience.rule_version.rule_id
    return {
        "audience-list": (reverse("audiences:audience-list"), "200"),
        "audience-new": (reverse("audiences:audience-new"), "200"),
        "audience": (reverse("audiences:audience", args=[audience.pk]), "404"),
        "audience-freeze": (reverse("audiences:audience-freeze", args=[audience.pk]), "404"),
        "audience-why": (reverse("audiences:audience-why", args=[audience.pk]), "404"),
        "rule-list": (reverse("audiences:rule-list"), "200"),
        "rule-new": (reverse("audiences:rule-new"), "200"),
        "rule": (reverse("audiences:rule", args=[rule]), "404"),
        "rule-change": (reverse("audiences:rule-change", args=[rule]), "404"),
        "rule-why": (reverse("audiences:rule-why", args=[rule]), "404"),
        "zodiac": (reverse("audiences:zodiac"), "200"),
    }


PAGES = sorted(
    [
        "audience-list",
        "audience-new",
        "audience",
        "audience-freeze",
        "audience-why",
        "rule-list",
        "rule-new",
        "rule",
        "rule-change",
        "rule-why",
        "zodiac",
    ]
)


@pytest.mark.parametrize("name", PAGES)
def test_who_may_open_which_page(client: Client, cast: Cast, drafted: Audience, name: str) -> None:
    address, elsewhere = addresses(drafted)[name]
    assert client.get(address).status_code == 302
    expected = {"officer": 200, "above": 200, "elsewhere": int(elsewhere), "member": 403, "nobody": 403}
    found = {}
    for who, user in cast:
        client.force_login(user)
        found[who] = client.get(address).status_code
    assert found == expected


@pytest.mark.parametrize(
    ("name", "permission"),
    [("audience-new", DEFINE), ("rule-new", DEFINE), ("rule-change", DEFINE), ("audience-freeze", FREEZE)],
)
def test_who_may_only_look_is_told_so(
    client: Client, tree: Tree, drafted: Audience, name: str, permission: str
) -> None:
    client.force_login(holder(*set(ALL) - {permission}, at=tree.unit))
    address = addresses(drafted)[name][0]
    assert client.get(address).status_code == 403
    assert client.post(address, {"name": "x", "do": "save"}).status_code == 403
    drafted.refresh_from_db()
    assert (drafted.status, Rule.objects.count(), Job.objects.count()) == (AudienceStatus.DRAFT, 1, 0)


@pytest.mark.parametrize("place", ["audience", "audience-freeze", "audience-why", "rule", "rule-change", "rule-why"])
def test_what_is_not_there_is_404(office: Client, place: str) -> None:
    assert office.get(reverse(f"audiences:{place}", args=[uuid4()])).status_code == 404


def test_an_officer_elsewhere_changes_nothing_by_posting(client: Client, cast: Cast, drafted: Audience) -> None:
    client.force_login(cast.elsewhere)
    assert client.post(reverse("audiences:audience-freeze", args=[drafted.pk])).status_code == 404
    unit = {"builder-unit": str(drafted.organization_id), "name": "x", "do": "save"}
    assert client.post(reverse("audiences:rule-new"), unit).status_code == 404
    assert client.post(reverse("audiences:builder"), unit).status_code == 404
    drafted.refresh_from_db()
    assert (drafted.status, Rule.objects.count()) == (AudienceStatus.DRAFT, 1)


# Audiences ------------------------------------------------------------------------------------------------------
def test_an_audience_is_drawn_up_frozen_and_shown(office: Client, tree: Tree, member: Member) -> None:
    version = make_rule(tree.unit, "member.on_duty_festival")
    data = {"name": "春节名单", "rule": str(version.rule_id), "unit": str(tree.unit.pk)}
    answer = office.post(reverse("audiences:audience-new"), data)
    made = Audience.objects.get()
    address = reverse("audiences:audience", args=[made.pk])
    assert (answer.status_code, answer.headers["Location"]) == (302, address)
    assert "“春节名单”（草稿）：现在 1 人中有 0 人符合" in office.get(address).content.decode()
    assert office.post(reverse("audiences:audience-freeze", args=[made.pk])).status_code == 302
    html = office.get(address).content.decode()
    assert "正在锁定名单" in html
    assert 'id="progress"' in html
    services.freeze_audience(made.pk, at=made.created_at)
    html = office.get(address).content.decode()
    assert "“春节名单”：1 人中有 0 人符合" in html
    assert re.search(r"节日期间坚守岗位</th><td[^>]*>0</td><td[^>]*>1</td><td[^>]*>1</td>", html)


def test_who_watches_the_freezing_gets_the_whole_page_when_it_is_done(office: Client, frozen: Audience) -> None:
    address = reverse("audiences:audience", args=[frozen.pk])
    assert office.get(address, headers={"HX-Target": "progress"}).headers["HX-Refresh"] == "true"
    assert "HX-Refresh" not in office.get(address).headers


def test_a_failed_freezing_says_why_and_can_be_started_again(office: Client, drafted: Audience) -> None:
    job = services.start_freezing(drafted, actor=None)
    Job.objects.filter(pk=job.pk).update(status=JobStatus.FAILED, message="没有名为“x”的信息项。")
    html = office.get(reverse("audiences:audience", args=[drafted.pk])).content.decode()
    assert "没有名为“x”的信息项。" in html
    assert reverse("audiences:audience-freeze", args=[drafted.pk]) in html


def test_a_name_that_is_taken_is_said_at_its_field(office: Client, drafted: Audience) -> None:
    rule = drafted.rule_version.rule
    data = {"name": drafted.name, "rule": str(rule.pk), "unit": str(drafted.organization_id)}
    answer = office.post(reverse("audiences:audience-new"), data)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["name"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["丁云亮", "王小红", "赵小明"]),
        ("?eligible=True", ["王小红"]),
        ("?eligible=False", ["丁云亮", "赵小明"]),
        ("?why=0", ["丁云亮", "赵小明"]),
        ("?q=小明", ["赵小明"]),
        ("?q=丁", ["丁云亮"]),
    ],
)
def test_the_list_is_filtered_and_exported(
    office: Client, tree: Tree, drafted: Audience, query: str, names: list[str]
) -> None:
    for name, on_duty in (("王小红", True), ("赵小明", False)):
        Member.objects.filter(pk=make_member(tree.unit, name=name).pk).update(on_duty_festival=on_duty)
    freeze(drafted)
    address = reverse("audiences:audience", args=[drafted.pk])
    table = office.get(address + query).context["table"]
    assert sorted(row.member.name for row in table.page.object_list) == names
    book = office.get(address + (query or "?") + "&format=xlsx")
    sheet = openpyxl.load_workbook(BytesIO(book.content)).active
    assert sheet is not None
    assert sorted(str(row[0]) for row in sheet.iter_rows(min_row=2, values_only=True)) == names


def test_the_file_needs_a_right_of_its_own_and_is_written_down(client: Client, tree: Tree, frozen: Audience) -> None:
    address = reverse("audiences:audience", args=[frozen.pk]) + "?format=xlsx"
    exported = Entry.objects.filter(action="audiences.audience.export")
    client.force_login(holder(VIEW, MEMBERS, at=tree.unit))
    assert client.get(address).headers["Content-Type"].startswith("text/html")
    assert not exported.exists()
    client.force_login(holder(VIEW, MEMBERS, EXPORT, at=tree.unit))
    assert "spreadsheetml" in client.get(address).headers["Content-Type"]
    assert exported.count() == 1


def test_people_beyond_the_officer_do_not_show_on_the_list(
    client: Client, tree: Tree, cast: Cast, member: Member
) -> None:
    make_member(tree.sibling, name="外人甲")
    audience = make_audience(tree.district, frozen=True)
    client.force_login(cast.above)
    address = reverse("audiences:audience", args=[audience.pk])
    assert len(client.get(address).context["table"].page.object_list) == 2
    client.force_login(holder(VIEW, at=tree.district))
    assert len(client.get(address).context["table"].page.object_list) == 0


# Why ------------------------------------------------------------------------------------------------------------
def test_why_finds_people_by_name_and_by_the_end_of_the_id_number(
    office: Client, tree: Tree, drafted: Audience, member: Member
) -> None:
    make_member(tree.sibling, name="丁云外")
    address = reverse("audiences:audience-why", args=[drafted.pk])
    for asked in ("丁云亮", "云亮", "丁", member.id_tail):
        assert [person.name for person in office.get(address, {"q": asked}).context["found"]] == ["丁云亮"]
    for asked in ("丁云外", "李", "9999x", "", " "):
        assert office.get(address, {"q": asked}).context["found"] == []


@pytest.mark.parametrize("place", ["audience-why", "rule-why"])
def test_why_shows_each_clause_with_value_source_and_remedy(
    office: Client, drafted: Audience, member: Member, place: str
) -> None:
    Member.objects.filter(pk=member.pk).update(on_duty_festival=None)
    key = drafted.pk if place == "audience-why" else drafted.rule_version.rule_id
    html = office.get(reverse(f"audiences:{place}", args=[key]), {"member": str(member.pk)}).content.decode()
    for said in ("丁云亮不符合条件", "节日期间坚守岗位", "未登记", "会员名册", "请联系所在工会补全“节日期间在岗”"):
        assert said in html


def test_why_is_answered_from_the_frozen_list(office: Client, frozen: Audience, member: Member) -> None:
    Member.objects.filter(pk=member.pk).update(on_duty_festival=True)
    html = office.get(reverse("audiences:audience-why", args=[frozen.pk]), {"member": str(member.pk)}).content.decode()
    assert "丁云亮不符合条件" in html
    assert "锁定名单时未登记" in html


@pytest.mark.parametrize("key", ["x", "8ef93160-e5fd-446a-b6d0-a9d74510f9ef"])
def test_somebody_who_is_not_there_or_not_seen_is_404(office: Client, tree: Tree, drafted: Audience, key: str) -> None:
    address = reverse("audiences:audience-why", args=[drafted.pk])
    assert office.get(address, {"member": key}).status_code == 404
    hidden = make_member(tree.sibling)
    assert office.get(address, {"member": str(hidden.pk)}).status_code == 404


# The rest -------------------------------------------------------------------------------------------------------
def test_the_year_of_the_zodiac_is_settled_by_the_top_alone(client: Client, tree: Tree, cast: Cast) -> None:
    data = {"year_start": "start_of_spring", "valid_from": "2026-01-01", "source": "市总工会通知"}
    client.force_login(cast.above)
    assert client.post(reverse("audiences:zodiac"), data).status_code == 403
    assert ZodiacRule.objects.count() == 0
    client.force_login(holder(VIEW, DEFINE, at=tree.city))
    assert client.post(reverse("audiences:zodiac"), data).status_code == 302
    assert client.post(reverse("audiences:zodiac"), data).status_code == 422
    assert "立春" in client.get(reverse("audiences:zodiac")).content.decode()


@pytest.mark.parametrize("place", ["audience-list", "rule-list", "audience", "audience-why"])
def test_lists_ask_as_often_for_three_as_for_one(office: Client, tree: Tree, drafted: Audience, place: str) -> None:
    address = {
        "audience": reverse("audiences:audience", args=[drafted.pk]),
        "audience-why": reverse("audiences:audience-why", args=[drafted.pk]) + "?q=丁云",
    }.get(place) or reverse(f"audiences:{place}")

    def asked() -> int:
        office.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert office.get(address).status_code == 200
        return len(captured)

    if place == "audience":
        freeze(drafted)
    before = asked()
    for number in range(2):
        make_member(tree.primary, name=f"丁云{'甲乙'[number]}")
        made = make_audience(tree.unit, "member.on_duty_festival")
    if place == "audience":
        address = reverse("audiences:audience", args=[freeze(made).pk])
        assert len(office.get(address).context["table"].page.object_list) == 3
    assert asked() == before
