"""What was registered before the register had a memory is remembered, and counted."""

from datetime import date
from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from niangjia.coverage import figures, recount, services
from niangjia.coverage.models import (
    Change,
    Coverage,
    Covered,
    Employer,
    EmployerVersion,
    Month,
    Now,
    SizeRule,
    Subject,
)
from niangjia.org import services as org
from niangjia.org.models import Standing
from niangjia.org.tests.factories import make_organization, make_tree

pytestmark = pytest.mark.django_db

FORGOTTEN = (Change, Month, Now, Coverage, EmployerVersion, Standing, SizeRule)


def test_the_first_histories_are_those_of_what_is_there() -> None:
    tree = make_tree()
    dated = make_organization(tree.unit, opened_on=date(2020, 5, 1))
    closed = make_organization(tree.unit, opened_on=date(2020, 5, 1))
    org.close_organization(closed, on=date(2024, 1, 1), actor=None)
    for unit, workers in ((tree.primary, 120), (dated, None), (tree.unit, 30)):
        services.create_employer(
            organization=unit, name=f"{workers}人公司", workers=workers, workers_on=date(2025, 3, 1), actor=None
        )
    for model in FORGOTTEN:
        model._default_manager.all().delete()
    import_module("niangjia.org.migrations.0003_standings").remember(apps, None)
    import_module("niangjia.coverage.migrations.0003_histories").remember(apps, None)
    assert list(recount.faults()) == []
    assert EmployerVersion.objects.known().filter(valid_from=date(2025, 3, 1)).count() == Employer.objects.count() == 3
    states = figures.count(tree.city, Subject.EMPLOYER, by="state", on=date(2025, 3, 1))
    assert {state: total.number for state, total in states.items()} == {Covered.NONE: 1, Covered.SINGLE: 2}
    before = figures.total(tree.city, Subject.UNION, on=date(2023, 12, 31)).number
    assert figures.total(tree.city, Subject.UNION).number == before - 1
    yesterday = timezone.localdate().replace(year=2025)
    assert figures.total(tree.city, Subject.EMPLOYER, known_on=yesterday).number == 0, "nobody remembered it then"
