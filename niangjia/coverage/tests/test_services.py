"""Entering employers."""

from typing import Any

import pytest

from niangjia.audit.models import Entry
from niangjia.core.errors import InvalidInput, NotPermitted
from niangjia.coverage import services
from niangjia.coverage.models import Employer
from niangjia.coverage.permissions import MANAGE
from niangjia.identity.tests.factories import holder, make_cast
from niangjia.org.tests.factories import make_tree

pytestmark = pytest.mark.django_db


def test_only_those_who_cover_it_enter_an_employer() -> None:
    tree = make_tree()
    for who, user in make_cast(tree, MANAGE):
        if who in {"officer", "above"}:
            services.create_employer(organization=tree.unit, name=f"甲公司{who}", actor=user)
            continue
        with pytest.raises(NotPermitted):
            services.create_employer(organization=tree.unit, name="乙公司", actor=user)
        with pytest.raises(NotPermitted):
            services.get_or_create_employers(["乙公司"], organization=tree.unit, actor=user)
    assert set(Employer.objects.values_list("name", flat=True)) == {"甲公司officer", "甲公司above"}


def test_names_are_one_whatever_their_width_and_spaces() -> None:
    unit = make_tree().unit
    services.create_employer(organization=unit, name="天桥(北京) 物业公司", actor=None)
    with pytest.raises(InvalidInput):
        services.create_employer(organization=unit, name="天桥（北京）物业公司", actor=None)
    assert Employer.objects.get().name == "天桥（北京）物业公司"


@pytest.mark.parametrize(
    ("case", "fields", "field"),
    [
        ("too short", {"name": "甲"}, "name"),
        ("too long", {"name": "甲" * 121}, "name"),
        ("a code in use", {"name": "丙公司", "credit_code": "91110199ma0000007r "}, "credit_code"),
        ("a code that is none", {"name": "丙公司", "credit_code": "91110199MA0000007S"}, "credit_code"),
    ],
)
def test_what_breaks_a_rule_is_refused(case: str, fields: dict[str, Any], field: str) -> None:
    unit = make_tree().unit
    services.create_employer(organization=unit, name="乙公司", credit_code="91110199MA0000007R", actor=None)
    with pytest.raises(InvalidInput) as refused:
        services.create_employer(organization=unit, actor=None, **fields)
    assert refused.value.field == field, case
    assert Employer.objects.count() == 1


def test_known_employers_are_found_and_the_others_made_once() -> None:
    tree = make_tree()
    below = services.create_employer(organization=tree.primary, name="天桥剧场", actor=None)
    outside = services.create_employer(organization=tree.elsewhere, name="昌平工厂", actor=None)
    officer = holder(MANAGE, at=tree.unit)
    names = ["天桥剧场", "昌平工厂", "新物业", "新 物业", ""]
    found = services.get_or_create_employers(names, organization=tree.unit, actor=officer)
    assert found["天桥剧场"] == below
    assert found["昌平工厂"] != outside
    assert found["新物业"].organization == tree.unit
    assert services.get_or_create_employers(names, organization=tree.unit, actor=officer) == found
    assert Employer.objects.count() == 4
    assert Entry.objects.filter(action="coverage.employer.create", actor_id=officer.pk).count() == 2


def test_the_nearest_of_two_alike_is_meant() -> None:
    tree = make_tree()
    services.create_employer(organization=tree.primary, name="天桥物业", actor=None)
    near = services.create_employer(organization=tree.unit, name="天桥物业", actor=None)
    assert services.get_or_create_employers(["天桥物业"], organization=tree.unit, actor=None) == {"天桥物业": near}


def test_a_name_too_long_makes_none_of_them() -> None:
    with pytest.raises(InvalidInput):
        services.get_or_create_employers(["甲公司", "乙" * 121], organization=make_tree().unit, actor=None)
    assert not Employer.objects.exists()
