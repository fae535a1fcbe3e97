"""The register that the demo holds gives the figures of the district's page."""

import pytest

from niangjia.coverage import figures, recount
from niangjia.coverage.models import Covered, PlaceKind, Reached, Subject
from niangjia.coverage.names import names
from niangjia.demo import accounts, tree
from niangjia.demo.tests.conftest import Loaded
from niangjia.org.models import Kind, Level, Organization

pytestmark = pytest.mark.django_db

LARGE = {"size": {3, 4}}  # a hundred workers or more


def test_so_many_of_the_large_employers_have_a_union(loaded: Loaded) -> None:
    district = Organization.objects.get(code=tree.DISTRICT)
    states = figures.count(district, Subject.EMPLOYER, LARGE, by="state")
    due = sum(one.number for one in states.values())
    covered = due - states[Covered.NONE].number
    assert (covered, due, round(100 * covered / due, 2)) == (192, 203, 94.58)
    officer = accounts.officer("xicheng")
    behind = names(district, Subject.EMPLOYER, LARGE | {"state": {0}}, actor=officer, on=loaded.demo.on)
    assert behind.count() == due - covered


def test_every_park_community_and_building_is_reached(loaded: Loaded) -> None:
    district = Organization.objects.get(code=tree.DISTRICT)
    for kind in PlaceKind:
        states = figures.count(district, Subject.WORKPLACE, {"kind": {kind}}, by="state")
        assert states, kind
        assert Reached.NONE not in states, kind


def test_three_industries_have_a_federation(loaded: Loaded) -> None:
    district = Organization.objects.get(code=tree.DISTRICT)
    industries: figures.Where = {"kind": {Kind.INDUSTRIAL}, "branch": {Level.DISTRICT}}
    assert figures.total(district, Subject.UNION, industries).number == 3


def test_the_tally_is_what_the_records_say(loaded: Loaded) -> None:
    assert list(recount.faults()) == []
