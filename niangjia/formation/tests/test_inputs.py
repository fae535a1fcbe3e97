"""What cannot be is refused at its field, and changes nothing; the database keeps it too."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from niangjia.core.errors import InvalidInput
from niangjia.formation import services
from niangjia.formation.models import Founding, PostKind, Renewal
from niangjia.formation.services import Stood
from niangjia.formation.tests.acts import CODE, LATER, state
from niangjia.formation.tests.factories import DAY, founding_at, make_founding, make_renewal, make_term, plan, proposal
from niangjia.org.tests.factories import Tree, make_tree

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files(settings: Settings, tmp_path: Path) -> None:
    settings.FILES_FOLDER = tmp_path / "files"


@pytest.fixture
def tree() -> Tree:
    return make_tree()


CANDIDATES = plan().candidates
WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "held tomorrow": ("held_on", {"held_on": LATER + timedelta(days=1)}),
    "more due than members": ("due", {"due": 51}),
    "more came than were due": ("attending", {"attending": 51}),
    "nobody came": ("attending", {"attending": 0}),
    "more women than members": ("women", {"women": 51}),
    "a term of no years": ("years", {"years": 0}),
    "nobody elected": ("candidates", {"candidates": [Stood(post=PostKind.CHAIR, name="李", votes=40)]}),
    "more votes than voters": (
        "candidates",
        {"candidates": [Stood(post=PostKind.CHAIR, name="李", votes=46, elected=True)]},
    ),
    "more elected than seats": ("candidates", {"seats_committee": 4}),
    "twice for one post": ("candidates", {"candidates": [*CANDIDATES, CANDIDATES[0]]}),
    "two chairs": (
        "candidates",
        {
            "seats_committee": 9,
            "candidates": [*CANDIDATES, Stood(post=PostKind.CHAIR, name="另一人", votes=40, elected=True)],
        },
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_an_election_that_cannot_be_is_refused(case: str, tree: Tree) -> None:
    founding, (field, changes) = founding_at("approved", tree.unit), WRONG[case]
    before = state()
    with pytest.raises(InvalidInput) as refused:
        services.record_election(founding, plan=plan(**changes), on=LATER, actor=None)
    assert refused.value.field == field
    assert state() == before


@pytest.mark.parametrize(
    ("case", "changes", "field"),
    [
        ("more willing than workers", {"willing": 61}, "willing"),
        ("more women than workers", {"women": 61}, "women"),
        ("a single union on a district's level", {"level": "district"}, "level"),
        ("a code that a unit has", {"code": "BJ-XC-TRT"}, "code"),
        ("a code that another founding has", {"code": "BJ-XC-NEW"}, "code"),
    ],
)
def test_a_proposal_that_cannot_be_is_refused(case: str, changes: dict[str, Any], field: str, tree: Tree) -> None:
    make_founding(tree.unit, code="BJ-XC-NEW")
    before = state()
    with pytest.raises(InvalidInput) as refused:
        services.open_founding(organization=tree.unit, proposal=proposal(**changes), on=DAY, actor=None)
    assert refused.value.field == field, case
    assert state() == before


def test_the_code_of_a_founding_given_up_is_free_again(tree: Tree) -> None:
    services.abandon_case(make_founding(tree.unit, code="BJ-XC-NEW"), reason="迁出", actor=None)
    assert make_founding(tree.unit, code="BJ-XC-NEW").code == "BJ-XC-NEW"


@pytest.mark.parametrize("code", ["", "81110102MC0000001X", "123"])
def test_a_credit_code_that_is_none_is_refused(code: str, tree: Tree) -> None:
    case = founding_at("confirmed", tree.unit)
    before = state()
    with pytest.raises(InvalidInput) as refused:
        services.register_legal_person(case, credit_code=code, certificate_on=LATER, on=LATER, actor=None)
    assert refused.value.field == "credit_code"
    assert state() == before


@pytest.mark.parametrize("verb", ["refuse", "return", "abandon"])
def test_nobody_is_turned_down_without_reasons(verb: str, tree: Tree) -> None:
    case = founding_at("reported" if verb == "return" else "applied", tree.unit)
    acts: dict[str, Callable[..., object]] = {
        "refuse": services.refuse_case,
        "return": services.return_result,
        "abandon": services.abandon_case,
    }
    options: dict[str, Any] = {} if verb == "abandon" else {"on": DAY}
    before = state()
    with pytest.raises(InvalidInput):
        acts[verb](case, reason="  ", actor=None, **options)
    assert state() == before


def test_the_database_keeps_what_the_services_promise(tree: Tree) -> None:
    case = founding_at("applied", tree.unit)
    for changes in ({"status": "refused"}, {"status": "confirmed"}, {"willing": 99}, {"credit_code": CODE}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Founding.objects.filter(pk=case.pk).update(**changes)
    make_renewal(make_term(tree.primary))
    with pytest.raises(IntegrityError), transaction.atomic():
        Renewal.objects.filter().update(status="talks")
