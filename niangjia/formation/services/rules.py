"""Writing down what the rules say from a day on; what held before stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.errors import InvalidInput
from niangjia.core.transactions import whole
from niangjia.formation.models import BANDED, RuleName, RuleRow
from niangjia.formation.permissions import MANAGE
from niangjia.org.models import Organization


@dataclass(frozen=True, kw_only=True)
class Band:
    """What holds from so many members on, until the next band begins."""

    from_members: int = 0
    least: int
    most: int | None = None
    per: int = 1


@whole
def set_rule(
    name: RuleName, bands: Sequence[Band], *, valid_from: date, source: str, actor: Actor | None
) -> list[RuleRow]:
    """Write down the whole table of a rule from a day on; the one before ends with that day.

    The rules hold for the whole installation, so the topmost union sets them.
    """
    root = Organization.objects.select_for_update(of=["self"]).get(parent=None)
    access.require(actor, MANAGE, root)
    bands = sorted(bands, key=lambda band: band.from_members)
    _check(name, bands, source)
    same = RuleRow.objects.filter(name=name)
    if same.filter(valid_from__gte=valid_from).exists():
        raise InvalidInput(_("It is settled already from this day or a later one."), field="valid_from")
    same.filter(valid_to=None).update(valid_to=valid_from)
    ends = [*(band.from_members for band in bands[1:]), None]
    rows = [
        RuleRow(
            name=name,
            to_members=end,
            valid_from=valid_from,
            source=source.strip(),
            confirmed_by=str(actor or ""),
            **vars(band),
        )
        for band, end in zip(bands, ends, strict=True)
    ]
    RuleRow.objects.bulk_create(rows)
    told = [vars(band) for band in bands]
    audit.record(
        actor, "formation.rule.set", rows[0], place=root.path, bands=told, valid_from=valid_from, source=source
    )
    return rows


def _check(name: RuleName, bands: Sequence[Band], source: str) -> None:
    """Every number of members falls in exactly one band."""
    if not source.strip():
        raise InvalidInput(_("Name the rule this comes from."), field="source")
    starts = [band.from_members for band in bands]
    if not starts or starts[0] != 0:
        raise InvalidInput(_("The first band begins with 0 members."), field="bands")
    if len(set(starts)) < len(starts):
        raise InvalidInput(_("Two bands begin with the same number of members."), field="bands")
    if len(bands) > 1 and name not in BANDED:
        raise InvalidInput(_("This rule does not depend on the number of members."), field="bands")
    for band in bands:
        if band.most is not None and band.most < band.least:
            raise InvalidInput(_("The upper number is smaller than the lower one."), field="bands")
        if band.per < 1:
            raise InvalidInput(_("A share is divided by at least 1."), field="bands")
