"""The roster on its way into the registry: what only the registry can say of a row, and what is written."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from pytest_django import Settings

from niangjia.audit.models import Entry
from niangjia.coverage import services as coverage
from niangjia.coverage.models import Employer
from niangjia.coverage.permissions import MANAGE
from niangjia.identity.models import User
from niangjia.identity.tests.factories import grant, holder
from niangjia.imports import queries, registry, services
from niangjia.imports.models import Batch
from niangjia.imports.verdicts import Verdict
from niangjia.jobs.queue import run_waiting
from niangjia.members import services as members
from niangjia.members.models import Member, MemberState
from niangjia.members.permissions import CHANGE, IMPORT, VIEW
from niangjia.members.roster_fields import FIELDS, MESSAGES
from niangjia.members.tests.factories import make_id_number, make_member
from niangjia.org import services as org
from niangjia.org.models import Organization
from niangjia.org.tests.factories import Tree, make_tree

pytestmark = pytest.mark.django_db

TODAY = date(2026, 1, 12)
NOW = datetime(2026, 1, 12, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
Row = dict[str, str]


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.FILES_FOLDER = tmp_path / "files"
    yield
    assert set(registry._targets) == {"roster"}


@pytest.fixture
def tree() -> Tree:
    members.ensure_occupations(actor=None)
    return make_tree()


@pytest.fixture
def officer(tree: Tree) -> User:
    return holder(IMPORT, VIEW, CHANGE, MANAGE, at=tree.unit)


def checked(rows: list[Row], unit: Organization, actor: User | None) -> Batch:
    names = [field.name for field in FIELDS if any(field.name in row for row in rows)]
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(names)
    for row in rows:
        sheet.append([row.get(name, "") for name in names])
    stream = BytesIO()
    book.save(stream)
    target = registry.target("roster")
    batch = services.receive_file(
        stream.getvalue(), name="名册.xlsx", organization=unit, target=target, on=TODAY, actor=actor
    )
    services.choose_mapping(batch, sheet=0, mapping=dict(enumerate(names)), actor=actor)
    services.check_batch(batch.pk, on=TODAY, actor=actor)
    return Batch.objects.get(pk=batch.pk)


def written(batch: Batch, actor: User | None) -> Batch:
    services.start_commit(batch, actor=actor)
    services.commit_batch(batch.pk, on=TODAY, at=NOW, actor=actor)
    return Batch.objects.get(pk=batch.pk)


def said(batch: Batch) -> list[str]:
    with override("zh-hans"):
        views = queries.row_views(batch, batch.rows.all())
    cells = [remark.text for view in views for cell in view.cells for remark in cell.remarks]
    return cells + [remark.text for view in views for remark in view.remarks]


def person(**fields: str) -> Row:
    return {"name": "王小明", "id_number": make_id_number()} | fields


def _registered(tree: Tree, **fields: str) -> Row:
    """Somebody in the registry of the subdistrict, as a row that says the same."""
    member = make_member(tree.unit, name="李红", **fields)
    return {"name": "李红", "id_number": str(member.id_number)} | fields


def _elsewhere(tree: Tree) -> list[Row]:
    member = make_member(tree.elsewhere, name="张三", phone="13900000077")
    return [person(id_number=str(member.id_number), phone="13900000078")]


def _ended(tree: Tree) -> list[Row]:
    member = make_member(tree.unit, state=MemberState.WITHDRAWN)
    return [person(id_number=str(member.id_number))]


def _phone_of_another(tree: Tree) -> list[Row]:
    make_member(tree.unit, phone="13900000001")
    return [person(phone="13900000001")]


def _employer(tree: Tree) -> list[Row]:
    coverage.create_employer(organization=tree.unit, name="天桥物业公司", actor=None)
    return [person(employer="天桥物业有限公司")]


MAN = make_id_number(sex="m", born=date(1985, 5, 5))
CASES: list[tuple[str, Callable[[Tree], list[Row]], str, str]] = [
    ("elsewhere", _elsewhere, "error", "第 2 行 身份证号：此人的会籍在您管理范围以外的工会，不能导入，"),
    ("ended", _ended, "error", "第 2 行 身份证号：这份会籍已经终止（已退会），请在会员页面办理重新入会。"),
    ("name-differs", lambda tree: [_registered(tree) | {"name": "李虹"}], "changed",
     "第 2 行 姓名：这个身份证号登记的姓名是 李＊，更改姓名前请核对两者。"),
    ("sex-differs", lambda _tree: [person(id_number=MAN, sex="女")], "new",
     "第 2 行 性别：与身份证号不符，以身份证号为准，请核对两者。"),
    ("birth-differs", lambda _tree: [person(id_number=MAN, birth_on="1985-05-06")], "new",
     "第 2 行 出生日期：与身份证号不符，以身份证号为准，请核对两者。"),
    ("joined-before-birth", lambda _tree: [person(id_number=MAN, joined_on="1985-05-05")], "error",
     "第 2 行 入会日期：早于出生日期，请改正。"),
    ("employer-new", lambda _tree: [person(employer="红桥市场")], "new",
     "第 2 行 用人单位：“红桥市场”还没有登记，写入时会新增这个单位。"),
    ("employer-new-near", _employer, "new",
     "第 2 行 用人单位：“天桥物业有限公司”还没有登记，写入时会新增这个单位；是否为 天桥物业公司？"),
    ("employer-shape", lambda _tree: [person(employer="甲")], "error",
     "第 2 行 用人单位：单位名称应为 2 到 120 个字，请改正。"),
    ("phone-in-file", lambda _tree: [person(phone="13900000001"), person(phone="13900000001")], "new",
     "第 3 行 手机号：与第 2 行的手机号相同；每位会员用自己的号码登录，请核对两行。"),
    ("phone-of-another", _phone_of_another, "new",
     "第 2 行 手机号：这个手机号已登记在另一位会员名下；每位会员用自己的号码登录，请核对。"),
    ("unknown-term-near", lambda _tree: [person(occupation="保安人员")], "new",
     "“保安人员”没有登记，将不写入；是否为 保安员"),
    ("unknown-organization-near", lambda _tree: [person(organization="天桥剧院工会")], "error",
     "第 2 行 所属工会：“天桥剧院工会”不在天桥街道所属工会之中，是否为 天桥剧场工会"),
    ("unknown-organization", lambda _tree: [person(organization="昌平区总工会")], "error",
     "“昌平区总工会”不在天桥街道所属工会之中"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "rows", "verdict", "words"), CASES, ids=[case[0] for case in CASES])
def test_the_registry_has_its_own_words(
    code: str, rows: Callable[[Tree], list[Row]], verdict: str, words: str, tree: Tree, officer: User
) -> None:
    batch = checked(rows(tree), tree.unit, officer)
    assert [text for text in said(batch) if words in text], said(batch)
    assert {row.verdict for row in batch.rows.all()} == {verdict}
    assert batch.rows.filter(has_warnings=True).exists() == (verdict != "error"), code


def test_each_message_of_the_roster_has_its_case() -> None:
    elsewhere = {
        "elsewhere-named",
        "employer-not-permitted",
        "employer-new-too",
        "transfer-not-permitted",
    }  # below, each by its rights
    assert set(MESSAGES) - {case[0] for case in CASES} == elsewhere


def test_where_an_outsider_is_registered_is_said_to_those_only_who_may_see_it(tree: Tree, officer: User) -> None:
    rows = _elsewhere(tree)
    for actor, told in ((officer, False), (holder(IMPORT, VIEW, at=tree.city), True), (None, False)):
        batch = checked(rows, tree.unit, actor)
        words = "".join(said(batch))
        assert ("昌平区总工会" in words) is told
        assert "张" not in words
        assert "0077" not in words
        assert batch.counts["error"] == 1


def test_unknown_employers_need_the_right_to_enter_them(tree: Tree) -> None:
    registrar = holder(IMPORT, VIEW, at=tree.unit)
    batch = checked([person(employer="红桥市场")], tree.unit, registrar)
    assert "您的岗位不能新增单位" in said(batch)[0]
    assert batch.counts["error"] == 1


def test_a_new_employer_is_doubted_once(tree: Tree, officer: User) -> None:
    batch = checked([person(employer="红桥市场"), person(employer="红桥 市场")], tree.unit, officer)
    assert [row.has_warnings for row in batch.rows.all()] == [True, False]
    assert said(batch)[1] == "第 3 行 用人单位：“红桥市场”作为新单位登记，见第 2 行。"


def test_a_row_may_move_somebody_within_ones_own_unions(tree: Tree, officer: User) -> None:
    row = _registered(tree) | {"organization": "天桥剧场工会"}
    registrar = holder(IMPORT, VIEW, at=tree.unit)
    assert "您的岗位不能办理接转" in said(checked([row], tree.unit, registrar))[0]
    batch = written(checked([row], tree.unit, officer), officer)
    assert batch.counts["written_changed"] == 1
    member = Member.objects.get()
    assert (member.organization, member.memberships.count()) == (tree.primary, 2)
    assert checked([row], tree.unit, officer).counts["unchanged"] == 1


def test_every_field_reaches_the_registry(tree: Tree, officer: User) -> None:
    row = person(
        name="李红", id_number=MAN.lower(), phone="+86 13900000001", sex="男", birth_on="1985年5月5日",
        organization="天桥剧场工会", employer="红桥 市场", occupation="保安", joined_on="2020.3",
        on_duty_festival="是", home_address="西城区永安路 1 号",
    )  # fmt: skip
    batch = written(checked([row], tree.unit, officer), officer)
    assert batch.counts["written_new"] == 1
    member = Member.objects.get()
    assert (member.name, member.id_number, member.phone) == ("李红", MAN, "13900000001")
    assert (member.organization, member.joined_on) == (tree.primary, date(2020, 3, 1))
    assert (str(member.employer), str(member.occupation)) == ("红桥市场", "保安员")
    assert member.employer is not None
    assert member.employer.organization == tree.unit
    assert member.on_duty_festival is True
    assert member.household is not None
    assert member.household.address == "西城区永安路1号"
    assert Entry.objects.about(member).get().actor_id == officer.pk


def test_what_differs_is_shown_masked_and_written_once(tree: Tree, officer: User) -> None:
    row = _registered(tree, phone="13900000001")
    row |= {"phone": "13900000002", "occupation": "保洁", "joined_on": "2019-01-02", "on_duty_festival": "否"}
    batch = checked([row], tree.unit, officer)
    with override("zh-hans"):
        view = queries.row_views(batch, batch.rows.all())[0]
    assert sorted(view.changes) == sorted(
        [
            "手机号：139 **** 0001 → 139 **** 0002",
            "入会日期：2020-03-01 → 2019-01-02",
            "职业：空 → 保洁员",
            "春节期间在岗：空 → 否",
        ]
    )
    written(batch, officer)
    member = Member.objects.get()
    assert (member.phone, str(member.occupation), member.on_duty_festival) == ("13900000002", "保洁员", False)
    entries = Entry.objects.filter(action="members.member.change")
    assert [set(entry.data) for entry in entries] == [{"phone", "occupation", "joined_on", "on_duty_festival"}]
    assert checked([row], tree.unit, officer).rows.get().verdict == Verdict.UNCHANGED


def test_an_empty_cell_takes_nothing_away(tree: Tree, officer: User) -> None:
    row = _registered(tree, phone="13900000001") | {"phone": ""}
    assert checked([row], tree.unit, officer).counts["unchanged"] == 1


def test_the_same_file_twice_changes_nothing(tree: Tree, officer: User) -> None:
    rows = [person(phone=f"1390000{at:04}", employer=f"第{at % 3}公司", home_address="永安路1号") for at in range(30)]
    written(checked(rows, tree.unit, officer), officer)
    before = _counts()
    again = checked(rows, tree.unit, officer)
    assert (again.counts["unchanged"], again.counts["rows"]) == (30, 30)
    services.check_batch(again.pk, on=TODAY, actor=officer)
    after = _counts()
    assert before == after == (30, 3, 30)


def _counts() -> tuple[int, int, int]:
    history = Entry.objects.filter(action__startswith="members.member")
    return Member.objects.count(), Employer.objects.count(), history.count()


def test_two_unions_of_one_name_are_told_apart_by_their_codes(tree: Tree, officer: User) -> None:
    for code in ("BJ-XC-TQ-8", "BJ-XC-TQ-9"):
        org.create_organization(
            parent=tree.unit, code=code, name="机关工会", kind="single", level="primary", actor=None
        )
    batch = checked([person(organization="机关工会"), person(organization="BJ-XC-TQ-9")], tree.unit, officer)
    assert [row.verdict for row in batch.rows.all()] == ["error", "new"]
    assert "机关工会（BJ-XC-TQ-8）" in said(batch)[0]


def test_the_registry_is_asked_in_bulk(tree: Tree, officer: User) -> None:
    def queries_for(count: int) -> int:
        rows = [person(phone=f"1391{count:03}{at:04}", employer="某公司") for at in range(count)]
        batch = checked(rows, tree.unit, officer)
        services.start_commit(batch, actor=officer)
        with CaptureQueriesContext(connection) as found:
            services.commit_batch(batch.pk, on=TODAY, at=NOW, actor=officer)
        return len(found)

    run_waiting()
    coverage.create_employer(organization=tree.unit, name="某公司", actor=None)
    assert queries_for(3) == queries_for(40)


def test_a_right_at_one_union_does_not_reach_the_next(tree: Tree) -> None:
    neighbour = holder(IMPORT, VIEW, MANAGE, at=tree.sibling)
    grant(neighbour, VIEW, at=tree.city)
    batch = checked([person()], tree.sibling, neighbour)
    assert list(Batch.objects.visible_to(neighbour)) == [batch]
    assert not Batch.objects.visible_to(holder(IMPORT, at=tree.unit)).exists()
