"""What had a page and no operation: files, papers, posters, limits, the year of an animal, letters of anybody."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from niangjia.audiences.models import ZodiacRule
from niangjia.audiences.permissions import DEFINE
from niangjia.audiences.permissions import VIEW as SEE_AUDIENCES
from niangjia.audit.models import Entry
from niangjia.benefits.models import AmountLimit
from niangjia.benefits.permissions import PLAN
from niangjia.benefits.tests.factories import make_scene
from niangjia.core.tests.programs import ask, told
from niangjia.files import services as files
from niangjia.files.permissions import VIEW as SEE_FILES
from niangjia.identity.tests.factories import holder, person
from niangjia.notices.models import Feedback
from niangjia.org import permissions as org
from niangjia.org.tests.factories import Tree, make_tree
from niangjia.papers.permissions import CHANGE
from niangjia.papers.permissions import VIEW as SEE_PAPERS
from niangjia.papers.services import file_paper

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> None:
    settings.FILES_FOLDER = tmp_path


@pytest.fixture
def tree() -> Tree:
    return make_tree()


# Files and papers -------------------------------------------------------------------------------------------------
def test_a_file_is_read_with_what_it_is(tree: Tree) -> None:
    stored = files.store(b"%PDF-1.7", name="名单.pdf", organization=tree.unit, purpose="x", actor=None, sealed=True)
    officer = holder(SEE_FILES, at=tree.unit)
    known = ask(officer, "GET", f"/files/{stored.pk}").json()
    assert (known["name"], known["size"], known["sealed"]) == ("名单.pdf", 8, True)
    answer = ask(officer, "GET", f"/files/{stored.pk}/content")
    assert answer.content == b"%PDF-1.7"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Cache-Control"] == "private, no-store"
    assert Entry.objects.filter(action="files.file.read", actor_id=officer.pk).count() == 1
    for stranger in (holder(SEE_FILES, at=tree.sibling), person()):
        assert told(ask(stranger, "GET", f"/files/{stored.pk}/content")) == (404, "not-found")


def test_a_paper_is_found_read_and_numbered(tree: Tree) -> None:
    made = file_paper(
        organization=tree.unit, kind="benefits.report", title="报告", about=tree.unit,
        contents={"pdf": b"%PDF-1.7"}, actor=None, sealed=True,
    )  # fmt: skip
    officer = holder(SEE_PAPERS, CHANGE, at=tree.unit)
    (listed,) = ask(officer, "GET", "/papers?q=报告&kind=benefits.report").json()["items"]
    assert (listed["id"], listed["formats"]) == (str(made.pk), ["pdf"])
    assert ask(officer, "GET", "/papers?q=没有").json()["items"] == []
    assert ask(officer, "GET", f"/papers/{made.pk}/files/pdf").content == b"%PDF-1.7"
    assert Entry.objects.filter(action="papers.paper.read", actor_id=officer.pk).count() == 1
    assert told(ask(officer, "GET", f"/papers/{made.pk}/files/word")) == (422, "invalid-input")
    numbered = ask(officer, "PUT", f"/papers/{made.pk}/number", {"number": "天工〔2026〕3号"})
    assert numbered.json()["number"] == "天工〔2026〕3号"
    reader = holder(SEE_PAPERS, at=tree.unit)
    assert told(ask(reader, "PUT", f"/papers/{made.pk}/number", {"number": "1"})) == (403, "not-permitted")
    assert told(ask(holder(SEE_PAPERS, at=tree.sibling), "GET", f"/papers/{made.pk}")) == (404, "not-found")


# Posters ----------------------------------------------------------------------------------------------------------
def test_a_poster_is_anybodys_once_the_programme_is_public() -> None:
    scene = make_scene()
    ours, public = f"/programmes/{scene.programme.pk}/poster", f"/public/programmes/{scene.programme.pk}/poster"
    assert told(ask(None, "GET", public)) == (404, "not-found")
    scene.publish()
    for who, path in ((None, public), (scene.officer, ours)):
        answer = ask(who, "GET", path)
        assert (answer["Content-Type"], answer.content[:4]) == ("application/pdf", b"%PDF")
    assert ask(None, "GET", ours).status_code == 401


# Limits -----------------------------------------------------------------------------------------------------------
def test_a_limit_is_set_from_a_day_on_and_ended(tree: Tree) -> None:
    officer, today = holder(PLAN, org.VIEW, at=tree.unit), timezone.localdate()
    body = {"organization_id": str(tree.unit.pk), "kind": "per_gift", "amount_fen": 30_000, "source": "〔2026〕1号",
            "valid_from": today.isoformat()}  # fmt: skip
    made = ask(officer, "POST", "/limits", body).json()
    assert (made["amount_fen"], made["occasion"], made["organization"]["code"]) == (30_000, None, "BJ-XC-TQ")
    assert told(ask(officer, "POST", "/limits", body)) == (422, "invalid-input")
    ended = ask(officer, "POST", f"/limits/{made['id']}/end", {"on": (today + timedelta(days=3)).isoformat()}).json()
    assert ended["valid_to"] == (today + timedelta(days=3)).isoformat()
    assert made["id"] in [each["id"] for each in ask(officer, "GET", "/limits").json()["items"]]


def test_a_limit_of_the_unit_above_is_read_and_not_touched(tree: Tree) -> None:
    above, below = holder(PLAN, org.VIEW, at=tree.district), holder(PLAN, org.VIEW, at=tree.unit)
    body = {"organization_id": str(tree.district.pk), "kind": "per_gift", "amount_fen": 1, "source": "文",
            "valid_from": "2026-01-01"}  # fmt: skip
    made = ask(above, "POST", "/limits", body).json()
    assert made["id"] in [each["id"] for each in ask(below, "GET", "/limits").json()["items"]]
    assert told(ask(below, "POST", f"/limits/{made['id']}/end", {})) == (403, "not-permitted")
    assert told(ask(below, "POST", "/limits", body)) == (404, "not-found")
    outside = holder(PLAN, org.VIEW, at=tree.elsewhere)
    assert told(ask(outside, "POST", f"/limits/{made['id']}/end", {})) == (404, "not-found")
    assert AmountLimit.objects.get(pk=made["id"]).valid_to is None


# The year of an animal --------------------------------------------------------------------------------------------
def test_the_year_of_an_animal_is_settled_for_the_whole_house(tree: Tree) -> None:
    body = {"year_start": "start_of_spring", "valid_from": "2026-01-01", "source": "市总会议纪要"}
    for who in (holder(SEE_AUDIENCES, DEFINE, at=tree.district), holder(SEE_AUDIENCES, at=tree.city)):
        assert told(ask(who, "POST", "/rules/zodiac", body)) == (403, "not-permitted")
    assert not ZodiacRule.objects.exists()
    top = holder(SEE_AUDIENCES, DEFINE, at=tree.city)
    assert ask(top, "POST", "/rules/zodiac", body).status_code == 201
    assert told(ask(top, "POST", "/rules/zodiac", body)) == (422, "invalid-input")
    (listed,) = ask(top, "GET", "/rules/zodiac").json()["items"]
    assert (listed["year_start"], listed["valid_to"]) == ("start_of_spring", None)


# Letters ----------------------------------------------------------------------------------------------------------
def letter(tree: Tree, **fields: Any) -> dict[str, Any]:
    return {"organization_id": str(tree.unit.pk), "kind": "suggestion", "text": "请多设一个发放点"} | fields


def test_anybody_writes_a_letter_and_reads_the_answer_by_its_ticket(tree: Tree) -> None:
    boxes = [each["code"] for each in ask(None, "GET", "/public/letters/to").json()["items"]]
    assert boxes == ["BJ", "BJ-CP", "BJ-XC", "BJ-XC-TQ", "BJ-XC-TRT"]
    sent = ask(None, "POST", "/public/letters", letter(tree, contact="13912345678"))
    assert sent.status_code == 201
    ticket = sent.json()["ticket"]
    answer = ask(None, "GET", f"/public/letters/{ticket}")
    assert (answer.json()["status"], answer["Cache-Control"]) == ("received", "no-store")
    assert "13912345678" not in answer.content.decode()
    assert told(ask(None, "GET", "/public/letters/AAAAAAAAAAAA")) == (404, "not-found")


def test_a_letter_without_a_name_stays_without_one_even_from_a_session(tree: Tree) -> None:
    writer = person("王小明")
    ask(writer, "POST", "/public/letters", letter(tree))
    assert Feedback.objects.get().user is None
    ask(writer, "POST", "/feedback", letter(tree))
    assert Feedback.objects.filter(user=writer).count() == 1


def test_a_union_that_takes_no_letters_takes_none_here(tree: Tree) -> None:
    body = letter(tree, organization_id=str(tree.primary.pk))
    assert told(ask(None, "POST", "/public/letters", body)) == (404, "not-found")
    assert not Feedback.objects.exists()


def test_letters_of_one_address_are_counted_over_both_doors(tree: Tree) -> None:
    for _number in range(19):
        assert ask(None, "POST", "/public/letters", letter(tree)).status_code == 201
    form = {"organization": tree.unit.pk, "kind": "suggestion", "text": "请多设一个发放点"}
    assert Client().post(reverse("notices:letter-new"), form).status_code == 302
    assert told(ask(None, "POST", "/public/letters", letter(tree))) == (429, "too-often")
    assert Feedback.objects.count() == 20


def test_a_strangers_key_is_not_another_strangers(tree: Tree, settings: Settings) -> None:
    """The answer holds the ticket: with the key alone nobody else may get it."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    first, second = (
        ask(None, "POST", "/public/letters", letter(tree), Idempotency_Key="1", X_Forwarded_For=address)
        for address in ("192.0.2.1", "192.0.2.2")
    )
    assert first.json()["ticket"] != second.json()["ticket"]
