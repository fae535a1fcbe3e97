"""The pages of founding and re-election: what each offers to whom, and that lists cost the same however long."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from niangjia.formation import rules, services
from niangjia.formation.models import CaseStatus, Election, Founding, Post, Postponement, Renewal, RuleName, Term
from niangjia.formation.permissions import APPROVE, MANAGE, VIEW
from niangjia.formation.tests.factories import DAY, EVERYTHING, founding_at, make_founding, make_renewal, make_term
from niangjia.identity.models import User
from niangjia.identity.tests.factories import holder
from niangjia.org.tests.factories import Tree, make_organization, make_tree
from niangjia.papers.models import Paper
from niangjia.ui.inbox import waiting_for

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files(settings: Settings, tmp_path: Path) -> None:
    settings.FILES_FOLDER = tmp_path / "files"


@pytest.fixture
def tree() -> Tree:
    return make_tree()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_of(client: Client, name: str, *args: Any) -> str:
    answer = client.get(reverse(f"formation:{name}", args=args))
    assert answer.status_code == 200
    return answer.content.decode()


# Cases ------------------------------------------------------------------------------------------------------------
OFFERED = {
    "talks": {"talk", "apply"},
    "applied": {"approve", "refuse"},
    "refused": {"talk", "apply"},
    "approved": {"elect"},
    "elected": {"elect-again", "report"},
    "reported": {"confirm", "return"},
    "returned": {"elect"},
    "confirmed": {"register"},
    "registered": set(),
    "abandoned": set(),
}


@pytest.mark.parametrize("status", CaseStatus)
def test_the_page_offers_what_the_reader_may_do_now(status: CaseStatus, tree: Tree) -> None:
    case = founding_at(status, tree.unit)
    by_above = {"approve", "refuse", "confirm", "return"}
    for held, wanted in (
        (EVERYTHING, OFFERED[status]),
        ((VIEW, MANAGE), OFFERED[status] - by_above),
        ((VIEW, APPROVE), OFFERED[status] & by_above - {"confirm"}),
        ((VIEW,), set()),
    ):
        page = page_of(signed_in(holder(*held, at=tree.unit)), "founding", case.pk)
        acts = {
            act
            for act in set().union(*OFFERED.values())
            if f'action="/staff/formation/foundings/{case.pk}/{act}/"' in page
        }
        assert acts == wanted, held


def test_a_step_that_is_not_due_is_refused_and_an_unknown_one_not_found(tree: Tree) -> None:
    case = make_founding(tree.unit)
    client = signed_in(holder(*EVERYTHING, at=tree.unit))
    assert client.post(f"/staff/formation/foundings/{case.pk}/report/").status_code == 409
    assert client.post(f"/staff/formation/foundings/{case.pk}/dance/").status_code == 404
    case.refresh_from_db()
    assert case.status == "talks"


def test_an_election_with_a_wrong_line_says_which(tree: Tree) -> None:
    case = founding_at("approved", tree.unit)
    client = signed_in(holder(*EVERYTHING, at=tree.unit))
    told = {
        "elect-held_on": str(DAY), "elect-members": "50", "elect-women": "0", "elect-due": "50",
        "elect-attending": "45",
        "elect-basis": "due", "elect-seats_committee": "3",
        "elect-seats_audit": "0", "elect-seats_women": "0",
        "elect-years": "3", "elect-c-TOTAL_FORMS": "2", "elect-c-INITIAL_FORMS": "0",
        "elect-c-0-name": "李主席", "elect-c-0-post": "chair", "elect-c-0-votes": "40", "elect-c-0-elected": "on",
        "elect-c-1-name": "张委员", "elect-c-1-post": "member", "elect-c-1-votes": "",
    }  # fmt: skip
    there = f"/staff/formation/foundings/{case.pk}/elect/"
    wrong = client.post(there, told)
    assert wrong.status_code == 422
    assert "第 2 行 得票" in wrong.content.decode()
    assert not Election.objects.exists()
    more = client.post(there, told | {"more": "1"}).content.decode()
    assert 'name="elect-c-7-name"' in more
    assert 'value="张委员"' in more
    refused = client.post(there, told | {"elect-c-1-votes": "99"})
    assert (refused.status_code, "张委员的得票多于实到的 45 人" in refused.content.decode()) == (422, True)
    assert client.post(there, told | {"elect-c-1-votes": "9"}).status_code == 302
    assert Election.objects.get().candidates.count() == 2


def test_who_may_number_papers_gives_the_number_with_the_decision(tree: Tree) -> None:
    case = founding_at("applied", tree.unit)
    there = reverse("formation:founding-act", args=[case.pk, "approve"])
    without = signed_in(holder(*EVERYTHING, at=tree.unit))
    assert "approve-number" not in page_of(without, "founding", case.pk)
    client = signed_in(holder(*EVERYTHING, "papers.change", at=tree.unit))
    assert "approve-number" in page_of(client, "founding", case.pk)
    assert client.post(there, {"approve-number": "天工发〔2026〕3号"}).status_code == 302
    assert Paper.objects.get(kind="formation.approval").number == "天工发〔2026〕3号"


def test_a_proposal_is_changed_and_given_up_by_forms(tree: Tree) -> None:
    case = make_founding(tree.unit)
    client = signed_in(holder(*EVERYTHING, at=tree.unit))
    fields = {"name": "新名工会", "kind": "single", "level": "primary", "code": case.code, "employers": "甲\n乙\n甲",
              "workers": "9", "women": "1", "willing": "8"}  # fmt: skip
    there = reverse("formation:founding-change", args=[case.pk])
    assert client.post(there, fields | {"willing": "10"}).status_code == 422
    assert client.post(there, fields).status_code == 302
    case.refresh_from_db()
    assert (case.name, case.employers) == ("新名工会", ["甲", "乙"])
    away = reverse("formation:founding-act", args=[case.pk, "abandon"])
    assert "终止后不能恢复" in client.get(away).content.decode()
    assert client.post(away, {"abandon-reason": " "}).status_code == 422
    assert client.post(away, {"abandon-reason": "企业迁出"}).status_code == 302
    assert Founding.objects.get().status == "abandoned"


def test_lists_say_what_is_next_and_by_whom(tree: Tree) -> None:
    make_founding(tree.unit, name="红桥工会")
    make_renewal(make_term(tree.primary))
    client = signed_in(holder(VIEW, at=tree.unit))
    foundings, renewals = page_of(client, "founding-list"), page_of(client, "renewal-list")
    assert "与双方沟通并报送建会请示" in foundings
    assert "红桥工会筹备组" in foundings
    assert "批复申请" in renewals
    assert "天桥街道总工会" in renewals
    assert "没有" in signed_in(holder(VIEW, at=tree.elsewhere)).get("/staff/formation/?q=红桥").content.decode()


@pytest.mark.parametrize("name", ["founding-list", "renewal-list", "term-list"])
def test_a_list_asks_as_often_for_three_rows_as_for_one(name: str, tree: Tree) -> None:
    client = signed_in(holder(VIEW, at=tree.unit))

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            page_of(client, name)
        return len(found)

    make_founding(tree.unit)
    make_renewal(make_term(tree.primary))
    queries()
    one = queries()
    for _number in range(2):
        make_founding(tree.unit)
        make_renewal(make_term(make_organization(tree.unit)))
    assert queries() == one


def test_the_inbox_holds_what_its_reader_decides(tree: Tree) -> None:
    founding = founding_at("applied", tree.unit)
    renewal = make_renewal(make_term(tree.primary))
    asked = services.ask_postponement(renewal.term, until=date(2026, 8, 1), reason="搬迁", on=DAY, actor=None)
    above, own = holder(VIEW, APPROVE, at=tree.unit), holder(VIEW, MANAGE, at=tree.primary)
    wanted = {f"/staff/formation/foundings/{founding.pk}/", f"/staff/formation/renewals/{renewal.pk}/",
              f"/staff/formation/postponements/{asked.pk}/"}  # fmt: skip
    assert {item.href for item in waiting_for(above)} == wanted
    assert [item.href for item in waiting_for(own)] == []
    services.approve_case(renewal, on=DAY, actor=None)
    assert [item.href for item in waiting_for(own)] == [f"/staff/formation/renewals/{renewal.pk}/"]


# Units ------------------------------------------------------------------------------------------------------------
def test_a_term_is_written_down_with_its_officers(tree: Tree) -> None:
    client = signed_in(holder(VIEW, MANAGE, at=tree.primary))
    there = reverse("formation:unit-act", args=[tree.primary.pk, "term"])
    told = {"starts_on": "2023-03-01", "years": "3", "p-TOTAL_FORMS": "2", "p-INITIAL_FORMS": "0",
            "p-0-name": "何主席", "p-0-kind": "chair", "p-1-name": "", "p-1-kind": "member"}  # fmt: skip
    assert client.post(there, told | {"years": "0"}).status_code == 422
    assert client.post(there, told).status_code == 302
    assert (Term.objects.get().until, Post.objects.get().name) == (date(2026, 3, 1), "何主席")
    page = page_of(client, "unit", tree.primary.pk)
    assert "何主席" in page
    assert "应于2026年3月1日前换届，已逾期" in page.replace('<time class="when" datetime="2026-03-01">', "").replace(
        "</time>", ""
    )
    assert client.post(there, told).status_code == 422


@pytest.mark.parametrize(
    ("act", "told", "made"),
    [
        ("request", {"planned_on": "2026-05-01"}, Renewal),
        ("postpone", {"until": "2099-08-01", "reason": "搬迁"}, Postponement),
        ("post", {"kind": "member", "name": "新委员", "valid_from": "2026-01-01"}, Post),
    ],
)
def test_what_is_asked_for_or_written_down_at_a_union(act: str, told: dict[str, str], made: Any, tree: Tree) -> None:
    make_term(tree.primary)
    client, before = signed_in(holder(VIEW, MANAGE, at=tree.primary)), made.objects.count()
    there = reverse("formation:unit-act", args=[tree.primary.pk, act])
    assert client.get(there).status_code == 200
    assert client.post(there, {"reason": " "}).status_code == 422
    assert made.objects.count() == before
    assert client.post(there, told).status_code == 302
    assert made.objects.count() == before + 1
    assert client.get(reverse("formation:unit", args=[tree.primary.pk])).status_code == 200


def test_the_union_above_sets_the_day_and_decides_on_the_postponement(tree: Tree) -> None:
    term = make_term(tree.primary)
    asked = services.ask_postponement(term, until=date(2099, 8, 1), reason="搬迁", on=DAY, actor=None)
    above, own = signed_in(holder(VIEW, APPROVE, at=tree.unit)), signed_in(holder(*EVERYTHING, at=tree.primary))
    deadline = reverse("formation:unit-act", args=[tree.primary.pk, "deadline"])
    decide = reverse("formation:postponement", args=[asked.pk])
    assert [own.get(there).status_code for there in (deadline, decide)] == [403, 403]
    assert above.post(deadline, {"deadline": "2099-01-01"}).status_code == 302
    assert "上级工会限定换届日期" in page_of(above, "unit", tree.primary.pk)
    assert "延期超过任期届满后 6 个月" in above.get(decide).content.decode()
    assert above.post(decide, {"grant": "no"}).status_code == 422
    assert above.post(decide, {"grant": "yes"}).status_code == 302
    term.refresh_from_db()
    assert (term.due_on, term.deadline_on) == (date(2099, 8, 1), None)


def test_a_post_is_left_by_a_form(tree: Tree) -> None:
    post = make_term(tree.primary).posts.all()[0]
    client = signed_in(holder(VIEW, MANAGE, at=tree.primary))
    there = reverse("formation:post-end", args=[post.pk])
    assert "主席任期未满" in client.get(there).content.decode()
    assert client.post(there, {"on": "2026-01-01"}).status_code == 422
    assert client.post(there, {"on": "2026-01-01", "reason": "退休"}).status_code == 302
    assert "退休" in page_of(client, "unit", tree.primary.pk)


def test_the_page_of_a_unit_and_the_home_tell_of_terms(tree: Tree) -> None:
    make_term(tree.primary, starts_on=date(2020, 1, 1))
    client = signed_in(holder(*EVERYTHING, at=tree.unit))
    unit = client.get(reverse("org:unit", args=[tree.primary.pk])).content.decode()
    assert "主席 何主席" in unit
    assert "逾期未换届" in unit
    assert "1 个工会逾期未换届" in client.get("/staff/").content.decode()
    assert "任期与任职" not in signed_in(holder("org.view", at=tree.unit)).get(
        reverse("org:unit", args=[tree.primary.pk])
    ).content.decode()  # fmt: skip


# Rules ------------------------------------------------------------------------------------------------------------
def test_the_topmost_union_writes_a_rule_down(tree: Tree) -> None:
    top, other = signed_in(holder(VIEW, MANAGE, at=tree.city)), signed_in(holder(VIEW, MANAGE, at=tree.district))
    assert "3–7" in page_of(other, "rule-list")
    there = reverse("formation:rule-change", args=["committee_size"])
    told = {"valid_from": "2026-05-01", "source": "市总〔2026〕5号", "b-TOTAL_FORMS": "3", "b-INITIAL_FORMS": "0",
            "b-0-from_members": "0", "b-0-least": "1", "b-0-most": "3", "b-1-from_members": "100", "b-1-least": "5",
            "b-1-most": "", "b-2-from_members": "0", "b-2-least": "", "b-2-most": ""}  # fmt: skip
    assert other.post(there, told).status_code == 403
    assert top.post(there, told | {"b-0-from_members": "1"}).status_code == 422
    assert top.post(there, told | {"b-1-least": "x"}).status_code == 422
    assert top.post(there, told).status_code == 302
    found = [rules.value(RuleName.COMMITTEE_SIZE, on=date(2026, 5, 1), members=n).least for n in (99, 100)]
    assert found == [1, 5]
    share = reverse("formation:rule-change", args=["attendance"])
    assert 'name="b-0-per"' in top.get(share).content.decode()
    assert top.get(reverse("formation:rule-change", args=["nonsense"])).status_code == 404
