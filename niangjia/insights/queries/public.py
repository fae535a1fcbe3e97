"""What everybody may see of the public indicators: the whole house and the units right below its root."""

from dataclasses import dataclass
from datetime import date

from niangjia.insights.models import Indicator
from niangjia.insights.queries import readings
from niangjia.insights.queries.cockpit import below, root
from niangjia.insights.queries.readings import NOW
from niangjia.insights.rates import Share, hidden


@dataclass(frozen=True)
class Published:
    """An indicator in public; a share is ``None`` where a small number could be told from it."""

    indicator: Indicator
    share: Share | None
    rows: list[tuple[str, Share | None]]

    @property
    def hides(self) -> bool:
        return self.share is None or any(share is None for _name, share in self.rows)


def published(today: date) -> list[Published]:
    """All public indicators, in a fixed number of queries."""
    indicators = list(Indicator.objects.public())
    if not indicators:
        return []
    top = root()
    areas = below(top, today)
    keys = [top.pk, *(area.pk for area in areas)]
    found = readings.shares(keys, [one.definition for one in indicators], NOW)
    names = [area.name for area in areas]
    return [
        _published(one, found[top.pk, one.definition], names, [found[key, one.definition] for key in keys[1:]])
        for one in indicators
    ]


def _published(indicator: Indicator, total: Share, names: list[str], shares: list[Share]) -> Published:
    parts = dict(enumerate(shares))
    rest = _rest(total, shares)
    cells: dict[int, tuple[int, ...]] = {place: counts(share) for place, share in parts.items()}
    if any(counts(rest)):
        cells[len(cells)] = counts(rest)
    veiled = hidden(cells, indicator.least_shown)
    if any(0 < count < indicator.least_shown for count in counts(total)):
        return Published(indicator, None, [(name, None) for name in names])
    rows = [(name, None if place in veiled else parts[place]) for place, name in enumerate(names)]
    return Published(indicator, total, rows)


def counts(share: Share) -> tuple[int, ...]:
    """What must not be small: those counted, and those missing."""
    return (share.counted,) if share.missing is None else (share.counted, share.missing)


def _rest(total: Share, shares: list[Share]) -> Share:
    """What the total has beside its parts; a union counts in itself, and may hang beside the areas."""
    over = None if total.over is None else total.over - sum(share.over or 0 for share in shares)
    return Share(total.counted - sum(share.counted for share in shares), over)
