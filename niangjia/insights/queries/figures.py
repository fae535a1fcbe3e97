"""Figures with their values, computed now from the records behind them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from niangjia.insights.models.figures import Figure
from niangjia.insights.registry import Value, compute, find


@dataclass(frozen=True)
class Shown:
    """A figure and what it comes to; no value when its subject is gone."""

    figure: Figure
    value: Value | None


def computed(figures: Iterable[Figure], at: datetime) -> list[Shown]:
    """All of them in as many queries as there are kinds of records to read, however many figures there are."""
    figures = list(figures)
    values = compute(((figure.computation, figure.subject) for figure in figures), at)
    return [Shown(figure, values.get((figure.computation, figure.subject))) for figure in figures]


def behind(figure: Figure) -> Q:
    """The condition that the members counted by the figure meet; nobody when it can no longer be computed."""
    computation = find(figure.computation)
    return computation.people(figure.subject) if computation else Q(pk__in=[])
