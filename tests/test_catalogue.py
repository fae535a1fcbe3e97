"""Every fact that a rule may ask about says where it comes from and as of when, and is tried where it is made."""

import pytest
from django.utils import timezone

from niangjia.audiences import queries as audiences
from niangjia.audiences.tests.factories import make_rule
from niangjia.benefits.tests.factories import make_scene
from niangjia.core import catalogue
from niangjia.core.catalogue import Fact
from niangjia.members.tests.test_facts import KNOWN, UNKNOWN

OF_MEMBERS = {name for name, *_rest in KNOWN}  # value, date and the unknown case: the tables of members/tests
# audiences/tests/test_zodiac.py; benefits/tests/test_rules.py, and here; benefits/tests/test_facts.py
ELSEWHERE = {"zodiac", "received", "member.last_received_on", "member.unserved_since"}


def _behind(fact: Fact) -> list[Fact]:
    """The facts that a function of facts reads; they have source and date in its stead."""
    known = catalogue.registered()
    return [known[parameter.fact] for parameter in fact.parameters if parameter.fact]


def test_no_fact_is_without_its_cases() -> None:
    assert set(catalogue.registered()) == OF_MEMBERS | ELSEWHERE
    unknown = {name for name, *_rest in UNKNOWN}
    assert {name for name, fact in catalogue.registered().items() if fact.nullable} == unknown | {
        "zodiac",
        "member.last_received_on",
    }


def test_every_fact_has_a_source_and_a_date_of_its_own_or_of_what_it_reads() -> None:
    lacking = [
        fact.name
        for fact in catalogue.registered().values()
        if not all(one.source and one.dated for one in _behind(fact) or [fact])
    ]
    assert lacking == []


@pytest.mark.django_db
@pytest.mark.parametrize("answer", [True, False])
def test_what_was_received_is_known_as_of_today(answer: bool) -> None:
    scene = make_scene().publish()
    rule = make_rule(scene.tree.unit, f'{"!" if answer else ""}received("{scene.programme.code}")')
    clause = audiences.explain(rule, scene.people[0], None).clauses[0]
    assert (clause.met, str(clause.source), clause.dated) == (answer, "预订与发放记录", timezone.localdate())
