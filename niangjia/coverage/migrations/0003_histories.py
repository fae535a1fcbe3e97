"""What is registered becomes the beginning of its history, and is counted.

The house knows it from today on. An employer is taken to have been there since the day of its number of workers, and
to have been covered since by the primary union at which it is entered.
"""

from collections import Counter
from datetime import date
from typing import Any

from django.db import migrations
from django.utils import timezone

LAW = "《中华人民共和国工会法》第十一条"
TARGETS = "百人以上企业建会率统计口径"
STATISTICS = "工会统计规模分组"
BANDS = ((1, 0, LAW), (2, 25, LAW), (3, 100, TARGETS), (4, 1_000, STATISTICS))
FACTS = ("name", "organization_id", "ownership", "industry", "workers", "workers_on")
HOW = {"single": "single", "joint": "joint", "industrial": "joint", "association": "joint"}
COVERED = {None: 0, "single": 1, "joint": 2}
EMPLOYER, UNION = 1, 3
PORTION = 2_000


class Counting:
    """Differences at each unit above, by path: until today nothing has been known to hang anywhere else."""

    def __init__(self, units: Any) -> None:
        self.units = {unit.label: unit.pk for unit in units}
        self.changes: Counter[Any] = Counter()
        self.workers: Counter[Any] = Counter()

    def add(self, path: str, cell: Any, day: date, number: int, workers: int = 0) -> None:
        for label in path.rstrip(".").split("."):
            self.changes[(self.units[label], *cell, day)] += number
            self.workers[(self.units[label], *cell, day)] += workers


def remember(apps: Any, schema_editor: Any) -> None:
    moment = timezone.now()
    SizeRule = apps.get_model("coverage", "SizeRule")
    SizeRule.objects.bulk_create(
        SizeRule(band=band, least=least, valid_from=date(1992, 4, 3), source=source) for band, least, source in BANDS
    )
    counting = Counting(apps.get_model("org", "Organization").objects.all())
    _units(apps, counting)
    _employers(apps, counting, moment)
    _write(apps, counting, timezone.localdate(moment))


def _units(apps: Any, counting: Counting) -> None:
    for row in apps.get_model("org", "Standing").objects.filter(is_open=True).select_related("unit").iterator(PORTION):
        cell = (UNION, row.kind, row.level, 0, 0)
        counting.add(row.unit.path, cell, row.valid_from or date.min, 1)
        if row.valid_to:
            counting.add(row.unit.path, cell, row.valid_to, -1)


def _employers(apps: Any, counting: Counting, moment: Any) -> None:
    Version, Coverage = apps.get_model("coverage", "EmployerVersion"), apps.get_model("coverage", "Coverage")
    versions, coverages = [], []
    for employer in apps.get_model("coverage", "Employer").objects.select_related("organization").iterator(PORTION):
        unit, today = employer.organization, timezone.localdate(moment)
        days = {"valid_from": min(employer.workers_on or today, today), "recorded_at": moment}
        said = {name: getattr(employer, name) for name in FACTS}
        versions.append(Version(employer_id=employer.pk, **days, **said))
        how = HOW.get(unit.kind) if unit.level == "primary" else None
        if how:
            coverages.append(Coverage(employer_id=employer.pk, union_id=unit.pk, how=how, **days))
        size = 0 if employer.workers is None else max(band for band, least, _ in BANDS if least <= employer.workers)
        cell = (EMPLOYER, employer.ownership, employer.industry, size, COVERED[how])
        counting.add(unit.path, cell, days["valid_from"], 1, employer.workers or 0)
    Version.objects.bulk_create(versions, batch_size=PORTION)
    Coverage.objects.bulk_create(coverages, batch_size=PORTION)


def _write(apps: Any, counting: Counting, today: date) -> None:
    months: Counter[Any] = Counter()
    present: Counter[Any] = Counter()
    for counted, place in ((counting.changes, 0), (counting.workers, 1)):
        for (*cell, day), number in counted.items():
            months[(*cell, day.replace(day=1), place)] += number
            present[(*cell, place)] += number
    names = ("node", "subject", "kind", "branch", "size", "state")

    def rows(model: Any, found: Any, *more: str) -> Any:
        for key in {key[:-1] for key in found}:
            said = dict(zip((*names, *more), key, strict=True))
            yield model(number=found[(*key, 0)], workers=found[(*key, 1)], **said)

    Change, Month, Now = (apps.get_model("coverage", name) for name in ("Change", "Month", "Now"))
    changes = (
        Change(**dict(zip((*names, "valid_on"), key, strict=True)), number=number, workers=counting.workers[key],
               recorded_on=today)
        for key, number in counting.changes.items()
    )  # fmt: skip
    Change.objects.bulk_create(changes, batch_size=PORTION)
    Month.objects.bulk_create(rows(Month, months, "month"), batch_size=PORTION)
    Now.objects.bulk_create(rows(Now, present), batch_size=PORTION)


class Migration(migrations.Migration):
    dependencies = [("coverage", "0002_register"), ("org", "0003_standings")]

    operations = [migrations.RunPython(remember, migrations.RunPython.noop)]
