"""Figures of a register of a province, today and on any day: ``make bench-coverage``. ``QUICK=1`` takes a tenth.

A million employers, 300,000 organisations in seven levels, 200,000 workplaces and five years of changes, made inside
the database; a sample of the tally is compared with what the services would write. Each figure is compared with a
plain SQL count over the records in the same run. pandas is not among the house's packages and is left out. The last
line is one line of JSON; ``wrong`` is how many figures differed.
"""

import os
import random
import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any
from unittest.mock import patch

from bench import register
from bench.ground import ground, tell

QUICK = bool(os.environ.get("QUICK"))
PART = 10 if QUICK else 1
EMPLOYERS, ORGANIZATIONS, WORKPLACES = 1_000_000 // PART, 300_000 // PART, 200_000 // PART
ENTERED, PORTION, NODES, RUNS = 10_000 // PART, 1_000, 12, 5
LARGE = {"size": {3, 4}}
PLAIN = """
SELECT (c.id IS NOT NULL)::int, count(*) FROM coverage_employerversion v
  JOIN org_organization o ON o.id = v.organization_id AND o.path LIKE %(path)s
  LEFT JOIN coverage_coverage c ON c.employer_id = v.employer_id AND c.superseded_at IS NULL AND c.valid_from <= %(on)s
 WHERE v.superseded_at IS NULL AND v.status = 'open' AND v.workers >= 100
   AND v.valid_from <= %(on)s AND (v.valid_to IS NULL OR v.valid_to > %(on)s) GROUP BY 1
"""


def milliseconds(act: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1_000


def median(act: Callable[[], Any]) -> float:
    act()
    return statistics.median(milliseconds(act) for _ in range(RUNS))


class Bench:
    """One register, and what was found on it."""

    def __init__(self) -> None:
        from niangjia.org.models import Organization

        self.wrong, self.plain_ms = 0, [0.0]
        self.root = Organization.objects.get(parent=None)
        self.districts = list(Organization.objects.filter(parent=self.root))
        draw = random.Random(7)
        some = list(Organization.objects.exclude(kind="group").order_by("path")[: ORGANIZATIONS // 3])
        self.nodes = [self.root, self.districts[0], *draw.sample(some, NODES - 2)]
        self.days = [date(2022, 1, 1) + timedelta(days=draw.randrange(1_600)) for _ in range(NODES)]

    def rate(self, node: Any, on: date | None = None, known_on: date | None = None) -> dict[int, int]:
        from niangjia.coverage import figures
        from niangjia.coverage.models import Subject

        found = figures.count(node, Subject.EMPLOYER, LARGE, on=on, known_on=known_on, by="state")
        return {state: total.number for state, total in found.items() if total.number}

    def plain(self, node: Any, on: date) -> dict[int, int]:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(PLAIN, {"path": node.path + "%", "on": on})
            return {2 * covered: number for covered, number in cursor.fetchall()}

    def rates(self) -> dict[str, float]:
        """The slowest node; each figure against the plain count."""
        today, past, known = [], [], []
        for node, day in zip(self.nodes, self.days, strict=True):
            today.append(median(partial(self.rate, node)))
            past.append(median(partial(self.rate, node, day)))
            known.append(median(partial(self.rate, node, day, day + timedelta(days=90))))
            self.plain_ms.append(milliseconds(partial(self.plain, node, day)))
            self.wrong += self.rate(node, day) != self.plain(node, day)
            self.wrong += self.rate(node) != self.plain(node, date.today())  # noqa: DTZ011 (the day of this machine)
        slowest = {"rate_today_ms": max(today), "rate_past_ms": max(past), "rate_known_ms": max(known)}
        return slowest | {"plain_count_ms": max(self.plain_ms)}

    def cockpit(self) -> None:
        from niangjia.coverage import figures
        from niangjia.coverage.models import Subject

        for node in (self.root, *self.districts):
            figures.count(node, Subject.EMPLOYER, by="state")
            figures.count(node, Subject.EMPLOYER, LARGE, by="state")
            figures.count(node, Subject.WORKPLACE, by="state")
            figures.count(node, Subject.UNION, by="branch")

    def trend(self) -> None:
        from niangjia.coverage import figures
        from niangjia.coverage.models import Subject

        months = [date(2021 + number // 12, number % 12 + 1, 1) for number in range(10, 70)]
        figures.trend(self.root, Subject.EMPLOYER, LARGE, months=months, by="state")

    def moves(self) -> dict[str, float]:
        """A subdistrict goes to another district, with the tree's rows and its series; and with all copies."""
        from django.db import transaction

        from niangjia.org import services
        from niangjia.org.models import Organization, models_with_a_copy

        unit = Organization.objects.filter(parent=self.districts[0]).order_by("code")[0]

        def move() -> None:
            with transaction.atomic():
                services.move_organization(unit, to=self.districts[1], actor=None)
                transaction.set_rollback(True)

        rows = sum(
            model._default_manager.filter(organization_path__startswith=unit.path).count()
            for model in models_with_a_copy()
        )
        with patch.object(services, "models_with_a_copy", list):
            tree = median(move)
        whole = milliseconds(move)
        below = Organization.objects.under(unit).count()
        return {"move_ms": tree, "moved_units": below, "copies_rows_s": rows / max(whole - tree, 1) * 1_000}

    def entering(self) -> float:
        """Rows a second of employers entered through the service, in portions as an import writes them."""
        from niangjia.coverage import services
        from niangjia.org.models import Organization

        unions = list(Organization.objects.filter(kind="joint")[:50])
        new = [
            services.NewEmployer(
                organization=unions[n % 50], name=f"新{n}公司", ownership="170", industry="11", workers=n % 900,
            )
            for n in range(ENTERED)
        ]  # fmt: skip
        begun = time.perf_counter()
        for start in range(0, ENTERED, PORTION):
            services.enter_employers(new[start : start + PORTION], actor=None)
        return ENTERED / (time.perf_counter() - begun)

    def sample(self) -> None:
        """Of some employers, what the services would write is what stands in the tally."""
        from niangjia.coverage import histories
        from niangjia.coverage.contributions import contributions
        from niangjia.coverage.models import Employer
        from niangjia.org import queries

        keys = list(Employer.objects.order_by("pk").values_list("pk", flat=True)[:300])
        spans = list(histories.of_employers(keys))
        said = contributions(spans, queries.reach({span.unit for span in spans}))
        self.wrong += {key: tuple(total) for key, total in said.items()} != register.events(keys)


def main() -> None:
    with ground():
        begun = time.perf_counter()
        register.make(EMPLOYERS, ORGANIZATIONS, WORKPLACES)
        made = time.perf_counter() - begun
        bench = Bench()
        bench.sample()
        found = bench.rates()
        found |= {"cockpit_ms": median(bench.cockpit), "trend_ms": median(bench.trend)} | bench.moves()
        found["entered_rows_s"] = bench.entering()
        figures = {name: round(value, 1) for name, value in found.items()}
        tell(bench="coverage", employers=EMPLOYERS, organizations=ORGANIZATIONS, made_s=round(made, 1), **figures,
             load=os.getloadavg()[0], wrong=bench.wrong)  # fmt: skip


if __name__ == "__main__":
    main()
