"""A frozen audience answers every later question from its own list."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from niangjia.audiences import queries, services
from niangjia.audiences.models import Audience, AudienceEntry
from niangjia.audiences.permissions import VIEW
from niangjia.audiences.tests.factories import freeze, make_audience
from niangjia.audit.models import Entry
from niangjia.core import catalogue
from niangjia.core.catalogue import Fact, Kind
from niangjia.identity.tests.factories import holder
from niangjia.jobs.models import Job, JobStatus
from niangjia.jobs.queue import run_waiting
from niangjia.members.models import Member, MemberState, Occupation
from niangjia.members.permissions import VIEW as MEMBERS
from niangjia.members.tests.factories import make_member
from niangjia.org import services as org
from niangjia.org.tests.factories import Tree

pytestmark = pytest.mark.django_db

RULE = 'member.group in ["cleaner", "guard"] && (member.on_duty_festival || member.sex == "f")'


@pytest.fixture
def cleaner() -> Occupation:
    return Occupation.objects.create(name="保洁", group="cleaner")


def make_person(tree: Tree, unit: str = "unit", **fields: Any) -> Member:
    """Past the services, so that what a test leaves out is not known."""
    member = make_member(getattr(tree, unit))
    blank = {"sex": "", "birth_on": None, "on_duty_festival": None, "occupation": None}
    Member.objects.filter(pk=member.pk).update(**(blank | fields))
    member.refresh_from_db()
    return member


def test_everyone_considered_is_kept_with_result_values_and_dates(tree: Tree, cleaner: Occupation) -> None:
    served = make_person(tree, "primary", occupation=cleaner, sex="f")
    other = make_person(tree, on_duty_festival=False, sex="m")
    make_person(tree, "sibling", occupation=cleaner, sex="f")
    make_person(tree, occupation=cleaner, sex="f", state=MemberState.WITHDRAWN)
    audience = make_audience(tree.unit, f'{RULE} && member.under("BJ-XC")', frozen=True)
    assert (audience.considered, audience.eligible) == (2, 1)
    day = timezone.localdate(served.updated_at).isoformat()
    kept = {
        entry.member_id: (entry.organization_path, entry.eligible, entry.findings) for entry in audience.entries.all()
    }
    assert kept == {
        served.pk: (
            tree.primary.path,
            True,
            [
                {"met": True, "found": ["cleaner"], "dated": day},
                {"met": True},
                {"met": None, "found": [None], "dated": day},
                {"met": True, "found": ["f"], "dated": day},
                {"met": True, "found": ["天桥剧场工会"], "dated": day},
            ],
        ),
        other.pk: (
            tree.unit.path,
            False,
            [
                {"met": None, "found": [None], "dated": day},
                {"met": False},
                {"met": False, "found": [False], "dated": day},
                {"met": False, "found": ["m"], "dated": day},
                {"met": True, "found": ["天桥街道总工会"], "dated": day},
            ],
        ),
    }


def test_the_list_answers_as_the_rule_did_on_that_day(tree: Tree, cleaner: Occupation) -> None:
    member = make_person(tree, occupation=cleaner, sex="m", on_duty_festival=False)
    audience = make_audience(tree.unit, RULE, frozen=True)
    live = queries.explain(audience.rule_version, member, None)
    Member.objects.filter(pk=member.pk).update(on_duty_festival=True)
    frozen = queries.explain_frozen(audience, member)
    told = [
        (clause.text, clause.met, clause.found, clause.source, clause.dated, clause.depth) for clause in live.clauses
    ]
    assert told == [
        (clause.text, clause.met, clause.found, clause.source, clause.dated, clause.depth) for clause in frozen.clauses
    ]
    assert (live.eligible, frozen.eligible, frozen.frozen_at) == (False, False, audience.frozen_at)
    assert queries.explain(audience.rule_version, member, None).eligible is True


def test_it_is_told_in_the_language_of_the_reader(tree: Tree, cleaner: Occupation) -> None:
    member = make_person(tree, occupation=cleaner)
    audience = make_audience(tree.unit, 'member.group in ["cleaner", "guard"]', frozen=True)
    with override("en"):
        (clause,) = queries.explain_frozen(audience, member).clauses
        assert (clause.text, clause.found, clause.source) == (
            "Front-line group is one of Cleaner or Security guard",
            "Cleaner",
            "Register of members",
        )
    with override("zh-hans"):
        (clause,) = queries.explain_frozen(audience, member).clauses
        assert (clause.text, clause.found, clause.source) == (
            "一线职业群体为保洁员或保安员",
            "保洁员",
            "会员名册",
        )


def test_two_facts_compared_are_both_shown(tree: Tree) -> None:
    member = make_person(tree, birth_on=date(1990, 1, 2), joined_on=date(2020, 3, 1))
    audience = make_audience(tree.unit, "member.joined_on < member.birth_on", frozen=True)
    with override("en"):
        (clause,) = queries.explain_frozen(audience, member).clauses
        assert clause.text == "Day of joining is before Day of birth"
        assert clause.found == "1 Mar 2020; Day of birth: 2 Jan 1990"


def test_what_is_unknown_says_who_can_complete_it(tree: Tree) -> None:
    member = make_person(tree)
    audience = make_audience(tree.unit, "!member.on_duty_festival", frozen=True)
    with override("en"):
        (clause,) = queries.explain_frozen(audience, member).clauses
    assert (clause.met, clause.found) == (None, "unknown")
    assert clause.remedy == "Unknown when the list was frozen: ask your union to complete “On duty over the festival”."


def test_reasons_count_what_keeps_people_out(tree: Tree, cleaner: Occupation) -> None:
    make_person(tree, occupation=cleaner, sex="f")
    make_person(tree, occupation=cleaner, sex="m")
    make_person(tree, occupation=cleaner, sex="m", on_duty_festival=False)
    make_person(tree, sex="m", on_duty_festival=False)
    make_person(tree, sex="f")
    audience = make_audience(tree.unit, RULE, frozen=True)
    with override("en"):
        assert queries.reasons(audience) == [
            ("Front-line group is one of Cleaner or Security guard", 2),
            ("Stays on duty over the festival, or Sex is Female", 3),
        ]
        group, either = queries.tallies(audience)
    assert (group.failed, group.unknown, group.alone) == (0, 2, 1)
    assert (either.failed, either.unknown, either.alone) == (2, 1, 2)


def test_who_comes_later_is_told_so(tree: Tree) -> None:
    audience = make_audience(tree.unit, frozen=True)
    assert audience.frozen_at is not None
    later = make_person(tree)
    audience.frozen_at = later.memberships.get().recorded_at - timedelta(minutes=5)
    audience.save()
    elsewhere = make_person(tree, "sibling")
    with override("en"):
        said = queries.explain_frozen(audience, later)
        assert (said.eligible, said.clauses) == (False, [])
        assert said.note.startswith("Not in the list: joined after the list was frozen on ")
        assert queries.explain_frozen(audience, elsewhere).note.startswith(
            "Not in the list: was no live member of 天桥街道总工会 when the list was frozen on "
        )
        assert queries.explain_frozen(make_audience(tree.unit), later).note == "The list has not been frozen yet."


def test_the_reader_of_a_frozen_list_sees_no_value_beyond_his_rights(tree: Tree) -> None:
    fact = Fact(
        name="member.hardship",
        label="困难情况",
        kind=Kind.FLAG,
        value=lambda: F("on_duty_festival"),
        affirmed="困难职工",
        denied="非困难职工",
        permission=MEMBERS,
        source="困难档案",
    )
    catalogue.register(fact)
    try:
        member = make_person(tree, on_duty_festival=True)
        audience = make_audience(tree.unit, "member.hardship", frozen=True)
        with override("en"):
            weak, strong = (holder(*each, at=tree.unit) for each in ([VIEW], [VIEW, MEMBERS]))
            assert queries.explain_frozen(audience, member, weak).clauses[0].found == "not shown to your role"
            assert queries.explain_frozen(audience, member, strong).clauses[0].found == "yes"
            assert queries.explain_frozen(audience, member).clauses[0].found == "yes"
    finally:
        catalogue.unregister(fact.name)
    with override("en"):
        assert queries.explain_frozen(audience, member, weak).clauses[0].text == "困难职工"


def test_everybody_and_nobody(tree: Tree) -> None:
    member = make_person(tree)
    for source, eligible in (("true", True), ("false", False)):
        audience = make_audience(tree.unit, source, frozen=True)
        assert (audience.considered, audience.eligible) == (1, int(eligible))
        assert queries.explain_frozen(audience, member).eligible is eligible


def test_the_job_freezes_and_says_how_far_it_is(tree: Tree) -> None:
    make_person(tree)
    audience = make_audience(tree.unit)
    officer = holder("audiences.freeze", at=tree.unit)
    job = services.start_freezing(audience, actor=officer, result_url="/x/")
    run_waiting()
    audience.refresh_from_db()
    job.refresh_from_db()
    assert (audience.status, audience.considered, job.status, job.result_url) == ("frozen", 1, JobStatus.DONE, "/x/")


def test_freezing_twice_is_freezing_once(tree: Tree) -> None:
    member = make_person(tree)
    audience = make_audience(tree.unit, frozen=True)
    make_person(tree)
    again = services.freeze_audience(audience.pk, at=datetime(2030, 1, 1, tzinfo=UTC))
    assert again.frozen_at == audience.frozen_at
    assert [entry.member_id for entry in audience.entries.all()] == [member.pk]
    assert Entry.objects.filter(action="audiences.audience.freeze").count() == 1


def test_a_refused_freezing_leaves_nothing_and_says_why(tree: Tree) -> None:
    make_person(tree)
    audience = make_audience(tree.unit, "member.on_duty_festival")
    job = services.start_freezing(audience, actor=None)
    fact = catalogue.registered()["member.on_duty_festival"]
    catalogue.unregister(fact.name)
    try:
        run_waiting()
    finally:
        catalogue.register(fact)
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED
    assert "member.on_duty_festival" in job.message
    assert AudienceEntry.objects.count() == 0
    freeze(Audience.objects.get(pk=audience.pk))
    assert AudienceEntry.objects.count() == 1


def test_places_on_the_list_follow_when_the_tree_moves(tree: Tree) -> None:
    make_person(tree, "primary")
    audience = make_audience(tree.unit, frozen=True)
    org.move_organization(tree.unit, to=tree.elsewhere, actor=None)
    tree.primary.refresh_from_db()
    audience.refresh_from_db()
    assert audience.entries.get().organization_path == tree.primary.path
    assert audience.organization_path == tree.primary.path.rsplit(".", 2)[0] + "."


class KeysLeft(AssertionError):
    """Keys of people came to Python."""


@contextmanager
def no_keys_in_python() -> Iterator[None]:
    """Statements over people may only count them or insert a selection of them; none may carry a key."""
    keys = [str(key) for key in Member.objects.values_list("pk", flat=True)]
    with CaptureQueriesContext(
        connection,
    ) as captured:
        yield
    for query in captured:
        sql = query["sql"]
        if any(key in sql for key in keys):
            raise KeysLeft(sql)
        about_people = "members_member" in sql or "audiences_audienceentry" in sql
        if about_people and not sql.startswith(("INSERT INTO audiences_audienceentry", "SELECT COUNT(*)")):
            raise KeysLeft(sql)


def test_lists_are_never_drawn_up_in_python(tree: Tree, cleaner: Occupation) -> None:
    for _each in range(3):
        make_person(tree, occupation=cleaner)
    audience = make_audience(tree.unit, RULE)
    services.start_freezing(audience, actor=None)
    with no_keys_in_python():
        services.freeze_audience(audience.pk, at=timezone.now())
        queries.count(audience.rule_version, tree.unit, None)
    assert audience.entries.count() == 3


def test_the_guard_bites(tree: Tree) -> None:
    make_person(tree)
    with pytest.raises(KeysLeft), no_keys_in_python():
        list(Member.objects.values_list("pk", flat=True))
    with pytest.raises(KeysLeft), no_keys_in_python():
        Member.objects.filter(pk__in=[Member.objects.get().pk]).count()


def test_the_first_hundred_are_a_hundred(tree: Tree) -> None:
    for _each in range(3):
        make_person(tree)
    audience = make_audience(tree.unit)
    with CaptureQueriesContext(connection) as captured:
        found = queries.first(audience.rule_version, tree.unit, None, limit=2)
    assert len(found) == 2
    assert ["LIMIT 2" in query["sql"] for query in captured] == [True]
    assert Job.objects.count() == 0
