"""The papers of founding and re-election: what each says, as PDF and as Word, kept where both sides read them."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from niangjia.files import services as files
from niangjia.formation import services
from niangjia.formation.papers import KINDS, SEALED
from niangjia.formation.tests.factories import DAY, founding_at, make_renewal, make_term, plan
from niangjia.identity.tests.factories import holder
from niangjia.org.tests.factories import Tree, make_tree
from niangjia.papers.models import Paper
from niangjia.papers.tests.samples import opened, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> None:
    settings.FILES_FOLDER = tmp_path / "files"


def overdue(tree: Tree) -> None:
    term = make_term(tree.primary, starts_on=date(2022, 1, 10))
    services.set_deadline(term, deadline=date(2026, 6, 1), on=DAY, actor=None, number="西工发〔2026〕9号")


def postponed(tree: Tree, *, grant: bool) -> None:
    asked = services.ask_postponement(
        make_term(tree.primary), until=date(2026, 8, 1), reason="办公场所搬迁", on=DAY, actor=None
    )
    services.decide_postponement(asked, grant=grant, reason="" if grant else "理由不充分", on=DAY, actor=None)


def renewed(tree: Tree) -> None:
    renewal = make_renewal(make_term(tree.primary))
    services.approve_case(renewal, on=DAY, actor=None)
    later = DAY + timedelta(days=40)
    services.record_election(renewal, plan=plan(), on=later, actor=None)
    services.report_result(renewal, on=later, actor=None)
    services.confirm_renewal(renewal, on=later, actor=None)


PAPERS: dict[str, tuple[Callable[[Tree], object], tuple[str, ...]]] = {
    "application": (
        lambda tree: founding_at("applied", tree.unit),
        (
            "的请示",
            "天桥街道总工会：",
            "现有职工60人，其中女职工20人，愿意加入工会50人",
            "妥否，请批示。",
            "筹备组",
            "2026年3月2日",
        ),
    ),
    "approval": (lambda tree: founding_at("approved", tree.unit), ("关于同意成立", "筹备组：", "此复。")),
    "refusal": (lambda tree: founding_at("refused", tree.unit), ("暂不同意", "理由：材料不全", "重新报送")),
    "result": (
        lambda tree: founding_at("reported", tree.unit),
        ("选举结果的报告", "应到50人，实到45人", "主席李主席40当选", "委员孙落选12未当选", "任期3年"),
    ),
    "return": (lambda tree: founding_at("returned", tree.unit), ("选举结果的批复", "理由：票数有误")),
    "confirmation": (
        lambda tree: founding_at("confirmed", tree.unit),
        ("同意选举结果", "自2026年4月1日起，至2029年4月1日届满", "主席李主席", "副主席王副主席"),
    ),
    "registration": (
        lambda tree: founding_at("registered", tree.unit),
        ("取得法人资格的通知", "统一社会信用代码：81110102MC0000001U", "特此通知。"),
    ),
    "renewal": (
        lambda tree: make_renewal(make_term(tree.primary)),
        ("关于天桥剧场工会换届选举的请示", "任期至2026年3月1日届满", "拟于2026年4月1日进行换届选举"),
    ),
    "renewal_approval": (renewed, ("关于同意天桥剧场工会换届选举的批复", "2026年3月2日报送", "此复。")),
    "postponement": (
        lambda tree: postponed(tree, grant=True),
        ("延期换届的请示", "申请延期至2026年8月1日前完成换届", "办公场所搬迁"),
    ),
    "postponement_granted": (lambda tree: postponed(tree, grant=True), ("同意延期至2026年8月1日前",)),
    "deadline": (
        overdue,
        ("西工发〔2026〕9号", "限期完成换届选举的通知", "应于2025年1月10日前完成换届", "请于2026年6月1日前完成"),
    ),
}


def content(paper: Paper, form: str) -> bytes:
    return files.read(getattr(paper, form))


def test_every_kind_is_in_the_table() -> None:
    assert {f"formation.{name}" for name in PAPERS} == {kind.code for kind in KINDS}


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_says_what_was_decided_in_both_formats(name: str, tmp_path: Path) -> None:
    act, wanted = PAPERS[name]
    act(make_tree())
    paper = Paper.objects.get(kind=f"formation.{name}")
    pdf = "".join(text_of(content(paper, "pdf"), tmp_path))
    word = opened(content(paper, "word"))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    typed = "".join([*(paragraph.text for paragraph in word.paragraphs), *cells]).replace(" ", "")
    for said in wanted:
        assert said in pdf
        assert said in typed
    assert "{" not in pdf, "no place is left open"
    assert paper.pdf
    assert paper.pdf.sealed == (f"formation.{name}" in SEALED)


def test_a_postponement_that_is_denied_names_the_reasons(tmp_path: Path) -> None:
    postponed(make_tree(), grant=False)
    paper = Paper.objects.get(kind="formation.refusal")
    (text,) = text_of(content(paper, "pdf"), tmp_path)
    assert "关于天桥剧场工会延期换届的材料收悉" in text
    assert "理由：理由不充分" in text


def test_the_papers_of_a_union_are_read_there_and_above() -> None:
    tree = make_tree()
    renewed(tree)
    readers = {place: holder("papers.view", at=getattr(tree, place)) for place in ("primary", "unit", "sibling")}
    seen = {place: Paper.objects.visible_to(reader).count() for place, reader in readers.items()}
    assert seen == {"primary": 4, "unit": 4, "sibling": 0}
