"""Papers on file and their words: who may, what is refused, what history says."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from niangjia.audit.models import Entry
from niangjia.core.errors import InvalidInput, NotPermitted
from niangjia.identity.tests.factories import Cast, holder, make_cast
from niangjia.org.tests.factories import Tree, make_tree
from niangjia.papers import kinds, queries, services
from niangjia.papers.kinds import Kind, Wording
from niangjia.papers.models import Paper, Template
from niangjia.papers.permissions import CHANGE, VIEW

pytestmark = pytest.mark.django_db

KIND = "test.letter"


@pytest.fixture(autouse=True)
def kind(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kind:
    settings.FILES_FOLDER = tmp_path / "files"
    letter = Kind(
        KIND, "感谢信", Wording(title="致{name}的感谢信", opening="{name}："), {"name": "姓名", "organization": "机构"}
    )
    monkeypatch.setitem(kinds.registered, KIND, letter)
    return letter


@pytest.fixture
def tree() -> Tree:
    return make_tree()


@pytest.fixture
def cast(tree: Tree) -> Cast:
    return make_cast(tree, VIEW, CHANGE)


def put(tree: Tree, *, title: str = "感谢信", sealed: bool = False) -> Paper:
    return services.file_paper(
        organization=tree.unit,
        kind=KIND,
        title=title,
        about=tree.unit,
        contents={"pdf": b"%PDF-1.7 letter", "excel": b"PK sheet"},
        actor=None,
        sealed=sealed,
    )


def signed_in(person: object) -> Client:
    client = Client()
    client.force_login(person)  # type: ignore[arg-type]
    return client


SEES = {"member": False, "officer": True, "above": True, "elsewhere": False, "nobody": False}


def test_papers_are_seen_by_those_who_look_into_the_unit(tree: Tree, cast: Cast) -> None:
    paper = put(tree)
    for who, person in cast:
        assert Paper.objects.visible_to(person).filter(pk=paper.pk).exists() == SEES[who], who
        for name, arguments in (("paper", [paper.pk]), ("paper-download", [paper.pk, "pdf"])):
            status = signed_in(person).get(reverse(f"papers:{name}", args=arguments)).status_code
            assert status == (200 if SEES[who] else 404), (who, name)


def test_a_paper_is_read_as_it_was_made_and_each_reading_of_names_is_history(tree: Tree, cast: Cast) -> None:
    paper = put(tree, sealed=True)
    name, media_type, content = services.read_paper(paper, "pdf", actor=cast.officer)
    assert (name, media_type, content) == ("感谢信.pdf", "application/pdf", b"%PDF-1.7 letter")
    assert Entry.objects.about(paper).filter(action="papers.paper.read", actor_id=cast.officer.pk).count() == 1
    services.read_paper(put(tree), "pdf", actor=cast.officer)
    assert Entry.objects.filter(action="papers.paper.read").count() == 1


def test_a_format_that_was_not_made_is_refused(tree: Tree, cast: Cast) -> None:
    paper = put(tree)
    with pytest.raises(InvalidInput):
        services.read_paper(paper, "word", actor=cast.officer)
    assert signed_in(cast.officer).get(reverse("papers:paper-download", args=[paper.pk, "pages"])).status_code == 404


def test_a_document_number_is_used_once(tree: Tree, cast: Cast) -> None:
    first, second = put(tree), put(tree)
    services.number_paper(first, "〔2026〕3号", actor=cast.officer)
    with pytest.raises(InvalidInput):
        services.number_paper(second, "〔2026〕3号", actor=cast.officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Paper.objects.filter(pk=second.pk).update(number="〔2026〕3号")
    second.refresh_from_db()
    assert second.number == ""


def test_numbers_and_words_are_changed_only_by_those_who_may(tree: Tree, cast: Cast) -> None:
    paper, entries = put(tree), Entry.objects.count()
    for person in (cast.member, cast.nobody, cast.elsewhere, holder(VIEW, at=tree.unit)):
        entries = Entry.objects.count()
        with pytest.raises(NotPermitted):
            services.number_paper(paper, "〔2026〕1号", actor=person)
        with pytest.raises(NotPermitted):
            services.change_wording(KIND, tree.unit, Wording(title="x"), actor=person)
        with pytest.raises(NotPermitted):
            services.reset_wording(KIND, tree.unit, actor=person)
        paper.refresh_from_db()
        assert (paper.number, Template.objects.count(), Entry.objects.count()) == ("", 0, entries)


def test_the_nearest_words_are_used(tree: Tree, cast: Cast) -> None:
    assert queries.wording(KIND, tree.primary).title == "致{name}的感谢信"
    services.change_wording(KIND, tree.district, Wording(title="区"), actor=cast.above)
    assert queries.wording(KIND, tree.primary).title == "区"
    services.change_wording(KIND, tree.unit, Wording(title="街道"), actor=cast.officer)
    assert queries.wording(KIND, tree.primary).title == "街道"
    assert queries.wording(KIND, tree.sibling).title == "区"
    services.reset_wording(KIND, tree.unit, actor=cast.officer)
    assert queries.wording(KIND, tree.primary).title == "区"
    assert queries.wording(KIND, tree.elsewhere).title == "致{name}的感谢信"


def test_a_place_that_the_paper_does_not_know_is_refused_by_name(tree: Tree, cast: Cast) -> None:
    with pytest.raises(InvalidInput) as refused:
        services.change_wording(KIND, tree.unit, Wording(title="{name}", closing="{phone}"), actor=cast.officer)
    assert refused.value.field == "closing"
    assert "{phone}" in str(refused.value)
    assert Template.objects.count() == 0


def test_values_are_filled_in_once() -> None:
    assert kinds.filled("致{name}，{other}", {"name": "{secret}", "secret": "x"}) == "致{secret}，{other}"


def test_the_words_are_changed_and_shown_on_pages(tree: Tree, cast: Cast) -> None:
    client = signed_in(cast.officer)
    address = reverse("papers:wording-change", args=[tree.unit.pk, KIND])
    words = {"title": "致{name}", "opening": "", "closing": "", "signatory": "", "addressee": "", "letterhead": ""}
    assert "致{name}的感谢信" in client.get(address).content.decode()
    sample = client.post(address, words | {"do": "sample"})
    assert (sample["Content-Type"], Template.objects.count()) == ("application/pdf", 0)
    assert client.post(address, words | {"title": "{hole}"}).status_code == 422
    assert client.post(address, words).status_code == 302
    assert Template.objects.get().title == "致{name}"
    assert client.get(reverse("papers:wording-list")).status_code == 200
    reset = reverse("papers:wording-reset", args=[tree.unit.pk, KIND])
    assert (client.get(reset).status_code, client.post(reset).status_code) == (200, 302)
    assert Template.objects.count() == 0


def test_the_words_of_others_are_not_found(tree: Tree, cast: Cast) -> None:
    for person in (cast.elsewhere, cast.member, cast.nobody):
        client = signed_in(person)
        assert client.get(reverse("papers:wording-change", args=[tree.unit.pk, KIND])).status_code == 404
    assert signed_in(cast.nobody).get(reverse("papers:wording-list")).status_code == 403
    unknown = reverse("papers:wording-change", args=[tree.unit.pk, "no.such"])
    assert signed_in(cast.officer).get(unknown).status_code == 404


def test_a_number_is_given_on_the_page(tree: Tree, cast: Cast) -> None:
    client, paper, other = signed_in(cast.officer), put(tree), put(tree)
    address = reverse("papers:paper", args=[paper.pk])
    assert client.post(address, {"number": "〔2026〕3号"}).status_code == 302
    answer = client.post(reverse("papers:paper", args=[other.pk]), {"number": "〔2026〕3号"})
    assert answer.status_code == 422
    assert signed_in(cast.officer).get(reverse("papers:paper", args=[uuid4()])).status_code == 404


def test_the_list_asks_the_same_number_of_questions_for_one_paper_and_for_three(
    tree: Tree, cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client, address = signed_in(cast.officer), reverse("papers:paper-list")
    put(tree)
    client.get(address)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    put(tree)
    put(tree)
    with django_assert_num_queries(len(asked)):
        assert "3" in client.get(address).content.decode()
