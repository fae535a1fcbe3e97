"""Writing rules and drawing up audiences: versions, rights, history."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import F

from niangjia.audiences import services
from niangjia.audiences.models import Audience, AudienceStatus, Rule, RuleVersion
from niangjia.audiences.permissions import DEFINE, FREEZE, VIEW
from niangjia.audiences.registry import RuleRefused
from niangjia.audiences.tests.factories import make_audience, make_rule
from niangjia.audit.models import Entry
from niangjia.core import catalogue
from niangjia.core.catalogue import Fact, Kind
from niangjia.core.errors import InvalidInput, InvalidTransition, NotPermitted
from niangjia.identity.tests.factories import holder, make_cast
from niangjia.jobs.models import Job, JobStatus
from niangjia.org.tests.factories import Tree

pytestmark = pytest.mark.django_db

SOURCE = "member.on_duty_festival"


def test_each_saving_is_a_version_with_its_digest(tree: Tree) -> None:
    officer = holder(DEFINE, at=tree.unit)
    first = make_rule(tree.unit, SOURCE, name="坚守岗位", actor=officer)
    second = make_rule(tree.unit, f"!{SOURCE}", name="坚守岗位", actor=officer)
    assert Rule.objects.count() == 1
    assert list(RuleVersion.objects.order_by("number").values_list("number", "source", "digest", "created_by")) == [
        (1, SOURCE, hashlib.sha256(SOURCE.encode()).hexdigest(), officer.pk),
        (2, f"!{SOURCE}", hashlib.sha256(f"!{SOURCE}".encode()).hexdigest(), officer.pk),
    ]
    assert [entry.data["number"] for entry in Entry.objects.about(first.rule)] == [1, 2]
    assert second.rule == first.rule


def test_saving_what_a_rule_says_already_changes_nothing(tree: Tree) -> None:
    first = make_rule(tree.unit, SOURCE, name="坚守岗位")
    assert make_rule(tree.unit, f"  {SOURCE} \n", name="坚守岗位") == first
    assert (RuleVersion.objects.count(), Entry.objects.about(first.rule).count()) == (1, 1)


def test_two_units_may_use_one_name(tree: Tree) -> None:
    assert make_rule(tree.unit, name="a").rule != make_rule(tree.sibling, name="a").rule


def test_the_builder_reads_what_it_wrote_and_what_was_written_in_its_words(tree: Tree) -> None:
    conditions = {"join": "all", "items": [{"fact": "member.on_duty_festival", "operator": "yes"}]}
    written = make_rule(tree.unit, source=None, conditions=conditions)  # type: ignore[arg-type]
    assert (written.source, written.conditions) == (SOURCE, conditions)
    assert make_rule(tree.unit, SOURCE).conditions == conditions
    assert make_rule(tree.unit, "member.birth_on < member.joined_on").conditions is None


@pytest.mark.parametrize("who", ["officer", "above", "elsewhere", "nobody", "member"])
def test_who_may_write_a_rule(tree: Tree, who: str) -> None:
    actor = getattr(make_cast(tree, DEFINE), who)
    if who in {"officer", "above"}:
        assert make_rule(tree.unit, SOURCE, actor=actor).rule.organization == tree.unit
    else:
        with pytest.raises(NotPermitted):
            make_rule(tree.unit, SOURCE, actor=actor)
        assert (Rule.objects.count(), Entry.objects.filter(action__startswith="audiences").count()) == (0, 0)


@pytest.mark.parametrize("permission", [VIEW, FREEZE])
def test_other_rights_do_not_suffice_to_write(tree: Tree, permission: str) -> None:
    with pytest.raises(NotPermitted):
        make_rule(tree.unit, SOURCE, actor=holder(permission, at=tree.unit))


@pytest.fixture
def secret() -> Any:
    """A fact that needs a right of its own, as hardship will."""
    fact = Fact(
        name="member.hardship",
        label="困难情况",
        kind=Kind.FLAG,
        value=lambda: F("on_duty_festival"),
        affirmed="困难职工",
        denied="非困难职工",
        permission=VIEW,
        source="困难档案",
    )
    catalogue.register(fact)
    yield fact
    catalogue.unregister(fact.name)


@pytest.mark.parametrize("source", ["member.hardship", "!member.hardship || member.on_duty_festival"])
def test_a_fact_beyond_the_reader_is_refused_by_its_name(tree: Tree, secret: Fact, source: str) -> None:
    with pytest.raises(NotPermitted, match="困难情况"):
        make_rule(tree.unit, source, actor=holder(DEFINE, at=tree.unit))
    assert Rule.objects.count() == 0
    assert make_rule(tree.unit, source, actor=holder(DEFINE, VIEW, at=tree.unit)).number == 1


def test_where_a_facts_app_is_gone_its_rules_are_refused_by_the_facts_name(tree: Tree, secret: Fact) -> None:
    version = make_rule(tree.unit, "member.hardship")
    catalogue.unregister(secret.name)
    with pytest.raises(RuleRefused, match="hardship"):
        services.create_audience(organization=tree.unit, name="a", rule_version=version, actor=None)
    assert Audience.objects.count() == 0


def test_an_audience_is_a_draft_with_its_history(tree: Tree) -> None:
    audience = make_audience(tree.unit, SOURCE)
    assert (audience.status, audience.organization_path) == (AudienceStatus.DRAFT, tree.unit.path)
    entry = Entry.objects.about(audience).get()
    assert (entry.action, entry.data["digest"]) == ("audiences.audience.create", audience.rule_version.digest)


def test_a_name_is_used_once_in_a_unit(tree: Tree) -> None:
    version = make_rule(tree.unit)
    services.create_audience(organization=tree.unit, name="春节", rule_version=version, actor=None)
    with pytest.raises(InvalidInput):
        services.create_audience(organization=tree.unit, name="春节", rule_version=version, actor=None)
    services.create_audience(organization=tree.sibling, name="春节", rule_version=version, actor=None)
    assert Audience.objects.count() == 2


def _create(audience: Audience, actor: Any) -> None:
    services.create_audience(
        organization=audience.organization, name="另一份", rule_version=audience.rule_version, actor=actor
    )


def _freeze(audience: Audience, actor: Any) -> None:
    services.start_freezing(audience, actor=actor)


VERBS: list[tuple[str, Callable[[Audience, Any], None]]] = [(DEFINE, _create), (FREEZE, _freeze)]


@pytest.mark.parametrize(("permission", "verb"), VERBS)
def test_who_may_do_what_to_an_audience(tree: Tree, permission: str, verb: Callable[[Audience, Any], None]) -> None:
    audience = make_audience(tree.unit, SOURCE)
    before = Entry.objects.count()
    cast = make_cast(tree, permission)
    weak = holder(*{VIEW, DEFINE, FREEZE} - {permission}, at=tree.unit)
    before = Entry.objects.count()
    for actor in (cast.elsewhere, cast.nobody, cast.member, weak):
        with pytest.raises(NotPermitted):
            verb(audience, actor)
    assert (Entry.objects.count(), Audience.objects.count(), Job.objects.count()) == (before, 1, 0)
    verb(audience, cast.officer)
    assert Entry.objects.count() == before + 1


def test_asked_again_while_it_waits_the_same_job_answers(tree: Tree) -> None:
    officer = holder(FREEZE, at=tree.unit)
    audience = make_audience(tree.unit, SOURCE)
    job = services.start_freezing(audience, actor=officer)
    assert services.start_freezing(audience, actor=officer) == job
    audience.refresh_from_db()
    assert (audience.status, audience.job, job.task, Job.objects.count()) == ("freezing", job, "audiences.freeze", 1)


def test_after_a_failure_it_may_be_started_anew(tree: Tree) -> None:
    audience = make_audience(tree.unit, SOURCE)
    job = services.start_freezing(audience, actor=None)
    Job.objects.filter(pk=job.pk).update(status=JobStatus.FAILED)
    assert services.start_freezing(audience, actor=None) != job


def test_what_is_frozen_is_not_frozen_again(tree: Tree) -> None:
    audience = make_audience(tree.unit, SOURCE, frozen=True)
    with pytest.raises(InvalidTransition):
        services.start_freezing(audience, actor=None)
    assert Job.objects.count() == 1
