"""The names behind a figure: the versions that it counts."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from niangjia.core.access import Actor
from niangjia.coverage.contributions import COVERED, REACHED
from niangjia.coverage.figures import Where, require_declared
from niangjia.coverage.models import (
    Coverage,
    EmployerVersion,
    Reach,
    SizeRule,
    Status,
    Subject,
    WorkplaceVersion,
)
from niangjia.org import queries as org
from niangjia.org.models import Organization, Standing


def names(
    node: Organization,
    subject: Subject,
    where: Where | None = None,
    *,
    actor: Actor,
    on: date,
    known_on: date | None = None,
) -> QuerySet[Any]:
    """Those whom ``figures.count`` counts, as far as ``actor`` may see them."""
    if known_on is not None:
        on = min(on, known_on)
    where = where or {}
    require_declared(where)
    found: Any = SOURCES[subject](where, on, known_on)
    if node.parent_id is not None:
        place = "unit" if subject == Subject.UNION else "organization"
        found = found.filter(**{f"{place}__in": org.units_under(node, on=on, known_on=known_on)})
    if subject == Subject.UNION:
        found = found.filter(unit__in=Organization.objects.visible_to(actor))
        units: QuerySet[Any] = found.select_related("unit").order_by("name")
        return units
    seen: QuerySet[Any] = found.visible_to(actor).select_related("organization").order_by("name")
    return seen


def _employers(where: Where, on: date, known_on: date | None) -> Any:
    found = EmployerVersion.objects.known(known_on).on(on).filter(status=Status.OPEN)
    found = _among(found, {"ownership": "kind", "industry": "branch"}, where)
    if "size" in where:
        found = found.filter(_of_sizes(where["size"], on))
    ways = {state: [how for how, meant in COVERED.items() if meant == state] for state in COVERED.values()}
    covered = Coverage.objects.known(known_on).on(on).filter(employer=OuterRef("employer"))
    return _in_state(found, covered, ways, where)


def _workplaces(where: Where, on: date, known_on: date | None) -> Any:
    found = _among(WorkplaceVersion.objects.known(known_on).on(on).filter(is_open=True), {"kind": "kind"}, where)
    ways = {state: [how for how, meant in REACHED.items() if meant == state] for state in REACHED.values()}
    reached = Reach.objects.known(known_on).on(on).filter(workplace=OuterRef("workplace"))
    return _in_state(found, reached, ways, where)


def _unions(where: Where, on: date, known_on: date | None) -> Any:
    found = Standing.objects.known(known_on).on(on).filter(is_open=True)
    return _among(found, {"kind": "kind", "level": "branch"}, where)


def _among(found: Any, columns: dict[str, str], where: Where) -> Any:
    for field, column in columns.items():
        if column in where:
            found = found.filter(**{f"{field}__in": list(where[column])})
    return found


def _in_state(found: Any, others: Any, ways: dict[Any, list[Any]], where: Where) -> Any:
    """Those whom one of ``others`` covers in a wanted way; state 0 is that none does."""
    if "state" not in where:
        return found
    wanted = [how for state in where["state"] for how in ways.get(state, ())]
    condition = Q(Exists(others.filter(how__in=wanted)))
    return found.filter(condition | ~Q(Exists(others)) if 0 in where["state"] else condition)


def _of_sizes(bands: Any, on: date) -> Q:
    """From how many workers to how many, by the rules of the day."""
    rules = list(SizeRule.objects.order_by("valid_from"))
    on = max(on, rules[0].valid_from) if rules else on
    least = {
        rule.band: rule.least
        for rule in rules
        if rule.valid_from <= on and (rule.valid_to is None or on < rule.valid_to)
    }
    ordered = sorted(least)
    found = Q(workers=None) if 0 in bands else Q(pk__in=[])
    for band, above in zip(ordered, [*ordered[1:], None], strict=True):
        if band in bands:
            found |= Q(workers__gte=least[band]) & (Q(workers__lt=least[above]) if above else Q(workers__isnull=False))
    return found


SOURCES: dict[Subject, Callable[[Where, date, date | None], Any]] = {
    Subject.EMPLOYER: _employers,
    Subject.WORKPLACE: _workplaces,
    Subject.UNION: _unions,
}
